// Chapter 03: the bytes of one batch of three ints, as JSON, task by task.
#include <cstdio>
#include <string>
#include <vector>

#include "cow/pool/pool.h"

const std::string* global = nullptr;

struct Analysis {
  std::string data;

  double analyze(int i) const { return static_cast<double>(data.size()) * i; }
  static double analyze_the_global(int i) {
    return static_cast<double>(global->size()) * i;
  }
  template <typename Archive>
  void serialize(Archive& archive) {
    archive(data);
  }
};

double function(int i) { return Analysis::analyze_the_global(i); }

template <typename Task>
void show(const char* name, Task task, const char* end) {
  cow::Pool pool({.workers = 1});
  const std::vector<int> items = {0, 1, 2};
  auto results = pool.map_async(task, items, 3);
  static_cast<void>(results.get());
  std::printf("  \"%s\": %lld%s\n", name,
              static_cast<long long>(results.transfer().to_workers.count()),
              end);
}

int main() {
  const Analysis analysis{std::string(1000000, 'x')};
  global = &analysis.data;
  std::printf("{\n");
  show("function", function, ",");
  show("static method", Analysis::analyze_the_global, ",");
  show(
      "lambda", [](int i) { return 2.0 * i; }, ",");
  show("bound method", cow::bound<&Analysis::analyze>(analysis), "");
  std::printf("}\n");
}

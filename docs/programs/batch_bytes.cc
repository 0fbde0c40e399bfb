// Chapter 03: the bytes of one batch of three items, as JSON, task by task.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
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

using Shared = std::shared_ptr<const Analysis>;

// A callable that holds its object.
struct Holder {
  Shared held;

  double operator()(int i) const { return held->analyze(i); }
  template <typename Archive>
  void serialize(Archive& archive) {
    archive(held);
  }
};

double function(int i) { return Analysis::analyze_the_global(i); }

double call_method(const std::pair<Shared, int>& item) {
  return item.first->analyze(item.second);
}

template <typename Task, typename Item>
void show(const char* name, Task task, const std::vector<Item>& items,
          const char* end = ",") {
  cow::Pool pool({.workers = 1});
  auto results = pool.map_async(task, items, 3);
  static_cast<void>(results.get());
  std::printf("  \"%s\": %lld%s\n", name,
              static_cast<long long>(results.transfer().to_workers.count()),
              end);
}

int main() {
  const Analysis analysis{std::string(1000000, 'x')};
  const auto shared = std::make_shared<const Analysis>(analysis);
  const cow::Inheritable<Analysis> inherited(analysis);
  global = &analysis.data;
  const std::vector<int> items = {0, 1, 2};
  std::vector<std::pair<Shared, int>> pairs;
  for (const int i : items) pairs.emplace_back(shared, i);
  std::printf("{\n");
  show("function", function, items);
  show("static method", Analysis::analyze_the_global, items);
  show(
      "lambda", [](int i) { return 2.0 * i; }, items);
  show("handle", cow::bound<&Analysis::analyze>(inherited.handle()), items);
  show("bound method", cow::bound<&Analysis::analyze>(analysis), items);
  show("callable", Holder{shared}, items);
  show("items", call_method, pairs, "");
  std::printf("}\n");
}

// A program whose file is removed ("removed") or has its name given to another
// one ("replaced") while it runs. Prints what maps of spawned pools give then.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <string_view>
#include <vector>

#include "cow/pool/pool.h"

int main(int argc, char** argv) {
  cow::serve_if_spawned();
  const std::filesystem::path file = argv[0];
  std::filesystem::remove(file);
  if (argc > 1 && std::string_view(argv[1]) == "replaced") {
    std::filesystem::copy_file("/bin/false", file);
  }
  for (const cow::StartMethod method :
       {cow::StartMethod::kSpawn, cow::StartMethod::kForkServer}) {
    cow::Pool pool({.workers = 2, .start_method = method});
    const std::vector<int> squares =
        pool.map([](int i) { return i * i; }, std::vector{1, 2, 3}, 1);
    fmt::print("{}\n", fmt::join(squares, " "));
  }
}

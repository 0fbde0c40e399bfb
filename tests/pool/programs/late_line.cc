// A program whose main has the line, but where its spawned copies do not come
// to it: they make a pool first ("pool"), or end ("end"). Prints what a map in
// the first process says.
#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include "cow/pool/pool.h"

int main(int argc, char** argv) {
  const char* role = std::getenv("LATE_LINE");
  if (role != nullptr && std::string_view(role) == "end") return 0;
  ::setenv("LATE_LINE", argc > 1 ? argv[1] : "pool", 1);
  try {
    cow::Pool pool({.workers = 2, .start_method = cow::StartMethod::kSpawn});
    pool.map([](int i) { return i; }, std::vector{1, 2, 3});
    fmt::print("there is a result\n");
  } catch (const cow::PoolError& error) {
    fmt::print("{}\n", error.what());
  }
  cow::serve_if_spawned();
}

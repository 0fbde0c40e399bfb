// A program that wants to spawn workers, but whose main lacks the line. Prints
// what the pool says.
#include <fmt/format.h>

#include "cow/pool/pool.h"

int main() {
  try {
    cow::Pool pool({.workers = 2, .start_method = cow::StartMethod::kSpawn});
    fmt::print("there is a pool\n");
  } catch (const cow::PoolError& error) {
    fmt::print("{}\n", error.what());
  }
}

// Chapter 07: a pool that spawns, in a program whose line comes too late.
#include <cstdio>
#include <exception>
#include <vector>

#include "cow/pool/pool.h"

int square(int i) { return i * i; }

int main() {
  try {
    cow::Pool pool({.workers = 1, .start_method = cow::StartMethod::kSpawn});
    std::printf("%d\n", pool.map(square, std::vector{7})[0]);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  cow::serve_if_spawned();
}

// Chapter 07: a pool that spawns, in a program whose main lacks the line.
#include <cstdio>
#include <exception>
#include <vector>

#include "cow/pool/pool.h"

int square(int i) { return i * i; }

int main() {
  try {
    cow::Pool pool({.workers = 2, .start_method = cow::StartMethod::kSpawn});
    std::printf("%d\n", pool.map(square, std::vector{7})[0]);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
}

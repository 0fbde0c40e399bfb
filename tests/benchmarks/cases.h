// What is measured: each row of the table as a benchmark.
#pragma once

#include <vector>

#include "benchmarks/cpython.h"
#include "cow/os/bytes.h"

namespace cow::bench {

/// How much of everything. The defaults are those of the published table.
struct Sizes {
  int rounds = 5;
  int trips = 2'000;
  int ints_one_by_one = 100'000;
  int ints = 1'000'000;
  int lazy_items = 10'000'000;
  Bytes payload = 64_MiB;
  int many_workers = 1'000;
  Bytes large_data = 1_GiB;
  int freed_blocks = 2'000'000;
  std::vector<int> items = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};
  std::vector<int> workers = {1, 2, 4, 8, 16};
  std::vector<Bytes> data = {0_B, 64_MiB, 256_MiB, 1_GiB};
  /// Adds lesson 01 at the size of its question: 763 MiB, 10 workers.
  bool full_scale = false;
};

/// So little that the benchmarks run in a second or two; to see that they run.
Sizes tiny_sizes();

/// Registers all benchmarks. `cpython` may be null, and lives longer than they.
void register_cases(const Sizes& sizes, CPython* cpython);

}  // namespace cow::bench

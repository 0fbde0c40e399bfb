// Chapter 07: what a program does before main, a spawned worker does again.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "cow/memory/usage.h"
#include "cow/pool/pool.h"

const std::vector<double> data(8 << 20, 1.0);  // 64 MiB, a static initializer

std::int64_t uss(int /*i*/) {
  if (std::accumulate(data.begin(), data.end(), 0.0) == 0) return 0;
  return cow::read_usage(::getpid())->uss().count() / 1024;
}

int main() {
  cow::serve_if_spawned();
  for (const auto method : {cow::StartMethod::kFork, cow::StartMethod::kSpawn,
                            cow::StartMethod::kForkServer}) {
    cow::Pool pool({.workers = 2, .start_method = method});
    std::printf("%-10s", std::string(to_string(method)).c_str());
    for (const std::int64_t own : pool.map(uss, std::vector{0, 1})) {
      std::printf("  %6lld kB", static_cast<long long>(own));
    }
    std::printf("\n");
  }
}

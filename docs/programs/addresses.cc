// Chapter 03: an address from before the fork is good in a worker, one from
// after it is not.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include "cow/pool/pool.h"

double value(std::uintptr_t address) {
  return *reinterpret_cast<const double*>(address);
}

int main() {
  const auto before = std::make_unique<double>(3.0);
  cow::Pool pool({.workers = 1});
  const auto after = std::make_unique<double>(3.0);
  for (const double* number : {before.get(), after.get()}) {
    const auto address = reinterpret_cast<std::uintptr_t>(number);
    std::printf("%g\n", pool.map(value, std::vector{address})[0]);
  }
}

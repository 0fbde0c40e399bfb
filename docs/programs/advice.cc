// Chapter 14: what a child finds in memory that its parent has kept from it,
// and how long the fork takes.
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

#include "cow/memory/region.h"
#include "cow/os/child.h"

namespace {

struct Advice {
  const char* name;
  int advice;
};

// What the child sees of the region, whose pages are all ones.
std::string found(const cow::Region& region) {
  cow::Child child =
      cow::Child::fork([&] { return std::to_integer<int>(*region.data()); });
  const cow::ExitStatus end = child.wait();
  if (end.signal != 0) return "signal " + std::to_string(end.signal);
  return end.code == 0 ? "zeros" : "ones";
}

double fork_time() {
  double least = 1e9;
  for (int i = 0; i < 15; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    cow::Child child = cow::Child::fork([] { return 0; });
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - begin;
    child.wait();
    least = std::min(least, taken.count());
  }
  return least;
}

}  // namespace

int main() {
  std::printf("%-18s%-18s%s\n", "256 MiB", "the child finds", "fork takes");
  for (const Advice& each : {Advice{"no advice", MADV_NORMAL},
                             Advice{"MADV_DONTFORK", MADV_DONTFORK},
                             Advice{"MADV_WIPEONFORK", MADV_WIPEONFORK}}) {
    const cow::Region region(cow::to_pages(cow::Bytes(256 << 20)));
    if (::madvise(region.data(), region.size().size(), each.advice) != 0) {
      std::perror(each.name);
    }
    std::printf("%-18s%-18s%7.0f µs\n", each.name, found(region).c_str(),
                fork_time());
  }
}

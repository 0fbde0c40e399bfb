#include "cow/os/heap.h"

#include <malloc.h>

#include <chrono>
#include <cstdlib>

namespace cow {

void settle_heap() {
#ifdef __GLIBC__
  using Clock = std::chrono::steady_clock;
  // One call sorts 10,000 blocks (malloc.c, MAX_ITERS), which takes longer than
  // this. So many calls would sort 100 million.
  constexpr std::chrono::microseconds kNothingToSort(20);
  constexpr int kMostCalls = 10'000;
  // No block in a cache will do, nor does it become a mapping of its own; and
  // hardly any program has freed blocks of just this size.
  constexpr std::size_t kSize = 41'719;
  for (int i = 0; i < kMostCalls; ++i) {
    const Clock::time_point begin = Clock::now();
    void* volatile block = std::malloc(kSize);
    const Clock::duration took = Clock::now() - begin;
    std::free(block);
    if (took < kNothingToSort) return;
  }
#endif
}

void trim_heap() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace cow

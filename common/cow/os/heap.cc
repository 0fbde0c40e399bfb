#include "cow/os/heap.h"

#include <malloc.h>

#include <chrono>
#include <cstdlib>

namespace cow {

void settle_heap() {
#ifdef __GLIBC__
  using Clock = std::chrono::steady_clock;
  // One call of malloc sorts up to 10,000 blocks (malloc.c, MAX_ITERS). That
  // takes longer than this limit. So after a faster call nothing is left to
  // sort.
  constexpr std::chrono::microseconds kNothingToSort(20);
  constexpr int kMostCalls = 10'000;  // they sort 100 million blocks
  // Too large for the caches of small blocks, and too small for a mapping of
  // its own. A free block of exactly this size would end the sorting early, but
  // hardly any program has one.
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

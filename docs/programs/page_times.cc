// Chapter 14: what one page takes: to write to it while a child shares it, or
// to copy it with all others into other memory. Of each, the least of five
// times.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "cow/memory/region.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"

const cow::Region region(cow::to_pages(cow::Bytes(64 << 20)));

// Nanoseconds of the processor a page: what else runs does not count.
template <typename Action>
double time_of(Action action) {
  const std::clock_t begin = std::clock();
  action();
  const double seconds =
      static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return 1e9 * seconds / static_cast<double>(region.pages().count());
}

// A child shares all pages until it is told to end.
double time_faults() {
  cow::Pipe pipe = cow::make_pipe();
  cow::Child child = cow::Child::fork([&] {
    pipe.writer.close();
    std::byte end{};
    return static_cast<int>(::read(pipe.reader.get(), &end, 1));
  });
  const double time =
      time_of([] { region.write(cow::Pages(0), region.pages()); });
  pipe.writer.close();
  child.wait();
  return time;
}

// The same when the child has ended: a fault, and nothing to copy.
double time_faults_later() {
  cow::Child child = cow::Child::fork([] { return 0; });
  child.wait();
  return time_of([] { region.write(cow::Pages(0), region.pages()); });
}

double time_copy(std::byte* to) {
  return time_of([&] { std::memcpy(to, region.data(), region.size().size()); });
}

template <int kAdvice>
double time_copy_to_new() {
  const cow::Mapping to(region.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE);
  ::madvise(to.data(), to.size().size(), kAdvice);
  return time_copy(to.data());
}

double time_copy_to_used() {
  static const cow::Region to(region.pages());
  return time_copy(to.data());
}

int main() {
  const struct {
    const char* what;
    double (*time)();
  } all[] = {{"write, a child shares it", time_faults},
             {"write, the child has ended", time_faults_later},
             {"copy to memory in use", time_copy_to_used},
             {"copy to new pages of 2 MiB", time_copy_to_new<MADV_HUGEPAGE>},
             {"copy to new pages of 4 KiB", time_copy_to_new<MADV_NOHUGEPAGE>}};
  double fault = 0;
  for (const auto& [what, time] : all) {
    double least = time();
    for (int i = 0; i < 4; ++i) least = std::min(least, time());
    if (fault == 0) fault = least;
    std::printf("%-28s%6.0f ns%6.0f %%\n", what, least, 100 * least / fault);
  }
}

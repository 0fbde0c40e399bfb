#include "benchmarks/one_cpu.h"

#include "cow/os/error.h"

namespace cow::bench {

OnOneCpu::OnOneCpu() {
  checked([&] { return ::sched_getaffinity(0, sizeof before_, &before_); },
          "sched_getaffinity()");
  while (!CPU_ISSET(cpu_, &before_)) ++cpu_;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu_, &one);
  checked([&] { return ::sched_setaffinity(0, sizeof one, &one); },
          "sched_setaffinity(CPU {})", cpu_);
}

OnOneCpu::~OnOneCpu() { ::sched_setaffinity(0, sizeof before_, &before_); }

}  // namespace cow::bench

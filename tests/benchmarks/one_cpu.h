// Where the kernel may run what is compared.
#pragma once

#include <sched.h>

#include <cstddef>

namespace cow::bench {

/// As long as one lives, this process runs on one CPU, always the same, and so
/// do the processes that it begins meanwhile. Two processes that wake each
/// other are several times faster or slower by whether the kernel has put them
/// on the same CPU: that must not be what a ratio tells. Throws
/// std::system_error.
class OnOneCpu {
 public:
  OnOneCpu();
  OnOneCpu(const OnOneCpu&) = delete;
  OnOneCpu& operator=(const OnOneCpu&) = delete;
  ~OnOneCpu();

  std::size_t cpu() const { return cpu_; }

 private:
  cpu_set_t before_;
  std::size_t cpu_ = 0;
};

}  // namespace cow::bench

// A process that has few descriptors left.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "cow/os/descriptor.h"

namespace cow::testing {

/// While it lives, this process may open only so many descriptors more.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(int more) {
    int highest = 0;
    for (int fd = 0; fd < 1024; ++fd) {
      if (::fcntl(fd, F_GETFD) != -1) highest = fd;
    }
    // The numbers that are free below the highest are free no more.
    while (fillers_.empty() || fillers_.back().get() < highest) {
      fillers_.emplace_back(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    }
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(fillers_.back().get() + 1 + more);
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  std::vector<Descriptor> fillers_;
  rlimit before_{};
};

}  // namespace cow::testing

// Whether this process is a fork of another one.
#pragma once

#include "cow/os/mapping.h"

namespace cow {

/// Tells the process that has set it from that process' forks. Asking needs no
/// system call: the kernel wipes the memory of the mark in every fork.
class ForkMark {
 public:
  /// Throws std::system_error: MADV_WIPEONFORK needs Linux 4.14.
  void set();
  /// Whether this is a fork of the process that has set it; false if it was
  /// never set.
  bool is_in_fork() const {
    return page_.data() != nullptr && *page_.data() == std::byte{0};
  }

 private:
  Mapping page_;
};

}  // namespace cow

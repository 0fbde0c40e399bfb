// Whether this process is a fork of another one.
#pragma once

#include "cow/os/mapping.h"

namespace cow {

/// A mark that a process sets, and that its forks do not have. Asking needs no
/// system call: the kernel clears the memory of the mark in every fork.
class ForkMark {
 public:
  /// Throws std::system_error: MADV_WIPEONFORK needs Linux 4.14.
  void set();
  /// Whether this process is a fork of the one that has set the mark. False if
  /// the mark was never set.
  bool is_in_fork() const {
    return page_.data() != nullptr && *page_.data() == std::byte{0};
  }

 private:
  Mapping page_;
};

}  // namespace cow

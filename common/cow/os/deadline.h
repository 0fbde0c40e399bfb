// How long to go on waiting.
#pragma once

#include "cow/os/durations.h"

namespace cow {

/// A moment to come, however far away.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now);
  /// For poll(2): 0 when it has passed, and never more than an hour.
  int milliseconds_left() const;

 private:
  std::chrono::steady_clock::time_point at_;
};

}  // namespace cow

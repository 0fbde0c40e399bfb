// A time limit for waiting.
#pragma once

#include "cow/os/durations.h"

namespace cow {

/// A moment between now and a year from now. A duration outside of this range
/// is cut off to it.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now);
  /// For poll(2): the time left, at most an hour; 0 if the moment has passed.
  int milliseconds_left() const;

 private:
  std::chrono::steady_clock::time_point at_;
};

}  // namespace cow

// The times between the first looks at a new command.
#pragma once

#include <algorithm>
#include <chrono>

namespace cowtop {

/// The wait before the next look. It is short at first and then doubles up to
/// the interval. So even a short command is seen. For a long command the first
/// looks hardly add to the cost.
class Ramp {
 public:
  explicit Ramp(std::chrono::milliseconds interval) : interval_(interval) {}

  std::chrono::milliseconds next() {
    const std::chrono::milliseconds wait = std::min(wait_, interval_);
    if (wait_ < interval_) wait_ *= 2;
    return wait;
  }
  void set_interval(std::chrono::milliseconds interval) {
    interval_ = interval;
  }

 private:
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds wait_{10};
};

}  // namespace cowtop

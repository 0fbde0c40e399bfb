// How soon a command that was just started is looked at again.
#pragma once

#include <algorithm>
#include <chrono>

namespace cowtop {

/// The wait before the next look. The first looks at a command follow one
/// another quickly, and then ever more slowly: a short one is seen as well, a
/// long one costs no more than any other.
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

#include "cow/os/deadline.h"

#include <algorithm>

namespace cow {

Deadline::Deadline(std::chrono::milliseconds from_now) {
  // Limits the duration to 0 and a year, because the sum below could overflow.
  constexpr std::chrono::milliseconds kForEver = std::chrono::hours(24 * 365);
  at_ = std::chrono::steady_clock::now() +
        std::clamp(from_now, std::chrono::milliseconds(0), kForEver);
}

int Deadline::milliseconds_left() const {
  constexpr std::chrono::milliseconds kHour = std::chrono::hours(1);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      at_ - std::chrono::steady_clock::now());
  return static_cast<int>(
      std::clamp(left, std::chrono::milliseconds(0), kHour).count());
}

}  // namespace cow

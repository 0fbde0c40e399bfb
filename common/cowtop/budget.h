// What looking may cost. A meter that slows down what it measures is none.
#pragma once

#include <algorithm>
#include <chrono>

namespace cowtop {

/// The time of the processor that this thread has used so far.
std::chrono::nanoseconds own_cpu_time();

/// An account: the time that passes pays in, looks draw. On the average over a
/// long time no more than `share` of one processor is spent.
class Budget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Span = std::chrono::nanoseconds;

  explicit Budget(double share) : share_(share), balance_(most()) {}

  /// Draws the `cost` of a look that has ended at `now`.
  void spend(Span cost, Time now) {
    if (last_ != Time()) {
      const std::chrono::duration<double, std::nano> income =
          share_ * (now - last_);
      balance_ = std::min(most(), balance_ + income);
    }
    last_ = now;
    balance_ -= cost;
  }

  /// How long it takes until the account is in credit again.
  Span wait() const {
    if (balance_.count() >= 0) return Span(0);
    return std::chrono::duration_cast<Span>(-balance_ / share_);
  }

 private:
  using Balance = std::chrono::duration<double, std::nano>;

  // What an idle time may save up, so that the looks at the beginning, in which
  // all is new, follow one another more quickly.
  Balance most() const { return share_ * std::chrono::seconds(5); }

  double share_;
  Balance balance_;
  Time last_;
};

}  // namespace cowtop

// How much processor time cowtop may use. A meter must not slow down what it
// measures. Each reading of all figures is a *look*.
#pragma once

#include <algorithm>
#include <chrono>

namespace cowtop {

/// The processor time that this thread has used until now.
std::chrono::nanoseconds own_cpu_time();

/// An account. Passing time pays in, and looks are paid from it. Over a long
/// time the average is at most `share` of one processor.
class Budget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Span = std::chrono::nanoseconds;

  explicit Budget(double share) : share_(share), balance_(most()) {}

  /// Pays the `cost` of a look that has ended at `now`.
  void spend(Span cost, Time now) {
    if (last_ != Time()) {
      const std::chrono::duration<double, std::nano> income =
          share_ * (now - last_);
      balance_ = std::min(most(), balance_ + income);
    }
    last_ = now;
    balance_ -= cost;
  }

  /// How long it takes until the account is not below zero.
  Span wait() const {
    if (balance_.count() >= 0) return Span(0);
    return std::chrono::duration_cast<Span>(-balance_ / share_);
  }

 private:
  using Balance = std::chrono::duration<double, std::nano>;

  // How much can be saved: five seconds' income. So the first looks, in which
  // everything is new, can follow each other more quickly.
  Balance most() const { return share_ * std::chrono::seconds(5); }

  double share_;
  Balance balance_;
  Time last_;
};

}  // namespace cowtop

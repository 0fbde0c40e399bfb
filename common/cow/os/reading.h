// A figure that was read, or the reason why it could not be.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace cow {

/// Why something is not available on this machine; for `return Absent{"..."}`.
struct Absent {
  std::string reason;
};

/// A value, or the reason why it is absent. A function that cannot read its
/// value returns the reason as an ordinary result. It does not throw, and it
/// does not return 0 instead.
template <typename Value>
class [[nodiscard]] Reading {
 public:
  Reading(Value value) : value_(std::move(value)) {}
  Reading(Absent absent) : reason_(std::move(absent.reason)) {}

  explicit operator bool() const { return value_.has_value(); }

  /// The value. Throws std::runtime_error with the reason if it is absent.
  const Value& operator*() const& { return present(); }
  /// Moves the value out of a Reading that is a temporary. So in
  /// `for (auto& x : *read())` the value lives as long as the loop.
  Value operator*() && {
    present();
    return std::move(*value_);
  }
  const Value* operator->() const { return &present(); }

  /// Why the value is absent; empty if it is there.
  const std::string& reason() const { return reason_; }

 private:
  const Value& present() const {
    if (!value_) throw std::runtime_error(reason_);
    return *value_;
  }

  std::optional<Value> value_;
  std::string reason_;
};

}  // namespace cow

// How deep the values of a message may be nested.
//
// Pickler and Unpickler call themselves for each value inside another. A
// message with too many levels would use up the stack, and so end the process.
// So there is a limit, and a deeper value is refused.
#pragma once

#include <stdexcept>

namespace cow {

/// The bytes are not the pickled form of the expected value, or the value
/// cannot be pickled.
class PickleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The limit. A linked list takes five levels for each element, a tree two. A
/// level takes up to 0.5 kB of stack without optimization or with a sanitizer,
/// and otherwise a tenth of that. A stack has 8 MiB.
inline constexpr int kDeepest = 10'000;

/// At which level a Pickler or Unpickler is.
class Depth {
 public:
  /// Throws PickleError if there are too many.
  void enter() {
    if (++levels_ > kDeepest) refuse();
  }
  void leave() { --levels_; }

 private:
  [[noreturn]] static void refuse();

  int levels_ = 0;
};

}  // namespace cow

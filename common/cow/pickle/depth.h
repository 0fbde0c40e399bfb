// How deep values may lie within each other in a message.
//
// Pickler and Unpickler call themselves for each value within a value, so a
// message that is nothing but beginnings would take the whole stack, and the
// process with it: the next value is refused before.
#pragma once

#include <stdexcept>

namespace cow {

/// Bytes that are not the pickled form of what was to be read; or a value that
/// has none.
class PickleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A list whose elements own the next one takes five levels for each, a tree
/// two. A level takes up to 0.5 kB of stack where nothing is optimized or a
/// sanitizer is at work, and a tenth of that else; a stack has 8 MiB.
inline constexpr int kDeepest = 10'000;

/// The level that an archive is at.
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

// A forked child that a test can stop at points of its choice, read the memory
// of, and let go on. The two meet by pipes: nobody sleeps.
#pragma once

#include <cstdint>
#include <functional>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"

namespace cow::testing {

/// A child that parks. Whatever its parent ends of, it ends as well: its pipe
/// is closed then.
class ParkedChild {
 public:
  /// Gives the parent a number, and returns when the parent says so.
  using Park = std::function<void(std::int64_t answer)>;

  /// Forks a child that runs `body`.
  explicit ParkedChild(const std::function<void(const Park&)>& body);
  ParkedChild(const ParkedChild&) = delete;
  ParkedChild& operator=(const ParkedChild&) = delete;
  /// Kills the child if it was not waited for.
  ~ParkedChild();

  pid_t pid() const { return child_.pid(); }
  /// Waits until the child parks, and returns what it answered. Throws
  /// std::runtime_error if it ends instead.
  std::int64_t await();
  /// Lets the parked child go on.
  void go_on();
  /// Lets it go on, and waits for its end.
  ExitStatus end();

 private:
  Pipe answers_ = make_pipe();
  Pipe orders_ = make_pipe();
  Child child_;
};

}  // namespace cow::testing

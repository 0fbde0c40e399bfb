// Signals that can be waited for: signalfd(2). A program with a full screen has
// much to do when it is told to end or to stop, or when the size of its window
// changes. A signal handler may do almost none of that.
#pragma once

#include <csignal>
#include <initializer_list>

#include "cow/os/descriptor.h"

namespace cowtop {

/// As long as this object exists, the given signals do not act but can be read.
/// A signal that was ignored when this process started (nohup(1)) stays
/// ignored. For a program with one thread.
class Signals {
 public:
  /// Throws std::system_error.
  explicit Signals(std::initializer_list<int> signals);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// A descriptor that is readable when a signal has come.
  int descriptor() const { return descriptor_.get(); }
  /// A signal that has come; 0 if there is none.
  int next() const;
  /// Does what `signal` does by default. For SIGTSTP it returns when the
  /// process is continued.
  static void do_default(int signal);

 private:
  sigset_t before_{};
  cow::Descriptor descriptor_;
};

/// Ends this process by `signal`, as if the signal had not been caught.
[[noreturn]] void end_by(int signal);

}  // namespace cowtop

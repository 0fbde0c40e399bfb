// Signals as something to wait for: signalfd(2). A handler could do next to
// nothing of what a program with a full screen has to do when it is told to
// end, to stop or that its window has another size.
#pragma once

#include <csignal>
#include <initializer_list>

#include "cow/os/descriptor.h"

namespace cowtop {

/// From construction to destruction the given signals do not do what they
/// would, but can be read. One that this process was started to ignore
/// (nohup(1)) stays ignored. For a program of one thread.
class Signals {
 public:
  /// Throws std::system_error.
  explicit Signals(std::initializer_list<int> signals);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// Becomes readable when a signal is there.
  int descriptor() const { return descriptor_.get(); }
  /// A signal that has come; 0 if there is none.
  int next() const;
  /// Does what `signal` does by default: for SIGTSTP returns when the process
  /// is continued.
  static void do_default(int signal);

 private:
  sigset_t before_{};
  cow::Descriptor descriptor_;
};

/// Ends this process by `signal`, as it would have ended had it not been taken.
[[noreturn]] void end_by(int signal);

}  // namespace cowtop

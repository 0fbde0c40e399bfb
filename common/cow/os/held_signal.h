// A signal that no child shall see before it has said what to do about it.
#pragma once

#include <csignal>

namespace cow {

/// As long as it lives, `signal` does not come to this thread, nor to the
/// processes that it begins meanwhile, until they call `ignore_signal`: then it
/// has never come to them. Here it comes at the end.
class HeldSignal {
 public:
  explicit HeldSignal(int signal);
  HeldSignal(const HeldSignal&) = delete;
  HeldSignal& operator=(const HeldSignal&) = delete;
  ~HeldSignal();

 private:
  sigset_t before_{};
};

/// Holds `signal`, and at the end forgets what has come to this thread.
class ForgottenSignal {
 public:
  explicit ForgottenSignal(int signal) : signal_(signal), held_(signal) {}
  ~ForgottenSignal();

 private:
  int signal_;
  HeldSignal held_;
};

/// Does nothing at `signal` from now on, also at one that was held. Programs
/// that this process starts know nothing of it: they end by the signal, unless
/// it was ignored before.
void ignore_signal(int signal);

}  // namespace cow

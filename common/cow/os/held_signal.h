// Signals that are held back: a child does not get one before it has said that
// it ignores it.
#pragma once

#include <csignal>

namespace cow {

/// While this object lives, `signal` is held back from this thread, which gets
/// it afterwards. It is held back as well from the processes that the thread
/// starts meanwhile, until they call `ignore_signal`: they never get it.
class HeldSignal {
 public:
  explicit HeldSignal(int signal);
  HeldSignal(const HeldSignal&) = delete;
  HeldSignal& operator=(const HeldSignal&) = delete;
  ~HeldSignal();

 private:
  sigset_t before_{};
};

/// Holds `signal` back too, but what has come to this thread is thrown away at
/// the end.
class ForgottenSignal {
 public:
  explicit ForgottenSignal(int signal) : signal_(signal), held_(signal) {}
  ~ForgottenSignal();

 private:
  int signal_;
  HeldSignal held_;
};

/// From now on `signal` does nothing here, not even one that was held back. The
/// programs that this process executes do not inherit that: the signal ends
/// them, unless it was ignored before.
void ignore_signal(int signal);

}  // namespace cow

// Signals that are held back, so that a child does not get a signal before it
// can ignore it.
#pragma once

#include <csignal>
#include <initializer_list>

namespace cow {

/// While this object exists, signals are held back from this thread, which gets
/// them afterwards. Processes that the thread starts meanwhile inherit that.
/// For them a signal is held back until they call `ignore_signal`, so they
/// never get it.
class HeldSignal {
 public:
  explicit HeldSignal(int signal) : HeldSignal({signal}) {}
  HeldSignal(std::initializer_list<int> signals);
  HeldSignal(const HeldSignal&) = delete;
  HeldSignal& operator=(const HeldSignal&) = delete;
  ~HeldSignal();

 private:
  sigset_t before_{};
};

/// Holds `signal` back, too. But a signal that came to this thread meanwhile is
/// thrown away.
class ForgottenSignal {
 public:
  explicit ForgottenSignal(int signal) : signal_(signal), held_(signal) {}
  ~ForgottenSignal();

 private:
  int signal_;
  HeldSignal held_;
};

/// From now on `signal` does nothing in this process, not even a signal that
/// was held back. Programs that this process executes do not inherit that: the
/// signal ends them, unless it was already ignored before this call.
void ignore_signal(int signal);

}  // namespace cow

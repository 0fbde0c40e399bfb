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

/// Ignores `signal`, also one that was held.
void ignore_signal(int signal);

}  // namespace cow

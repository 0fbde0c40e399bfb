#include "cow/os/held_signal.h"

namespace cow {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

HeldSignal::HeldSignal(std::initializer_list<int> signals) {
  const sigset_t held = set_of(signals);
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

HeldSignal::~HeldSignal() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

ForgottenSignal::~ForgottenSignal() {
  const sigset_t held = set_of({signal_});
  const timespec at_once{};
  ::sigtimedwait(&held, nullptr, &at_once);
}

void ignore_signal(int signal) {
  // SIG_IGN would stay after exec(2); a handler does not.
  struct sigaction nothing {};
  nothing.sa_handler = [](int) {};
  nothing.sa_flags = SA_RESTART;
  struct sigaction before {};
  ::sigaction(signal, &nothing, &before);
  if (before.sa_handler == SIG_IGN) ::sigaction(signal, &before, nullptr);
  const sigset_t ignored = set_of({signal});
  ::pthread_sigmask(SIG_UNBLOCK, &ignored, nullptr);
}

}  // namespace cow

#include "cow/os/held_signal.h"

namespace cow {
namespace {

sigset_t set_of(int signal) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  return set;
}

}  // namespace

HeldSignal::HeldSignal(int signal) {
  const sigset_t held = set_of(signal);
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

HeldSignal::~HeldSignal() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void ignore_signal(int signal) {
  ::signal(signal, SIG_IGN);
  const sigset_t ignored = set_of(signal);
  ::pthread_sigmask(SIG_UNBLOCK, &ignored, nullptr);
}

}  // namespace cow

#include "cowtop/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "cow/os/error.h"

namespace cowtop {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 &&
         action.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals(std::initializer_list<int> signals) {
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int signal : signals) {
    // Not the ignored ones: a blocked signal is kept even if it is ignored.
    if (!is_ignored(signal)) ::sigaddset(&taken, signal);
  }
  descriptor_ = cow::Descriptor(cow::checked(
      [&] { return ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK); },
      "signalfd()"));
  ::sigprocmask(SIG_BLOCK, &taken, &before_);
}

Signals::~Signals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

int Signals::next() const {
  signalfd_siginfo info{};
  const ssize_t got = cow::retried(
      [&] { return ::read(descriptor_.get(), &info, sizeof(info)); });
  if (got == -1 && errno != EAGAIN) {
    cow::throw_system_error(errno, "read(signalfd)");
  }
  return got == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
}

void Signals::do_default(int signal) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, &before);
  ::raise(signal);
  sigset_t one;
  sigset_t mask;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::sigprocmask(SIG_UNBLOCK, &one, &mask);  // the signal acts here
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::sigaction(signal, &before, nullptr);
}

void end_by(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);  // if it was blocked
}

}  // namespace cowtop

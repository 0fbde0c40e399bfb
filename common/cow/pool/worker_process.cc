#include "cow/pool/worker_process.h"

#include <sys/wait.h>

#include <utility>

namespace cow {
namespace {

// After the end of the fork server its worker may be a child of this process:
// where this one takes in orphans, as the first process of a container does.
// Elsewhere it is not, which is no error.
void reap_orphan(const Descriptor& pidfd) {
  constexpr auto kPidfd = static_cast<idtype_t>(3);  // P_PIDFD: waitid(2)
  siginfo_t ignored{};
  ::waitid(kPidfd, static_cast<id_t>(pidfd.get()), &ignored, WEXITED | WNOHANG);
}

}  // namespace

WorkerProcess::WorkerProcess(pid_t pid, Descriptor pidfd,
                             std::function<ExitStatus()> ask)
    : pid_(pid), pidfd_(std::move(pidfd)), ask_(std::move(ask)) {}

bool WorkerProcess::kill(int signal) const {
  // Its parent may have reaped it, and its id be another's.
  return ask_ ? send_signal(pidfd_, signal) : child_.kill(signal);
}

void WorkerProcess::release() {
  child_.release();
  ask_ = nullptr;
}

ExitStatus WorkerProcess::wait() {
  if (!ask_) return child_.wait();
  wait_readable(pidfd_.get(), -1);
  pid_ = 0;
  const ExitStatus status = std::exchange(ask_, nullptr)();
  if (status.code == kUnknownExit) reap_orphan(pidfd_);
  return status;
}

}  // namespace cow

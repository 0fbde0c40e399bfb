// A worker's process: a child of this one, or of its fork server.
#pragma once

#include <sys/types.h>

#include <functional>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/durations.h"

namespace cow {

/// How long a process that may not be signalled has to end by itself.
inline constexpr std::chrono::milliseconds kPatience(2000);

/// Owns a worker's process. Move-only. Like a Child, it must be waited for or
/// released.
class WorkerProcess {
 public:
  WorkerProcess() = default;
  explicit WorkerProcess(Child child) : child_(std::move(child)) {}
  /// Process `pid`, a child of another process such as a fork server; `pidfd`
  /// is its pidfd. `ask` is called when it has ended: that has its parent reap
  /// it, and says how it ended, or kUnknownExit.
  WorkerProcess(pid_t pid, Descriptor pidfd, std::function<ExitStatus()> ask);

  /// Whether there is one that was not waited for.
  explicit operator bool() const { return ask_ != nullptr || child_; }
  pid_t pid() const { return ask_ ? pid_ : child_.pid(); }
  /// Becomes readable when the process has ended.
  int descriptor() const { return ask_ ? pidfd_.get() : child_.descriptor(); }
  /// As of a Child.
  bool kill(int signal) const;
  /// Waits for the end and says how it ended. kUnknownExit if nobody knows:
  /// this process is its parent and ignores SIGCHLD, or its parent is the fork
  /// server and has ended as well.
  ExitStatus wait();
  /// As for a Child.
  void release_descriptor() { child_.release_descriptor(); }
  /// Leaves it alone: it will not be waited for.
  void release();

 private:
  Child child_;
  // Or, for a child of another process:
  pid_t pid_ = 0;
  Descriptor pidfd_;
  std::function<ExitStatus()> ask_;
};

}  // namespace cow

// A fork server: a small process that loads what all workers are to share, and
// forks a worker whenever the pool wants one. So the workers share memory with
// the server and with each other. They hold nothing of the parent's memory, and
// the parent may have any number of threads.
#pragma once

#include <sys/types.h>

#include <memory>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/durations.h"
#include "cow/os/socket.h"
#include "cow/task/call.h"
#include "cow/task/errors.h"

namespace cow {

struct ForkRequest;

/// Sometimes the pool is not allowed to kill a process. Then it waits this long
/// for the end of that process.
inline constexpr std::chrono::milliseconds kPatience(2000);

/// The server has ended while the pool asked it for a worker. It may have
/// forked that worker. That worker dies with the server. But before that it may
/// have read from its pipe.
class ForkServerDied : public PoolError {
 public:
  using PoolError::PoolError;
};

/// The parent's side. Its workers share ownership of it, because only the
/// server can say how they ended.
class ForkServer : public std::enable_shared_from_this<ForkServer> {
 public:
  /// Spawns the server and waits until it has called `preload`, if there is
  /// one. Throws PoolError if that fails, and std::system_error if the process
  /// cannot be started.
  explicit ForkServer(Call preload);
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;
  /// Ends the server.
  ~ForkServer();

  /// Lets the server fork a worker that serves batches from `tasks` and replies
  /// on `results`. `offers` is a file that holds the page of offers.h. Throws
  /// ForkServerDied if the server has died. The next call then starts a new
  /// server first. So it can also throw what the constructor throws. Throws
  /// std::system_error if the server cannot fork.
  Child start_worker(int tasks, int results, int offers);

  /// Reaps the worker `pid`, which has ended, and returns how it ended. The
  /// code is kUnknownExit if the server cannot say.
  ExitStatus status_of(pid_t pid);

  /// Ends the server. Its workers end with it.
  void stop();

  pid_t pid() const { return server_.pid(); }

 private:
  // Sends a request and returns the answer; empty if the server has ended.
  Letter ask(const ForkRequest& request, const std::vector<int>& enclosed = {});
  void start();
  void expect_preloaded();

  Call preload_;
  Child server_;
  Descriptor socket_;
};

}  // namespace cow

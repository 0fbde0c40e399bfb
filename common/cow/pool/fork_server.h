// A fork server: a small process that loads what all workers are to share, and
// forks a worker whenever the pool wants one. So the workers share memory with
// it and with each other, but neither hold nor cost anything of the parent's,
// and the parent may have as many threads as it likes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/socket.h"
#include "cow/pool/call.h"
#include "cow/pool/errors.h"
#include "cow/pool/worker_process.h"

namespace cow {

struct ForkRequest;

/// The server has ended while it was asked for a worker. It may have forked
/// one. That is killed with the server, but may have read from its pipe before.
class ForkServerDied : public PoolError {
 public:
  using PoolError::PoolError;
};

/// The parent's side. Its workers hold on to it, so that somebody can say how
/// they ended.
class ForkServer : public std::enable_shared_from_this<ForkServer> {
 public:
  /// Spawns the server and waits until `preload`, if there is one, has been
  /// called there. Throws PoolError if that fails, std::system_error if there
  /// can be no such process.
  explicit ForkServer(Call preload);
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;
  /// Ends the server.
  ~ForkServer();

  /// Has a worker forked that serves batches from `tasks` and replies on
  /// `results`; `offers` is a file that holds the page of offers.h. Throws
  /// ForkServerDied if the server has; the next call then starts another one
  /// first. Throws as the constructor as well, and std::system_error if the
  /// server cannot fork.
  WorkerProcess start_worker(int tasks, int results, int offers);

  /// How the worker `pid`, which has ended, did so; reaps it.
  ExitStatus status_of(pid_t pid);

  /// Ends the server, which kills its workers.
  void stop();

  pid_t pid() const { return server_.pid(); }

 private:
  // Sends a request and returns the answer to it; empty if the server has
  // ended.
  Letter ask(const ForkRequest& request, const std::vector<int>& enclosed = {});
  void start();
  void expect_preloaded();

  Call preload_;
  Child server_;
  Descriptor socket_;
};

}  // namespace cow

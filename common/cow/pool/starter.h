// How a pool comes by its workers: by each start method, a process that serves
// two pipes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <span>

#include "cow/os/child.h"
#include "cow/pool/call.h"
#include "cow/pool/fork_server.h"
#include "cow/pool/start_method.h"
#include "cow/pool/worker_link.h"

namespace cow {

/// What a pool's starter is to know.
struct StarterOptions {
  StartMethod start_method = StartMethod::kFork;
  Call initializer = {};
  Call preload = {};
};

class Starter {
 public:
  explicit Starter(StarterOptions options) : options_(std::move(options)) {}

  /// To be called before the first worker is started. Throws PoolError if this
  /// program cannot start any by that method, or the preload fails;
  /// std::system_error if there can be no fork server.
  void prepare();
  /// Starts a worker. A forked one closes its copies of the descriptors
  /// `not_its_own`. Throws PoolError or std::system_error.
  std::unique_ptr<WorkerLink> start(std::span<const int> not_its_own);
  /// Ends the fork server, if there is one.
  void stop() { server_.reset(); }

  /// Whether workers inherit the initializer rather than be sent it.
  bool forks() const { return options_.start_method == StartMethod::kFork; }
  const Call& initializer() const { return options_.initializer; }
  /// The fork server's process id, or 0 if there is none.
  pid_t fork_server() const { return server_ ? server_->pid() : 0; }

 private:
  Child fork_worker(int tasks, int results, const Mapping& offers,
                    std::span<const int> not_its_own) const;

  StarterOptions options_;
  std::shared_ptr<ForkServer> server_;
};

}  // namespace cow

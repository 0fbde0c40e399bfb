// How a pool comes by its workers: by each start method, a process that serves
// two pipes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <span>
#include <vector>

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

/// A worker on its way: first what it needs, then its process. One that is
/// dropped is ended again.
struct NewWorker {
  NewWorker() = default;
  NewWorker(NewWorker&&) = default;
  NewWorker& operator=(NewWorker&&) = default;
  ~NewWorker();

  std::unique_ptr<WorkerLink> link;
  WorkerProcess process;
  Descriptor results_writer;  ///< the worker's end
  Descriptor offers_file;     ///< where the offers lie, unless it inherits them
};

class Starter {
 public:
  explicit Starter(StarterOptions options) : options_(std::move(options)) {}

  /// To be called before the first worker is started. Throws PoolError if this
  /// program cannot start any by that method, or the preload fails;
  /// std::system_error if there can be no fork server.
  void prepare();
  /// Makes what so many workers need. They are to be started next: until then
  /// this process writes nothing to its streams. Throws PoolError if it cannot
  /// be forked now, or std::system_error.
  std::vector<NewWorker> prepare(std::size_t count) const;
  /// Starts them. A forked one closes its copies of `descriptors`, except its
  /// own. Throws PoolError or std::system_error; then those that have a process
  /// were started.
  void start(std::span<NewWorker> workers, std::span<const int> descriptors);
  /// Ends the fork server, if there is one.
  void stop() { server_.reset(); }

  /// Whether workers inherit the initializer rather than be sent it.
  bool forks() const { return options_.start_method == StartMethod::kFork; }
  /// Whether each worker is this program, run from its beginning.
  bool spawns() const { return options_.start_method == StartMethod::kSpawn; }
  /// Whether this process is a worker that this object has forked, or a copy of
  /// one: it has closed the pool's descriptors.
  bool has_forked_this_process() const { return is_worker_; }
  const Call& initializer() const { return options_.initializer; }
  /// The fork server's process id, or 0 if there is none.
  pid_t fork_server() const { return server_ ? server_->pid() : 0; }

 private:
  // May give the worker other pipes.
  WorkerProcess start_one(NewWorker& worker, std::span<const int> descriptors);
  WorkerProcess fork_by_server(NewWorker& worker) const;
  Child fork_worker(const NewWorker& worker, std::span<const int> descriptors);

  StarterOptions options_;
  std::shared_ptr<ForkServer> server_;
  bool is_worker_ = false;  // in a process that it has forked, and its copies
};

}  // namespace cow

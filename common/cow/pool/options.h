// The options of a pool.
#pragma once

#include <string_view>

#include "cow/os/cpus.h"
#include "cow/task/call.h"

namespace cow {

/// How workers are started: the three start methods of Python's
/// multiprocessing.
enum class StartMethod {
  /// Each worker is a fork of the parent, and shares all its memory
  /// copy-on-write.
  kFork,
  /// Each worker is the program, started again. It inherits nothing.
  kSpawn,
  /// Each worker is a fork of a small process, the fork server, which was
  /// spawned. It shares what the server has loaded, and nothing of the parent.
  kForkServer,
};

/// Python's name of it: "fork", "spawn", "forkserver".
inline std::string_view to_string(StartMethod method) {
  if (method == StartMethod::kFork) return "fork";
  return method == StartMethod::kSpawn ? "spawn" : "forkserver";
}

/// What happens to a batch whose worker died while running it.
enum class OnDeath {
  /// It fails with WorkerDied. Nothing runs twice.
  kFail,
  /// It runs once more, in another worker. If that one dies too, it fails. For
  /// tasks that may run twice.
  kRetryOnce,
};

struct PoolOptions {
  /// How many workers; at least 1. The default is the number of CPUs that this
  /// process may use.
  int workers = available_cpus();
  /// Spawn and fork server need the line cow::serve_if_spawned() in main.
  StartMethod start_method = StartMethod::kFork;
  /// Called in every worker before its first task: a function, or a function
  /// with its arguments, {f, a, b}. Forked workers inherit it, so it may be a
  /// lambda with captures. It is sent to other workers, so function and
  /// arguments must be pickleable. The pool pickles it for each new worker, so
  /// objects that its arguments point to must not change while the pool exists.
  Call initializer = {};
  /// Called once in the fork server, before it forks the first worker. All
  /// workers share what it makes. Only for start method kForkServer; the pool
  /// throws std::invalid_argument with any other.
  Call preload = {};
  /// The number of batches that a worker is given in its life; 0: no limit.
  /// When there is more work after that, the worker is shut down and a new one
  /// is started in its place. A new forked worker inherits what the parent has
  /// by then.
  int max_tasks_per_child = 0;
  OnDeath on_death = OnDeath::kFail;
  /// Only the first worker is started with the pool. Another is started when
  /// there is a batch and every worker has one already. So the first result
  /// over a large object waits for one fork, not for all. But a worker that is
  /// forked later inherits what the parent has by then.
  bool start_on_demand = false;
};

}  // namespace cow

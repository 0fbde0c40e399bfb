// What a pool is made with.
#pragma once

#include "cow/os/cpus.h"
#include "cow/pool/call.h"
#include "cow/pool/on_death.h"
#include "cow/pool/start_method.h"

namespace cow {

struct PoolOptions {
  /// How many processes; at least 1. By default as many as CPUs may be used.
  int workers = available_cpus();
  /// Spawn and fork server need the line cow::serve_if_spawned() in main.
  StartMethod start_method = StartMethod::kFork;
  /// Called in every worker before its first task: a function, or one with its
  /// arguments, {f, a, b}. A forked worker inherits them, and whatever a lambda
  /// captures. To other workers they are sent, so they must be pickleable; what
  /// a pointer among them points to does not change before all are started.
  Call initializer = {};
  /// Called once in the fork server, before it forks the first worker: what it
  /// makes, all workers share. For no other start method.
  Call preload = {};
  /// After so many batches a worker is given no more. When there is work for
  /// another one, it is shut down, and a new one is started in its place, which
  /// inherits what the parent has by then. 0: no limit.
  int max_tasks_per_child = 0;
  OnDeath on_death = OnDeath::kFail;
  /// Only the first worker is started with the pool. Another one is started
  /// when there is a batch and each worker has one already. So the first result
  /// over a large object waits for one fork rather than for all. But a worker
  /// that is forked later inherits what the parent has by then.
  bool start_on_demand = false;
};

}  // namespace cow

// A pool of worker processes with the calls of Python's multiprocessing.Pool.
//
//   cow::Pool pool({.workers = 4});
//   std::vector<double> squares = pool.map(square, std::vector{1, 2, 3});
//
// The workers are forked when the pool is made, so they share with the parent,
// copy-on-write, all memory that it has at that moment. What is sent to them
// later is not shared: task and items are pickled, go through a pipe and are
// rebuilt in the worker; results come back in the same way. (Other ways to
// start them: start_method.h.)
//
// A task is a function, a lambda without captures, a method bound to an object,
// or another object with operator() that can be pickled: task.h. An exception
// in a task comes back as TaskError, the death of a worker as WorkerDied; in
// both cases the pool goes on.
//
// Not thread-safe. The pool makes progress while one waits for results; it has
// no thread of its own, because a process with threads cannot fork safely.
#pragma once

#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/pool/engine.h"
#include "cow/pool/errors.h"
#include "cow/pool/inherited.h"
#include "cow/pool/job.h"
#include "cow/pool/spawn.h"
#include "cow/pool/start_method.h"

namespace cow {

/// A map that was begun and whose results are still to be fetched: what can be
/// asked of it whatever the type of its results. It may outlive the pool; what
/// was not done by then has failed with PoolError.
class PendingWork {
 public:
  /// Whether all results are there (or have failed). Does not wait, but takes
  /// in what has arrived.
  bool ready();
  /// Waits until all results are there (or have failed).
  void wait();
  /// As `wait`, then throws the failure, if there was one, as `get` does.
  void wait_for_success();
  /// Waits at most so long; returns `ready()`.
  bool wait_for(std::chrono::milliseconds time);
  /// Lets the pool work until `fd` is readable, a task has failed or all
  /// results are there; returns whether `fd` is readable. For programs that
  /// wait for other things as well.
  bool wait_readable(int fd);
  /// Whether a task has failed so far.
  bool failed() const { return job_->failed(); }
  /// How many messages the items make.
  std::int64_t batches() const { return job_->batches(); }

  /// What went through the pipes for this map so far.
  const Transfer& transfer() const { return job_->transfer(); }
  /// Time from the call of map until the last result, or until now.
  std::chrono::duration<double> elapsed() const { return job_->elapsed(); }

 protected:
  PendingWork(std::shared_ptr<Engine> engine, std::shared_ptr<Job> job)
      : engine_(std::move(engine)), job_(std::move(job)) {}

  std::shared_ptr<Engine> engine_;
  std::shared_ptr<Job> job_;
};

/// The results of a map, to come. Result is void for tasks that return nothing.
template <typename Result>
class Pending : public PendingWork {
 public:
  using Stored = std::conditional_t<std::is_void_v<Result>, Nothing, Result>;
  using Slots = std::vector<std::optional<Stored>>;

  /// Waits for the results and hands them over, in the order of the items; to
  /// be called once. Throws what the failing task of the lowest item caused:
  /// TaskError, WorkerDied, PickleError or PoolError.
  auto get() {
    wait_for_success();
    if constexpr (!std::is_void_v<Result>) {
      std::vector<Result> results;
      results.reserve(slots_->size());
      for (std::optional<Stored>& slot : *slots_) {
        results.push_back(std::move(slot).value());
      }
      slots_->clear();
      return results;
    }
  }

 private:
  friend class Pool;
  Pending(std::shared_ptr<Engine> engine, std::shared_ptr<Job> job,
          Slots* slots)
      : PendingWork(std::move(engine), std::move(job)), slots_(slots) {}

  Slots* slots_;  // owned by the job
};

/// The pool. Movable; its destructor terminates it, as leaving Python's `with
/// Pool()` does.
class Pool {
 public:
  /// Starts the workers. Throws std::invalid_argument for bad options,
  /// PoolError when they cannot be started (limits; threads in a process that
  /// is to fork; no serve_if_spawned in one that is to be spawned).
  explicit Pool(PoolOptions options = {});
  Pool(Pool&&) noexcept = default;
  Pool& operator=(Pool&& other) noexcept {
    std::swap(engine_, other.engine_);
    return *this;
  }
  ~Pool() {
    if (engine_) engine_->terminate();
  }

  /// Calls `task` with each of `items` in the workers and returns the results
  /// in the order of the items. `chunk_size` items make one message; 0 is
  /// CPython's choice, four messages a worker. Throws as Pending::get does.
  template <typename F, typename Items>
  auto map(F task, Items&& items, std::int64_t chunk_size = 0) {
    return map_async(std::move(task), std::forward<Items>(items), chunk_size)
        .get();
  }

  /// As map, but returns at once. Copies the items, or moves them out of a
  /// vector that is given away; objects that they point to must not change
  /// before the results are there.
  template <typename F, typename Items>
  auto map_async(F task, Items&& items, std::int64_t chunk_size = 0) {
    using Item =
        typename std::iterator_traits<decltype(std::begin(items))>::value_type;
    if (chunk_size < 0) throw std::invalid_argument("chunk size below 0");
    engine_->expect_open();  // before anything is moved out of `items`
    constexpr bool kGivenAway = std::is_same_v<Items, std::vector<Item>>;
    std::vector<Held<Item>> held;
    for (auto&& item : items) {
      if constexpr (kGivenAway) {
        held.push_back({std::move(item)});
      } else {
        held.push_back({item});
      }
    }
    if (chunk_size == 0) {
      chunk_size = default_chunk_size(static_cast<std::int64_t>(held.size()),
                                      engine_->size());
    }
    using Returned = typename Batch<F, Item>::Returned;
    auto job = std::make_shared<MapJob<F, Item>>(std::move(task),
                                                 std::move(held), chunk_size);
    engine_->submit(job);
    engine_->progress(-1, 0);
    return Pending<Returned>(engine_, job, &job->results());
  }

  /// No more maps; those that were begun will be finished.
  void close() { engine_->close(); }
  /// Kills the workers; maps that are not finished fail with PoolError.
  void terminate() { engine_->terminate(); }
  /// After close: waits until all is done and the workers have ended.
  void join() { engine_->join(); }

  int size() const { return engine_->size(); }
  /// Process ids of the workers.
  std::vector<pid_t> workers() const { return engine_->pids(); }
  /// What initializers took in the pipes, of all workers so far; nothing if the
  /// workers inherit them.
  const Transfer& initialization() const { return engine_->initialization(); }
  /// Process id of the fork server, or 0 if the pool has none.
  pid_t fork_server() const { return engine_->fork_server(); }

 private:
  std::shared_ptr<Engine> engine_;  // shared with what is pending
};

}  // namespace cow

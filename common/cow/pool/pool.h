// A pool of worker processes with the calls of Python's multiprocessing.Pool.
//
//   cow::Pool pool({.workers = 4});
//   std::vector<double> squares = pool.map(square, std::vector{1, 2, 3});
//   double product = pool.apply(multiply, 6, 7);
//   for (const Line& line : pool.imap(parse, LinesOf(file))) …
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

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/os/durations.h"
#include "cow/pool/errors.h"
#include "cow/pool/expect_task.h"
#include "cow/pool/imap.h"
#include "cow/pool/imap_job.h"
#include "cow/pool/inherited.h"
#include "cow/pool/kept.h"
#include "cow/pool/map_job.h"
#include "cow/pool/options.h"
#include "cow/pool/spawn.h"
#include "cow/pool/start_method.h"

namespace cow {

class Engine;

/// Work that was begun and whose results are still to be fetched: what can be
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
  /// wait for other things as well; for several of them there is
  /// Pool::descriptor. Throws std::system_error if `fd` is not open.
  bool wait_readable(int fd);
  /// Whether a task has failed so far.
  bool failed() const { return outcome_->failed(); }
  /// How many messages the items make.
  std::int64_t batches() const { return outcome_->batches(); }

  /// What went through the pipes for this work so far.
  const Transfer& transfer() const { return job_->transfer(); }
  /// Time from the call of map until the last result, or until now.
  std::chrono::duration<double> elapsed() const { return outcome_->elapsed(); }

 protected:
  PendingWork(Kept<Engine> engine, std::shared_ptr<Job> job,
              std::shared_ptr<Outcome> outcome)
      : engine_(std::move(engine)),
        job_(std::move(job)),
        outcome_(std::move(outcome)) {}
  Job& job() { return *job_; }

 private:
  Kept<Engine> engine_;
  Kept<Job> job_;
  Kept<Outcome> outcome_;  // of the job
};

/// Results to come: a vector of them for a map, one for apply, void for tasks
/// that return nothing.
template <typename Value>
class Pending : public PendingWork {
 public:
  /// Waits for the results and hands them over, in the order of the items.
  /// Throws what the failing task of the lowest item caused (TaskError,
  /// WorkerDied, PickleError or PoolError), and std::logic_error when the
  /// results were handed over before.
  Value get() {
    wait_for_success();
    if (!take_) throw std::logic_error("these results were fetched before");
    return std::exchange(take_, nullptr)(job());
  }

 private:
  friend class Pool;
  template <typename Work>
  Pending(Kept<Engine> engine, const std::shared_ptr<Work>& job,
          Value (*take)(Job&))
      : PendingWork(std::move(engine), job,
                    std::shared_ptr<Outcome>(job, &job->outcome())),
        take_(take) {}

  Value (*take_)(Job&);  // null when they were handed over
};

/// The pool. Movable; its destructor terminates it, as leaving Python's `with
/// Pool()` does. One that was moved from, or results that were, throw
/// std::logic_error whatever they are asked.
class Pool {
 public:
  /// Starts the workers. Throws std::invalid_argument for bad options,
  /// PoolError when they cannot be started (limits; threads in a process that
  /// is to fork; no serve_if_spawned in one that is to be spawned).
  explicit Pool(PoolOptions options = {});
  Pool(Pool&&) noexcept = default;
  /// Terminates what it was before.
  Pool& operator=(Pool&& other) noexcept {
    Pool moved(std::move(other));
    std::swap(engine_, moved.engine_);
    return *this;
  }
  ~Pool();

  /// Calls `task` with each of `items` in the workers and returns the results
  /// in the order of the items. `chunk_size` items make one message; 0 is
  /// CPython's choice, four messages a worker. Throws as Pending::get does.
  /// Items of this and the other calls can stand in braces: {1, 2, 3}.
  template <typename F, typename Items = ItemsFor<F>>
  auto map(F task, Items&& items, std::int64_t chunk_size = 0) {
    return map_async(std::move(task), std::forward<Items>(items), chunk_size)
        .get();
  }

  /// As map, but returns at once. Copies the items, or moves them out of a
  /// vector that is given away; objects that they point to must not change
  /// before the results are there.
  template <typename F, typename Items = ItemsFor<F>>
  auto map_async(F task, Items&& items, std::int64_t chunk_size = 0) {
    using Item = ItemOf<Items>;
    if constexpr (!expect_task<F, Item>()) {
      return Refused();
    } else {
      if (chunk_size < 0) throw std::invalid_argument("chunk size below 0");
      const auto engine = open();  // before anything is moved out of `items`
      const int workers = size();
      auto elements = elements_of<Item>(std::forward<Items>(items));
      if (chunk_size == 0) {
        chunk_size = default_chunk_size(
            static_cast<std::int64_t>(elements.size()), workers);
      }
      using Work = MapJob<F, Item>;
      using Returned = typename Work::Kind::Returned;
      auto job = std::make_shared<Work>(std::move(task), std::move(elements),
                                        chunk_size);
      submit(*engine, job);
      if constexpr (std::is_void_v<Returned>) {
        return Pending<void>(engine, job, [](Job&) {});
      } else {
        return Pending<std::vector<Returned>>(engine, job, [](Job& done) {
          return values_of<Returned>(static_cast<Work&>(done).take_results());
        });
      }
    }
  }

  /// As map, for tasks of several arguments: each item is a tuple (or pair,
  /// or array) of them.
  template <typename F, typename Items = TuplesFor<F>>
  auto starmap(F task, Items&& items, std::int64_t chunk_size = 0) {
    return starmap_async(std::move(task), std::forward<Items>(items),
                         chunk_size)
        .get();
  }
  template <typename F, typename Items = TuplesFor<F>>
  auto starmap_async(F task, Items&& items, std::int64_t chunk_size = 0) {
    return map_async(Spread<F>{std::move(task)}, std::forward<Items>(items),
                     chunk_size);
  }

  /// Calls `task` once, with these arguments, in a worker, and returns its
  /// result. Throws as Pending::get does.
  template <typename F, typename... Args>
  auto apply(F task, Args&&... args) {
    return apply_async(std::move(task), std::forward<Args>(args)...).get();
  }
  /// As apply, but returns at once. Copies the arguments.
  template <typename F, typename... Args>
  auto apply_async(F task, Args&&... args) {
    if constexpr (!expect_task<Spread<F>,
                               std::tuple<std::decay_t<Args>...>>()) {
      return Refused();
    } else {
      const auto engine = open();
      using Work = MapJob<Spread<F>, std::tuple<std::decay_t<Args>...>>;
      using Returned = typename Work::Kind::Returned;
      typename Work::Kind::Items items;
      items.emplace_back(std::forward<Args>(args)...);
      auto job = std::make_shared<Work>(Spread<F>{std::move(task)},
                                        std::move(items), 1);
      submit(*engine, job);
      if constexpr (std::is_void_v<Returned>) {
        return Pending<void>(engine, job, [](Job&) {});
      } else {
        return Pending<Returned>(engine, job, [](Job& done) {
          auto results = static_cast<Work&>(done).take_results();
          return std::move(value_of(results.front()));
        });
      }
    }
  }

  /// As map, but item by item: `items` is read as far as the workers need it
  /// and results can be fetched as soon as they are there, in the order of the
  /// items. However many items there are, only a window of them and of their
  /// results is in memory.
  /// A range that is given away is kept; any other is referred to and must live
  /// until its end was reached or the results are dropped. Each item has an
  /// outcome of its own: after an exception the next result can be fetched.
  template <typename F, typename Items = ItemsFor<F>>
  auto imap(F task, Items&& items, std::int64_t chunk_size = 1) {
    return begin_imap(std::move(task), std::forward<Items>(items), chunk_size,
                      ResultOrder::kOfItems);
  }
  /// As imap, but each result comes as soon as it is there.
  template <typename F, typename Items = ItemsFor<F>>
  auto imap_unordered(F task, Items&& items, std::int64_t chunk_size = 1) {
    return begin_imap(std::move(task), std::forward<Items>(items), chunk_size,
                      ResultOrder::kAsTheyCome);
  }

  /// No more work; what was begun will be finished.
  void close();
  /// Kills the workers; work that is not finished fails with PoolError.
  void terminate();
  /// After close: waits until all is done and the workers have ended.
  void join();

  /// A descriptor to be polled together with others: it is readable when the
  /// pool can make progress, which `ready()` of anything pending then does, or
  /// `wait_for` of an imap with no time. To be polled only as long as something
  /// is pending, and only for reading; it stays the pool's own. With several
  /// things pending, ask all of them: what one takes in may be another's last
  /// result.
  int descriptor() const;

  int size() const;
  /// Process ids of the workers.
  std::vector<pid_t> workers() const;
  /// What initializers took in the pipes, of all workers so far; nothing if the
  /// workers inherit them.
  const Transfer& initialization() const;
  /// Process id of the fork server, or 0 if the pool has none.
  pid_t fork_server() const;

 private:
  // Throws unless jobs are taken. To be kept by whoever runs code of others, in
  // which the pool may end.
  Kept<Engine> open() const;
  static void submit(Engine& engine, std::shared_ptr<Job> job);

  template <typename Items>
  using ItemOf = typename std::iterator_traits<decltype(std::begin(
      std::declval<std::remove_reference_t<Items>&>()))>::value_type;

  template <typename F, typename Items>
  auto begin_imap(F task, Items&& items, std::int64_t chunk_size,
                  ResultOrder order) {
    if constexpr (!expect_task<F, ItemOf<Items>>()) {
      return Refused();
    } else {
      if (chunk_size < 1) throw std::invalid_argument("chunk size below 1");
      const auto engine = open();
      using Work = ImapJob<F, Items>;
      const auto workers = static_cast<std::size_t>(size());
      auto job = std::make_shared<Work>(
          std::move(task), std::forward<Items>(items),
          static_cast<std::size_t>(chunk_size), order,
          Window{.batches = 2 * workers, .most_batches = 64 * workers});
      job->read_input();
      submit(*engine, job);
      using Queue = ResultQueue<typename Work::Result>;
      return Imap<typename Work::Result>(
          engine, job, std::shared_ptr<Queue>(job, &job->queue()));
    }
  }

  Kept<Engine> engine_;  // shared with what is pending
};

}  // namespace cow

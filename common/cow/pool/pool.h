// A pool of worker processes with the calls of Python's multiprocessing.Pool.
//
//   cow::Pool pool({.workers = 4});
//   std::vector<double> squares = pool.map(square, std::vector{1, 2, 3});
//   double product = pool.apply(multiply, 6, 7);
//   for (const Line& line : pool.imap(parse, LinesOf(file))) …
//
// The workers are forked when the pool is made. So they share with the parent,
// copy-on-write, all memory that it has at that moment. What is sent to them
// later is not shared: task and items are pickled, go through a pipe, and are
// rebuilt in the worker. Results come back in the same way. (For other ways to
// start workers see options.h.)
//
// A task is a function, a lambda without captures, a method bound to an object,
// or another object with operator() that can be pickled: see task.h. An
// exception in a task comes back as TaskError, and the death of a worker as
// WorkerDied. In both cases the pool goes on.
//
// Not thread-safe. The pool makes progress only while its user waits for
// results. It has no thread of its own, because a process with threads cannot
// fork safely.
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
#include "cow/pool/imap.h"
#include "cow/pool/imap_job.h"
#include "cow/pool/kept.h"
#include "cow/pool/map_job.h"
#include "cow/pool/options.h"
#include "cow/pool/pending.h"
#include "cow/pool/spawn.h"
#include "cow/task/errors.h"
#include "cow/task/expect_task.h"
#include "cow/task/inherited.h"

namespace cow {

class Engine;

/// Movable. The destructor terminates the pool, as leaving Python's `with
/// Pool()` does. A pool or result object that was moved from throws
/// std::logic_error when it is used.
class Pool {
 public:
  /// Starts the workers. Throws std::invalid_argument for bad options. Throws
  /// PoolError if the workers cannot be started. The usual reasons: a limit of
  /// the system; threads in a process that is to fork; a main without
  /// serve_if_spawned in a program that is to be spawned.
  explicit Pool(PoolOptions options = {});
  Pool(Pool&&) noexcept = default;
  /// Terminates the pool that this object held before.
  Pool& operator=(Pool&& other) noexcept {
    Pool moved(std::move(other));
    std::swap(engine_, moved.engine_);
    return *this;
  }
  ~Pool();

  /// Calls `task` with each of `items` in the workers, and returns the results
  /// in the order of the items. `chunk_size` items make one message; 0 means
  /// CPython's choice, four messages per worker. Throws as Pending::get does.
  /// In this and the other calls the items can be a list in braces: {1, 2, 3}.
  template <typename F, typename Items = ItemsFor<F>>
  auto map(F task, Items&& items, std::int64_t chunk_size = 0) {
    return map_async(std::move(task), std::forward<Items>(items), chunk_size)
        .get();
  }

  /// As map, but returns at once. Copies the items; moves them if `items` is a
  /// vector passed as an rvalue (not std::vector<bool>). Objects that the items
  /// point to must not change before the results are there.
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

  /// As map, for tasks with several arguments. Each item is a tuple of them (or
  /// a pair or array).
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

  /// Calls `task` once with these arguments in a worker, and returns its
  /// result. Throws as Pending::get does.
  template <typename F, typename... Args>
  auto apply(F task, Args&&... args) {
    return apply_async(std::move(task), std::forward<Args>(args)...).get();
  }
  /// As apply, but returns at once. Copies the arguments, or moves rvalues.
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

  /// As map, but item by item. `items` is read only as far as the workers need
  /// it. Results come in the order of the items, each as soon as it is there.
  /// However many items there are, only a window of them and of their results
  /// is in memory.
  ///
  /// A range passed as an rvalue is moved into the imap. Any other range is
  /// referred to: it must live until it was read to its end, or until the Imap
  /// is destroyed. An exception takes the place of one result. The next result
  /// can be fetched after it.
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

  /// The pool takes no more work. What it was given before will be finished.
  void close();
  /// Kills the workers. Unfinished work fails with PoolError.
  void terminate();
  /// Waits until all work is done and the workers have ended. Throws PoolError
  /// if the pool was not closed.
  void join();

  /// A descriptor to poll together with others. It is readable when the pool
  /// can make progress. Then call `ready()` on the pending results: this call
  /// makes the progress. Poll the descriptor only for reading, and only while
  /// results are pending. The pool owns it. If several results are pending,
  /// call `ready()` on all of them, because a call for one can handle the last
  /// reply for another.
  int descriptor() const;

  int size() const;
  /// Process ids of the workers.
  std::vector<pid_t> workers() const;
  /// What went through the pipes for initializers, of all workers until now;
  /// zero if the workers inherit the initializer.
  const Transfer& initialization() const;
  /// Process id of the fork server, or 0 if the pool has none.
  pid_t fork_server() const;

 private:
  // Returns the engine; throws if it takes no jobs. User code may destroy the
  // pool while it runs, so the caller keeps this pointer.
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

  Kept<Engine> engine_;  // shared with pending results
};

}  // namespace cow

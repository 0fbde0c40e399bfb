// A batch of one kind of task: how it is pickled in the parent, and how it is
// run in the worker. The two sides of the same few bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/pickle/pickle.h"
#include "cow/pool/task.h"

namespace cow {

/// Which items of a map a worker is running.
struct BatchRun {
  std::uint64_t first = 0;    ///< index of the first
  std::uint64_t count = 0;    ///< how many
  std::uint64_t current = 0;  ///< index of the one at work, for reports
};

/// Sends the pickled results before it returns.
using Reply = std::function<void(Message)>;

/// Reads a batch, runs it and replies. A batch names its function of this type
/// by the offset in the program.
using BatchEntry = void (*)(Unpickler&, BatchRun&, const Reply&);

/// What a task that returns nothing returns.
struct Nothing {
  template <class Archive>
  void serialize(Archive&) {}
};

/// One item of a map. (A class of its own, because std::vector<bool> has no
/// elements that a span could show.)
template <typename Item>
struct Held {
  Item item;
};

/// One kind of task: F, called with one Item.
template <typename F, typename Item>
struct Batch {
  using Returned = std::decay_t<std::invoke_result_t<const F&, const Item&>>;
  using Result =
      std::conditional_t<std::is_void_v<Returned>, Nothing, Returned>;

  static_assert(is_pickleable<Item>,
                "The items of this map cannot be pickled: give their class a "
                "serialize(archive) member.");
  static_assert(is_pickleable<Result>,
                "The results of this task cannot be pickled: give their class "
                "a serialize(archive) member.");

  /// In the parent. `task` and `items` must outlive the message.
  static Message pickle(const F& task, std::span<const Held<Item>> items) {
    Pickler pickler;
    pickle_task(pickler, task);
    pickler.keep(items.data(), items.size());
    for (const Held<Item>& held : items) pickler(held.item);
    return pickler.take();
  }

  /// In the worker: all items are there before the first task runs.
  static void run(Unpickler& unpickler, BatchRun& run, const Reply& reply) {
    const F task = unpickle_task<F>(unpickler);
    std::vector<Held<Item>> items;
    for (run.current = run.first; run.current < run.first + run.count;
         ++run.current) {
      items.push_back({unpickle<Item>(unpickler)});
    }
    expect_end(unpickler, "the items");
    run.current = run.first;
    std::vector<std::optional<Result>> results;
    results.reserve(items.size());
    for (const Held<Item>& held : items) {
      if constexpr (std::is_void_v<Returned>) {
        task(held.item);
        results.emplace_back(Nothing{});
      } else {
        results.emplace_back(task(held.item));
      }
      ++run.current;
    }
    Pickler pickler;
    pickler.keep(results.data(), results.size());
    run.current = run.first;
    for (const std::optional<Result>& result : results) {
      pickler(*result);
      ++run.current;
    }
    reply(pickler.take());
  }

  /// In the parent again.
  static void unpickle_results(std::span<const std::byte> bytes,
                               std::span<std::optional<Result>> results) {
    Unpickler unpickler(bytes);
    for (std::optional<Result>& result : results) {
      result = unpickle<Result>(unpickler);
    }
    expect_end(unpickler, "the results");
  }
};

}  // namespace cow

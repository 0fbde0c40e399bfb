// A batch of one type of task: how the parent pickles it, and how a worker runs
// it. The two functions stand side by side because they must agree on the
// bytes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/pickle/pickle.h"
#include "cow/task/failure.h"
#include "cow/task/task.h"

namespace cow {

/// Which items of a job a worker is running, and which of them it runs now.
struct BatchRun {
  std::uint64_t first = 0;    ///< index of the first
  std::uint64_t count = 0;    ///< how many
  std::uint64_t current = 0;  ///< index of the item that it is at
  /// A copy of `current` in memory that the pool can read after the worker's
  /// death; or null.
  std::atomic<std::uint64_t>* shown = nullptr;

  void begin(std::uint64_t item) {
    current = item;
    if (shown != nullptr) shown->store(item, std::memory_order_relaxed);
  }
};

/// Sends the pickled results. Has sent all of them when it returns.
using Reply = std::function<void(Message)>;

/// A function that reads a batch, runs it and replies. The batch names it by
/// its offset in the program.
using BatchEntry = void (*)(Unpickler&, BatchRun&, const Reply&);

/// The result of a task that returns void.
struct Nothing {
  template <class Archive>
  void serialize(Archive&) {}
};

/// A bool that can be an element of a vector: std::vector<bool> has no elements
/// that a span could refer to.
struct HeldBool {
  bool value = false;
};

/// The element type of a vector of items or results.
template <typename T>
using Element = std::conditional_t<std::is_same_v<T, bool>, HeldBool, T>;

template <typename T>
T& value_of(T& element) {
  return element;
}
inline bool& value_of(HeldBool& element) { return element.value; }
inline const bool& value_of(const HeldBool& element) { return element.value; }

template <typename T>
Element<T> make_element(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return {value};
  } else {
    return value;
  }
}

/// The elements of a container. They are copied, except that a vector passed as
/// an rvalue is moved (a std::vector<bool> is always copied).
template <typename T, typename Items>
std::vector<Element<T>> elements_of(Items&& items) {
  std::vector<Element<T>> elements;
  if constexpr (std::is_same_v<Items, std::vector<Element<T>>>) {
    elements = std::forward<Items>(items);
  } else if constexpr (std::is_same_v<T, bool>) {
    for (const bool item : items) elements.push_back({item});
  } else if constexpr (std::is_same_v<decltype(std::begin(items)),
                                      decltype(std::end(items))>) {
    elements.assign(std::begin(items), std::end(items));
  } else {  // a range whose end is a sentinel
    for (auto&& item : items) {
      elements.push_back(std::forward<decltype(item)>(item));
    }
  }
  return elements;
}

/// The elements as a vector of the usual type.
template <typename T>
std::vector<T> values_of(std::vector<Element<T>> elements) {
  if constexpr (std::is_same_v<T, bool>) {
    std::vector<bool> values;
    values.reserve(elements.size());
    for (const HeldBool& element : elements) values.push_back(element.value);
    return values;
  } else {
    return elements;
  }
}

/// Pickles `values` one after the other. They must outlive the message.
/// `begin(i)` is called before each value, unless all of them are one block.
template <typename T, typename Begin>
void pickle_all(Pickler& pickler, std::span<const T> values, Begin begin) {
  pickler.keep(values.data(), values.size());
  if constexpr (is_number<T>) {
    pickler.save_block(values.data(), values.data(), values.size_bytes());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      begin(i);
      pickler(value_of(values[i]));
    }
  }
}

/// Reads into each element of `values`. Throws PickleError.
template <typename T>
void unpickle_all(Unpickler& unpickler, std::span<T> values) {
  if constexpr (is_number<T>) {
    unpickler.loadBinary(values.data(), values.size_bytes());
  } else {
    for (T& value : values) unpickle_into(unpickler, value_of(value));
  }
}

/// The result of one item, or its failure. For imap, where each item has its
/// own.
template <typename Result>
struct ItemOutcome {
  std::unique_ptr<Failure> failure;  ///< null: there is a result
  Result result{};

  template <class Archive>
  void save(Archive& archive) const {
    archive(failure != nullptr);
    if (failure) {
      archive(*failure);
    } else {
      archive(result);
    }
  }
  template <class Archive>
  void load(Archive& archive) {
    bool failed = false;
    archive(failed);
    if (failed) {
      failure = std::make_unique<Failure>();
      archive(*failure);
    } else {
      archive(result);
    }
  }
};

/// One type of task: F, called with one Item.
template <typename F, typename Item>
struct Batch {
  using Returned = std::decay_t<std::invoke_result_t<const F&, const Item&>>;
  using Result =
      std::conditional_t<std::is_void_v<Returned>, Nothing, Returned>;
  using Items = std::vector<Element<Item>>;

  /// In the parent. `task` and `items` must outlive the message.
  static Message pickle(const F& task, std::span<const Element<Item>> items) {
    Pickler pickler;
    pickle_task(pickler, task);
    pickle_all(pickler, items, [](std::size_t) {});
    return pickler.take();
  }

  /// In the worker, for a map: the first exception ends the batch.
  static void run(Unpickler& unpickler, BatchRun& run, const Reply& reply) {
    const F task = unpickle_task<F>(unpickler);
    const Items items = unpickle_items(unpickler, run);
    std::vector<Element<Result>> results;
    results.reserve(items.size());
    for (const Element<Item>& item : items) {
      run.begin(run.first + results.size());
      results.push_back(make_element<Result>(call(task, value_of(item))));
    }
    Pickler pickler;
    pickle_all(pickler, std::span<const Element<Result>>(results),
               [&](std::size_t i) { run.begin(run.first + i); });
    reply(pickler.take());
  }

  /// In the worker, for imap: each item has its own outcome.
  static void run_each(Unpickler& unpickler, BatchRun& run,
                       const Reply& reply) {
    const F task = unpickle_task<F>(unpickler);
    const Items items = unpickle_items(unpickler, run);
    std::vector<ItemOutcome<Result>> outcomes(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      run.begin(run.first + i);
      try {
        outcomes[i].result = call(task, value_of(items[i]));
      } catch (...) {
        outcomes[i].failure =
            std::make_unique<Failure>(describe_exception(run.current));
      }
    }
    Pickler pickler;
    pickle_all(pickler, std::span<const ItemOutcome<Result>>(outcomes),
               [&](std::size_t i) { run.begin(run.first + i); });
    reply(pickler.take());
  }

  /// In the parent again.
  static void unpickle_results(std::span<const std::byte> bytes,
                               std::span<Element<Result>> results) {
    Unpickler unpickler(bytes);
    unpickle_all(unpickler, results);
    expect_end(unpickler, "the results");
  }

 private:
  // Reads all items, before the first task runs.
  static Items unpickle_items(Unpickler& unpickler, BatchRun& run) {
    Items items;
    if constexpr (is_number<Item>) {
      load_elements(unpickler, items, run.count);
    } else {
      for (std::uint64_t i = 0; i < run.count; ++i) {
        run.begin(run.first + i);
        items.push_back(make_element<Item>(unpickle<Item>(unpickler)));
      }
    }
    expect_end(unpickler, "the items");
    return items;
  }

  static Result call(const F& task, const Item& item) {
    if constexpr (std::is_void_v<Returned>) {
      task(item);
      return {};
    } else {
      return task(item);
    }
  }
};

}  // namespace cow

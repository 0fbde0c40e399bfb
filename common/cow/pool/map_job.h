// A map: all items are there at the beginning, and all results are fetched at
// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/durations.h"
#include "cow/os/program.h"
#include "cow/pool/job.h"
#include "cow/task/batch.h"

namespace cow {

/// CPython's chunk size, four batches per worker: ceil(items / (4 * workers));
/// 0 if there are no items. Source: multiprocessing/pool.py, Pool._map_async.
std::int64_t default_chunk_size(std::int64_t items, int workers);

/// How the items of a map are cut into batches.
class Chunks {
 public:
  /// `chunk_size` must be at least 1 if there are items.
  Chunks(std::int64_t items, std::int64_t chunk_size);

  /// How many batches.
  std::int64_t count() const { return count_; }
  ItemRange range(std::int64_t batch) const;

 private:
  std::int64_t items_;
  std::int64_t chunk_size_;
  std::int64_t count_;
};

/// The progress of a map: how many batches are done, and which failure counts.
class Outcome {
 public:
  explicit Outcome(std::int64_t batches);

  /// How many batches there are.
  std::int64_t batches() const { return batches_; }
  bool done() const { return done_ == batches_; }
  bool failed() const { return error_ != nullptr; }
  /// Throws the failure of the lowest item, if there is one.
  void rethrow_failure() const {
    if (error_) std::rethrow_exception(error_);
  }
  /// Time from the beginning to the end of the last batch, or until now.
  std::chrono::duration<double> elapsed() const;

  void count_success() { count_one(); }
  /// Of several failures, that of the lowest item is kept.
  void count_failure(std::size_t item, std::exception_ptr error);

 private:
  void count_one();

  std::int64_t batches_;
  std::int64_t done_ = 0;
  std::size_t failed_item_ = 0;
  std::exception_ptr error_;
  std::chrono::steady_clock::time_point begun_;
  std::optional<std::chrono::steady_clock::time_point> ended_;
};

/// The job for one type of task and one type of items.
template <typename F, typename Item>
class MapJob final : public Job {
 public:
  using Kind = Batch<F, Item>;

  MapJob(F task, std::vector<Element<Item>> items, std::int64_t chunk_size)
      : Job(program_offset(reinterpret_cast<AnyFunction>(&Kind::run))),
        task_(std::move(task)),
        items_(std::move(items)),
        results_(items_.size()),
        chunks_(static_cast<std::int64_t>(items_.size()), chunk_size),
        outcome_(chunks_.count()) {}

  Outcome& outcome() { return outcome_; }
  /// To be called once, when all is done without a failure.
  std::vector<Element<typename Kind::Result>> take_results() {
    return std::move(results_);
  }

  bool has_next() const override { return next_ < chunks_.count(); }
  std::int64_t next() override { return next_++; }
  bool exhausted() const override { return !has_next(); }
  ItemRange range(std::int64_t batch) const override {
    return chunks_.range(batch);
  }

  Message pickle(std::int64_t batch) override {
    return Kind::pickle(task_, part_of(items_, batch));
  }

  void succeed(std::int64_t batch,
               std::span<const std::byte> payload) override {
    try {
      Kind::unpickle_results(payload, part_of(results_, batch));
      outcome_.count_success();
    } catch (...) {
      fail(batch, range(batch).first, std::current_exception());
    }
  }
  // For a batch of one item whose result is one block of memory.
  Place place(std::int64_t batch, std::span<const std::byte> beginning,
              std::size_t size) override {
    using Block = Placed<typename Kind::Result>;
    if constexpr (Block::kPrefix != 0) {
      const ItemRange items = range(batch);
      if (items.count != 1 || beginning.size() < Block::kPrefix) return {};
      try {
        Unpickler prefix(beginning.first(Block::kPrefix));
        return {Block::kPrefix, Block::place(prefix, size - Block::kPrefix,
                                             results_[items.first])};
      } catch (const std::exception&) {
        return {};  // `succeed` will find the same error
      }
    }
    return {};
  }
  void succeed_in_place(std::int64_t /*batch*/) override {
    outcome_.count_success();
  }

  void fail(std::int64_t /*batch*/, std::size_t item,
            std::exception_ptr error) override {
    outcome_.count_failure(item, std::move(error));
  }
  bool is_ready() const override { return outcome_.done(); }
  bool has_failed() const override { return outcome_.failed(); }
  void fail_rest(std::exception_ptr error) override {
    for (; has_next(); ++next_) fail(next_, range(next_).first, error);
  }

 private:
  template <typename T>
  std::span<T> part_of(std::vector<T>& all, std::int64_t batch) const {
    const ItemRange items = chunks_.range(batch);
    return std::span(all).subspan(items.first, items.count);
  }

  F task_;
  std::vector<Element<Item>> items_;
  std::vector<Element<typename Kind::Result>> results_;
  Chunks chunks_;
  Outcome outcome_;
  std::int64_t next_ = 0;
};

/// The bytes of a map's first batch, as they go into a worker's pipe. For
/// showing them to a person.
template <typename F, typename Item>
std::string bytes_of_first_batch(F task, const std::vector<Item>& items,
                                 std::int64_t chunk_size) {
  MapJob<F, Item> job(std::move(task), elements_of<Item>(items), chunk_size);
  const Message payload = job.pickle(0);
  FrameHeader header = job.header(0);
  header.payload = static_cast<std::uint64_t>(payload.size().count());
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + payload.to_string();
}

}  // namespace cow

// A map: items that are all there, results that are fetched all at once.
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
#include "cow/pool/batch.h"
#include "cow/pool/job.h"

namespace cow {

/// CPython's chunk size: four batches a worker, ceil(items / (4 * workers)).
/// (multiprocessing/pool.py, Pool._map_async.) 0 for no items.
std::int64_t default_chunk_size(std::int64_t items, int workers);

/// How `items` items are cut into batches.
class Chunks {
 public:
  /// `chunk_size` is at least 1 if there are items.
  Chunks(std::int64_t items, std::int64_t chunk_size);

  /// How many batches.
  std::int64_t count() const { return count_; }
  ItemRange range(std::int64_t batch) const;

 private:
  std::int64_t items_;
  std::int64_t chunk_size_;
  std::int64_t count_;
};

/// How far a map is: how many batches are done, and what went wrong first.
class Outcome {
 public:
  explicit Outcome(std::int64_t batches);

  /// How many messages the items make.
  std::int64_t batches() const { return batches_; }
  bool done() const { return done_ == batches_; }
  bool failed() const { return error_ != nullptr; }
  /// Throws the failure of the lowest item, if there is one.
  void rethrow_failure() const {
    if (error_) std::rethrow_exception(error_);
  }
  /// From the beginning until the last batch was done, or until now.
  std::chrono::duration<double> elapsed() const;

  void count_success() { count_one(); }
  /// The failure of the lowest item is kept.
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

/// The job of one kind of task.
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
  /// Once all is done without a failure; to be called once.
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
  // A result alone in its batch that is one block.
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
        return {};  // whatever it is, `succeed` will say
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

/// The first batch of a map, byte by byte as it goes into a worker's pipe; for
/// people who want to see it.
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

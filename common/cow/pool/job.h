// One map: its batches, how far they are, and its first failure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/program.h"
#include "cow/pool/batch.h"
#include "cow/pool/frame.h"

namespace cow {

/// What one map moved through the pipes.
struct Transfer {
  std::int64_t batches = 0;  ///< that were sent
  Bytes to_workers;          ///< headers and payloads of those batches
  Bytes from_workers;        ///< headers and payloads of the replies
};

/// CPython's chunk size: four batches a worker, ceil(items / (4 * workers)).
/// (multiprocessing/pool.py, Pool._map_async.) 0 for no items.
std::int64_t default_chunk_size(std::int64_t items, int workers);

/// A map in work. The engine asks it for messages and gives it the replies;
/// what the items and results are, only the derived class knows.
class Job {
 public:
  /// `chunk_size` is at least 1 if there are items.
  Job(std::int64_t items, std::int64_t chunk_size, std::uint64_t entry);
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  /// The items [first, first + count) of batch number `batch`.
  struct Range {
    std::size_t first;
    std::size_t count;
  };
  Range range(std::int64_t batch) const;
  /// What goes before the payload of a batch; `number` is the pool's.
  FrameHeader header(std::int64_t batch, std::uint64_t number) const;
  std::int64_t batches() const { return batches_; }
  std::uint64_t entry() const { return entry_; }

  /// The payload of a batch, valid until the batch is done.
  virtual Message pickle(std::int64_t batch) const = 0;

  /// A reply came: keeps its results.
  void succeed(std::int64_t batch, std::span<const std::byte> payload);
  /// A batch, of which `item` is one, will have no results. The failure of the
  /// lowest item is kept.
  void fail(std::int64_t item, std::exception_ptr error);

  bool done() const { return done_ == batches_; }
  bool failed() const { return error_ != nullptr; }
  void rethrow_failure() const {
    if (error_) std::rethrow_exception(error_);
  }

  Transfer& transfer() { return transfer_; }
  /// From the call of map until the last reply, or until now.
  std::chrono::duration<double> elapsed() const;

 private:
  /// Puts the results of a batch where they belong. Throws PickleError.
  virtual void store(std::int64_t batch,
                     std::span<const std::byte> payload) = 0;
  void count_one();

  std::int64_t items_;
  std::int64_t chunk_size_;
  std::int64_t batches_;
  std::uint64_t entry_;
  std::int64_t done_ = 0;
  std::int64_t failed_item_ = 0;
  std::exception_ptr error_;
  Transfer transfer_;
  std::chrono::steady_clock::time_point begun_;
  std::optional<std::chrono::steady_clock::time_point> ended_;
};

/// The job of one kind of task.
template <typename F, typename Item>
class MapJob : public Job {
 public:
  using Result = typename Batch<F, Item>::Result;

  MapJob(F task, std::vector<Held<Item>> items, std::int64_t chunk_size)
      : Job(static_cast<std::int64_t>(items.size()), chunk_size,
            program_offset(
                reinterpret_cast<AnyFunction>(&Batch<F, Item>::run))),
        task_(std::move(task)),
        items_(std::move(items)),
        results_(items_.size()) {}

  Message pickle(std::int64_t batch) const override {
    const Range items = range(batch);
    return Batch<F, Item>::pickle(
        task_, std::span(items_).subspan(items.first, items.count));
  }

  std::vector<std::optional<Result>>& results() { return results_; }

 private:
  void store(std::int64_t batch, std::span<const std::byte> payload) override {
    const Range items = range(batch);
    Batch<F, Item>::unpickle_results(
        payload, std::span(results_).subspan(items.first, items.count));
  }

  F task_;
  std::vector<Held<Item>> items_;
  std::vector<std::optional<Result>> results_;
};

/// The first batch of a map, byte by byte as it goes into a worker's pipe; for
/// people who want to see it.
template <typename F, typename Item>
std::string bytes_of_first_batch(F task, const std::vector<Item>& items,
                                 std::int64_t chunk_size) {
  std::vector<Held<Item>> held;
  held.reserve(items.size());
  for (const Item& item : items) held.push_back({item});
  const MapJob<F, Item> job(std::move(task), std::move(held), chunk_size);
  const Message payload = job.pickle(0);
  FrameHeader header = job.header(0, 0);
  header.payload = static_cast<std::uint64_t>(payload.size().count());
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + payload.to_string();
}

}  // namespace cow

// imap: items are read one by one, and results are fetched one by one. A window
// limits how many items have been read whose results are not yet fetched.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/program.h"
#include "cow/pool/job.h"
#include "cow/pool/result_queue.h"
#include "cow/task/batch.h"
#include "cow/task/errors.h"

namespace cow {

/// How many batches may be read from the input before their results are
/// fetched. This is enough to keep the workers busy, and more while the batches
/// are small.
struct Window {
  std::size_t batches = 2;        ///< in any case
  std::size_t most_batches = 64;  ///< if they hold less than `bytes`
  Bytes bytes{1 << 20};

  bool is_open(std::size_t count, Bytes size) const {
    return count < batches || (count < most_batches && size < bytes);
  }
};

/// The job for one type of task and one type of input. The input is read while
/// the results are fetched.
template <typename F, typename Range>
class ImapJob final : public Job {
 public:
  using Iterator = decltype(std::begin(std::declval<Range&>()));
  using Item = typename std::iterator_traits<Iterator>::value_type;
  using Kind = Batch<F, Item>;
  using Result = typename Kind::Result;

  /// Moves `input` into the job, or refers to it if Range is a reference.
  ImapJob(F task, Range&& input, std::size_t chunk_size, ResultOrder order,
          Window window)
      : Job(program_offset(reinterpret_cast<AnyFunction>(&Kind::run_each))),
        task_(std::move(task)),
        input_(Input{std::forward<Range>(input)}),
        chunk_size_(chunk_size),
        window_(window),
        expected_size_(window.bytes),
        queue_(order) {}

  ResultQueue<Result>& queue() { return queue_; }

  /// Reads items until the window is full.
  bool read_input() override {
    // Refills the window only when it is less than half full.
    if (!window_.is_open(2 * queue_.batches(), 2 * queue_.bytes())) {
      return false;
    }
    const std::size_t before = ready_.size();
    const bool was_there = queue_.has_next();
    while (!queue_.ended() &&
           window_.is_open(queue_.batches(), queue_.bytes())) {
      read_batch();
      // While the input waited, the pool may have got a result: it goes first.
      if (queue_.has_next() && !was_there) break;
    }
    return ready_.size() != before;
  }

  bool has_next() const override {
    return !ready_.empty() && !queue_.cancelled();
  }
  std::int64_t next() override {
    const std::int64_t batch = ready_.front();
    ready_.pop_front();
    return batch;
  }
  void cancel() override {
    queue_.cancel();
    at_.reset();     // the input that it refers to may end before this job
    input_.reset();  // if that is another imap, it is cancelled as well
  }
  bool is_wanted() const override { return !queue_.cancelled(); }
  bool exhausted() const override { return queue_.ended() && !has_next(); }
  ItemRange range(std::int64_t batch) const override {
    return queue_.range(batch);
  }
  Message pickle(std::int64_t batch) override {
    const auto& items = items_.at(batch);
    Message message =
        Kind::pickle(task_, std::span<const Element<Item>>(items));
    message_size_ = message.size();
    expected_size_ = std::max(expected_size_, message_size_);
    queue_.note_size(batch, expected_size_);
    return message;
  }

  void succeed(std::int64_t batch,
               std::span<const std::byte> payload) override {
    typename ResultQueue<Result>::Outcomes outcomes;
    try {
      outcomes = typename ResultQueue<Result>::Outcomes(range(batch).count);
      Unpickler unpickler(payload);
      unpickle_all(unpickler, std::span(outcomes));
      expect_end(unpickler, "the results");
    } catch (...) {
      fail(batch, 0, std::current_exception());
      return;
    }
    items_.erase(batch);
    const Bytes size(payload.size());
    expected_size_ = std::max({size, message_size_, expected_size_ / 2});
    queue_.note_size(batch, size);
    queue_.succeed(batch, std::move(outcomes));
  }
  void fail(std::int64_t batch, std::size_t /*item*/,
            std::exception_ptr error) override {
    items_.erase(batch);
    queue_.fail(batch, error);
  }
  void fail_rest(std::exception_ptr error) override {
    failed_ = error;
    while (!ready_.empty()) fail(next(), 0, error);
    end(std::move(error));
  }
  void read_input_to_its_end() override {
    while (!queue_.ended()) read_batch();
  }
  bool is_ready() const override {
    return queue_.has_next() || queue_.is_at_end();
  }

 private:
  void read_batch() {
    if (std::exchange(is_reading_, true)) {
      throw PoolError(
          "an input cannot wait for the imap that reads it, nor join its pool");
    }
    std::vector<Element<Item>> items;
    try {
      Range& input = input_->range;
      if (!at_) at_.emplace(std::begin(input));
      for (; items.size() < chunk_size_ && *at_ != std::end(input); ++*at_) {
        items.push_back(make_element<Item>(read_item()));
      }
      if (items.size() < chunk_size_) end();
    } catch (...) {
      // The items before the error still run. The error comes after their
      // results.
      end(std::current_exception());
    }
    is_reading_ = false;
    if (queue_.ended()) at_.reset();
    if (items.empty()) return;
    const std::int64_t batch = next_batch_++;
    queue_.begin(batch, {next_item_, items.size()});
    queue_.note_size(batch, expected_size_);
    next_item_ += items.size();
    items_.emplace(batch, std::move(items));
    if (failed_) {  // the pool ended while the items were read
      fail(batch, 0, failed_);
    } else {
      ready_.push_back(batch);
    }
  }
  // There are no more items. Only the first error counts.
  void end(std::exception_ptr error = nullptr) {
    if (!queue_.ended()) queue_.end(std::move(error));
  }

  // Moves the item if the vector was passed as an rvalue, as map does.
  decltype(auto) read_item() {
    if constexpr (std::is_same_v<Range, std::vector<Element<Item>>>) {
      return std::move(**at_);
    } else {
      return **at_;
    }
  }

  // A range, or a reference to one.
  struct Input {
    Range range;
  };

  F task_;
  std::optional<Input> input_;  // none after a cancel
  std::optional<Iterator> at_;
  std::size_t chunk_size_;
  Window window_;
  // The expected size of the next batch: of its message or of its results,
  // whichever is larger. Before the first result it is a whole window. Later it
  // is the size of the last batch, but at least half of the previous
  // expectation.
  Bytes expected_size_;
  Bytes message_size_;  // of the last batch that was pickled
  std::size_t next_item_ = 0;
  std::int64_t next_batch_ = 0;
  std::map<std::int64_t, std::vector<Element<Item>>> items_;
  std::deque<std::int64_t> ready_;
  std::exception_ptr failed_;
  bool is_reading_ = false;  // an item
  ResultQueue<Result> queue_;
};

}  // namespace cow

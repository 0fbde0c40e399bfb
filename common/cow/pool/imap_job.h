// imap: items that are produced one after the other, results that are fetched
// one after the other, and in between never more than a window of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/program.h"
#include "cow/pool/batch.h"
#include "cow/pool/errors.h"
#include "cow/pool/job.h"

namespace cow {

/// In which order results are handed over.
enum class ResultOrder {
  kOfItems,    ///< imap
  kAsTheyCome  ///< imap_unordered
};

/// The batches between input and output: those that were begun and whose
/// results have not all been fetched.
template <typename Result>
class ResultQueue {
 public:
  using Outcomes = std::vector<ItemOutcome<Result>>;

  explicit ResultQueue(ResultOrder order) : order_(order) {}

  /// A batch was begun; batches are numbered 0, 1, 2 …
  void begin(std::int64_t batch, ItemRange items) {
    batches_[batch].items = items;
  }
  ItemRange range(std::int64_t batch) const { return batches_.at(batch).items; }
  /// Its message, or its results, are so large.
  void holds(std::int64_t batch, Bytes size) {
    Pending& held = batches_.at(batch);
    bytes_ += size - held.size;
    held.size = size;
  }
  void succeed(std::int64_t batch, Outcomes outcomes) {
    batches_.at(batch).outcomes = std::move(outcomes);
    finish(batch);
  }
  void fail(std::int64_t batch, const std::exception_ptr& error) {
    batches_.at(batch).error = error;
    finish(batch);
  }
  /// No batch will be begun any more; `error`, if there is one, is why.
  void end(std::exception_ptr error = nullptr) {
    ended_ = true;
    error_ = std::move(error);
  }
  /// Nobody will fetch results any more.
  void cancel() { cancelled_ = ended_ = true; }

  /// Whether a result, or an error in its place, can be fetched now.
  bool has_next() const { return !finished_.empty(); }
  /// Whether everything was fetched and nothing more will come.
  bool is_at_end() const { return ended_ && batches_.empty(); }
  bool ended() const { return ended_; }
  bool cancelled() const { return cancelled_; }
  /// How many batches are in between, and how much memory that takes: messages
  /// that are on their way, results that wait.
  std::size_t batches() const { return batches_.size(); }
  Bytes bytes() const { return bytes_; }

  /// The next result. Throws the error that came in its place.
  Result take() {
    const std::int64_t number = finished_.front();
    Pending& batch = batches_.at(number);
    const std::size_t at = batch.taken++;
    const Forgotten last(*this, number, batch.taken == batch.items.count);
    if (batch.error) std::rethrow_exception(batch.error);
    ItemOutcome<Result>& outcome = batch.outcomes[at];
    if (outcome.failure) throw TaskError(*outcome.failure);
    return std::move(outcome.result);
  }
  /// At the end: throws why the input ended, if that was an error; only once.
  void rethrow_error() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  struct Pending {
    ItemRange items;
    Outcomes outcomes;
    std::exception_ptr error;
    std::size_t taken = 0;
    Bytes size;
    bool done = false;
  };

  // Forgets a batch at the end of its scope, however that is left.
  class Forgotten {
   public:
    Forgotten(ResultQueue& queue, std::int64_t batch, bool is_meant)
        : queue_(queue), batch_(batch), is_meant_(is_meant) {}
    Forgotten(const Forgotten&) = delete;
    Forgotten& operator=(const Forgotten&) = delete;
    ~Forgotten() {
      if (is_meant_) queue_.forget(batch_);
    }

   private:
    ResultQueue& queue_;
    std::int64_t batch_;
    bool is_meant_;
  };

  void finish(std::int64_t batch) {
    batches_.at(batch).done = true;
    if (cancelled_) {
      drop(batch);
    } else if (order_ == ResultOrder::kAsTheyCome) {
      finished_.push_back(batch);
    } else {
      finish_in_order();
    }
  }
  void finish_in_order() {
    const auto next = batches_.find(next_);
    if (finished_.empty() && next != batches_.end() && next->second.done) {
      finished_.push_back(next_++);
    }
  }
  void forget(std::int64_t batch) {
    finished_.pop_front();
    drop(batch);
    if (order_ == ResultOrder::kOfItems) finish_in_order();
  }
  void drop(std::int64_t batch) {
    bytes_ -= batches_.at(batch).size;
    batches_.erase(batch);
  }

  ResultOrder order_;
  std::map<std::int64_t, Pending> batches_;
  std::deque<std::int64_t> finished_;  // whose results can be fetched
  std::int64_t next_ = 0;              // in order: the next to be finished
  Bytes bytes_;
  bool ended_ = false;
  bool cancelled_ = false;
  std::exception_ptr error_;
};

/// How much may be in between: as many batches as keep the workers busy, and
/// more of them while they are small.
struct Window {
  std::size_t batches = 2;        ///< always
  std::size_t most_batches = 64;  ///< while they hold less than `bytes`
  Bytes bytes{1 << 20};

  bool is_open(std::size_t count, Bytes size) const {
    return count < batches || (count < most_batches && size < bytes);
  }
};

/// The job of one kind of task over one kind of input range, which is read as
/// the results are fetched.
template <typename F, typename Range>
class ImapJob final : public Job {
 public:
  using Iterator = decltype(std::begin(std::declval<Range&>()));
  using Item = typename std::iterator_traits<Iterator>::value_type;
  using Kind = Batch<F, Item>;
  using Result = typename Kind::Result;

  /// `input` is kept, or referred to if Range is a reference.
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

  /// Takes items out of the input as far as the window is open. Returns whether
  /// there is a new batch to be handed out.
  bool read_input() {
    // A whole window at a time, when half of it has passed.
    if (!window_.is_open(2 * queue_.batches(), 2 * queue_.bytes())) {
      return false;
    }
    const std::size_t before = ready_.size();
    const bool was_there = queue_.has_next();
    while (!queue_.ended() &&
           window_.is_open(queue_.batches(), queue_.bytes())) {
      read_batch();
      // An input that waits may have let the pool work: a result goes first.
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
    at_.reset();     // it refers to an input that may end before this job
    input_.reset();  // such as another imap, which is dropped with this one
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
    queue_.holds(batch, message.size());
    expected_size_ =
        message.size() < result_size_ ? result_size_ : message.size();
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
    result_size_ = Bytes(payload.size());
    queue_.holds(batch, result_size_);
    queue_.succeed(batch, std::move(outcomes));
  }
  void fail(std::int64_t batch, std::size_t /*item*/,
            std::exception_ptr error) override {
    items_.erase(batch);
    queue_.fail(batch, error);
  }
  void abandon(std::exception_ptr error) override {
    abandoned_ = error;
    while (!ready_.empty()) fail(next(), 0, error);
    end(std::move(error));
  }
  void read_input_to_its_end() override {
    while (!queue_.ended()) read_batch();
  }

 private:
  void read_batch() {
    std::vector<Element<Item>> items;
    try {
      Range& input = input_->range;
      if (!at_) at_.emplace(std::begin(input));
      for (; items.size() < chunk_size_ && *at_ != std::end(input); ++*at_) {
        items.push_back(make_element<Item>(read_item()));
      }
      if (items.size() < chunk_size_) end();
    } catch (...) {
      // What came before has its results first.
      end(std::current_exception());
    }
    if (queue_.ended()) at_.reset();
    if (items.empty()) return;
    const std::int64_t batch = next_batch_++;
    queue_.begin(batch, {next_item_, items.size()});
    queue_.holds(batch, expected_size_);
    next_item_ += items.size();
    items_.emplace(batch, std::move(items));
    if (abandoned_) {  // while they were read
      fail(batch, 0, abandoned_);
    } else {
      ready_.push_back(batch);
    }
  }
  // The first reason counts.
  void end(std::exception_ptr error = nullptr) {
    if (!queue_.ended()) queue_.end(std::move(error));
  }

  // Moved out of a vector that was given away, as map does.
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
  std::optional<Input> input_;  // until it is cancelled
  std::optional<Iterator> at_;
  std::size_t chunk_size_;
  Window window_;
  // Of a batch that is yet to be pickled: as the last one, or as the results
  // that came last; and before there was one, as large as can be.
  Bytes expected_size_;
  Bytes result_size_;  // that came last
  std::size_t next_item_ = 0;
  std::int64_t next_batch_ = 0;
  std::map<std::int64_t, std::vector<Element<Item>>> items_;
  std::deque<std::int64_t> ready_;
  std::exception_ptr abandoned_;
  ResultQueue<Result> queue_;
};

}  // namespace cow

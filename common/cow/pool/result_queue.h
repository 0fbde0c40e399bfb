// The batches of an imap between its input and its output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
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
  /// A batch holds so much: the size of its message or its results, as known or
  /// as expected.
  void note_size(std::int64_t batch, Bytes size) {
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

}  // namespace cow

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
#include "cow/pool/job.h"
#include "cow/task/batch.h"
#include "cow/task/errors.h"

namespace cow {

/// In which order results are handed over.
enum class ResultOrder {
  kOfItems,    ///< imap
  kAsTheyCome  ///< imap_unordered
};

/// The batches that were begun and whose results have not all been fetched.
template <typename Result>
class ResultQueue {
 public:
  using Outcomes = std::vector<ItemOutcome<Result>>;

  explicit ResultQueue(ResultOrder order) : order_(order) {}

  /// A batch was begun. Batches are numbered 0, 1, 2 …
  void begin(std::int64_t batch, ItemRange items) {
    batches_[batch].items = items;
  }
  ItemRange range(std::int64_t batch) const { return batches_.at(batch).items; }
  /// Notes how much memory a batch takes: the size of its message or of its
  /// results, measured or expected.
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
  /// No further batch will be begun. `error` is the reason, or null at the end
  /// of the input.
  void end(std::exception_ptr error = nullptr) {
    ended_ = true;
    error_ = std::move(error);
  }
  /// No further result will be fetched.
  void cancel() { cancelled_ = ended_ = true; }

  /// Whether a result or its error can be fetched now.
  bool has_next() const { return !finished_.empty(); }
  /// Whether all results were fetched and no more will come.
  bool is_at_end() const { return ended_ && batches_.empty(); }
  bool ended() const { return ended_; }
  bool cancelled() const { return cancelled_; }
  /// How many batches are in the queue, and how much memory they take: messages
  /// that were sent, and results that wait.
  std::size_t batches() const { return batches_.size(); }
  Bytes bytes() const { return bytes_; }

  /// Returns the next result, or throws its error. Only if `has_next`.
  Result take() {
    const std::int64_t number = finished_.front();
    Pending& batch = batches_.at(number);
    const std::exception_ptr error = batch.error;
    auto* outcome = error ? nullptr : &batch.outcomes[batch.taken];
    Outcomes last;  // holds `outcome` when its batch is removed
    if (++batch.taken == batch.items.count) {
      last = std::move(batch.outcomes);
      forget(number);
    }
    if (error) std::rethrow_exception(error);
    if (outcome->failure) throw TaskError(*outcome->failure);
    return std::move(outcome->result);
  }
  /// To be called at the end. If an error ended the input, throws that error,
  /// but only the first time.
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
  std::deque<std::int64_t> finished_;  // batches whose results can be fetched
  // If results come in order: the batch whose results come next.
  std::int64_t next_ = 0;
  Bytes bytes_;
  bool ended_ = false;
  bool cancelled_ = false;
  std::exception_ptr error_;
};

}  // namespace cow

// The results of imap, one by one.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "cow/pool/imap_job.h"
#include "cow/pool/kept.h"
#include "cow/pool/pending.h"

namespace cow {

/// The results of an imap. Each is fetched once: by `next`, or as a range.
///
///   for (Result& result : pool.imap(task, items)) use(result);
///
/// If it is destroyed, the batches that no worker has begun are cancelled. It
/// may outlive the pool. What was unfinished when the pool ended fails with
/// PoolError.
template <typename Result>
class Imap : public Begun {
 public:
  /// `queue` gets the results of `job`.
  Imap(Kept<Engine> engine, std::shared_ptr<Job> job,
       Kept<ResultQueue<Result>> queue)
      : Begun(std::move(engine), std::move(job)), queue_(std::move(queue)) {}
  Imap(Imap&&) noexcept = default;
  /// Cancels its own job first, as the destructor does. Then takes the job of
  /// `other`.
  Imap& operator=(Imap&& other) noexcept {
    Imap moved(std::move(other));
    std::swap<Begun>(*this, moved);
    std::swap(queue_, moved.queue_);
    std::swap(current_, moved.current_);
    return *this;
  }
  ~Imap() {
    if (queue_) cancel();
  }

  /// Waits for the next result and returns it; nullopt after the last. If the
  /// next result is an exception, throws it (TaskError, WorkerDied,
  /// PickleError, PoolError); the following call goes on with the result after
  /// it. If reading the items has thrown, that is thrown after the last result.
  std::optional<Result> next() {
    wait();
    if (queue_->has_next()) return queue_->take();
    queue_->rethrow_error();
    return std::nullopt;
  }

  /// An input iterator: an increment waits for the next result.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Result;
    using difference_type = std::ptrdiff_t;
    using pointer = Result*;
    using reference = Result&;

    Iterator() = default;  // the end
    explicit Iterator(Imap* results) : results_(results) { ++*this; }

    Result& operator*() const { return *results_->current_; }
    Result* operator->() const { return &*results_->current_; }
    Iterator& operator++() {
      results_->current_ = results_->next();
      if (!results_->current_) results_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.results_ == b.results_;
    }

   private:
    Imap* results_ = nullptr;
  };
  /// Fetches the next result. After an exception it may be called again, to go
  /// on with the following result.
  Iterator begin() { return Iterator(this); }
  Iterator end() { return {}; }

 private:
  Kept<ResultQueue<Result>> queue_;
  std::optional<Result> current_;
};

}  // namespace cow

// The results of imap, one after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

#include "cow/os/durations.h"
#include "cow/pool/imap_job.h"
#include "cow/pool/kept.h"

namespace cow {

class Engine;

/// An imap as far as the type of its results does not matter.
class ImapWork {
 protected:
  ImapWork(Kept<Engine> engine, Kept<Job> job)
      : engine_(std::move(engine)), job_(std::move(job)) {}

  // Reads items of the input and hands them out.
  void read_input();
  // As those of Engine.
  void progress();
  bool progress_until(const std::function<bool()>& done,
                      std::chrono::milliseconds time);
  bool wait_readable(int fd, const std::function<bool()>& done);
  // Nobody wants what no worker has begun.
  void cancel();

 private:
  Kept<Engine> engine_;
  Kept<Job> job_;
};

/// Results to come, to be fetched once each: by `next`, or as a range.
///
///   for (Result& result : pool.imap(task, items)) use(result);
///
/// Dropping it cancels what no worker has begun yet. Where the pool is gone,
/// what was not done by then fails with PoolError.
template <typename Result>
class Imap : private ImapWork {
 public:
  /// The results of `job` come into `queue`.
  Imap(Kept<Engine> engine, Kept<Job> job, Kept<ResultQueue<Result>> queue)
      : ImapWork(std::move(engine), std::move(job)), queue_(std::move(queue)) {}
  Imap(Imap&&) noexcept = default;
  /// Drops what it was before.
  Imap& operator=(Imap&& other) noexcept {
    Imap moved(std::move(other));
    std::swap<ImapWork>(*this, moved);
    std::swap(queue_, moved.queue_);
    std::swap(current_, moved.current_);
    return *this;
  }
  ~Imap() {
    if (queue_) cancel();
  }

  /// Waits for the next result; nothing after the last one. Throws what its
  /// task caused (TaskError, WorkerDied, PickleError, PoolError), and after the
  /// last one what the reading of the items has thrown; the one after it can be
  /// fetched all the same.
  std::optional<Result> next() {
    while (!look_for_next()) progress();
    return take();
  }

  /// Waits at most so long, or longer where reading an item of the input takes
  /// longer; returns whether `next` would not wait.
  bool wait_for(std::chrono::milliseconds time) {
    return progress_until([this] { return look_for_next(); }, time);
  }

  /// Lets the pool work until `fd` is readable, or `next` would not wait;
  /// returns whether `fd` is readable. Throws std::system_error if it is not
  /// open.
  bool wait_readable(int fd) {
    return ImapWork::wait_readable(fd, [this] { return look_for_next(); });
  }

  /// Input iterator: reads the next result when it is incremented.
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
  /// Fetches the next result. (May be called again after an exception, to go on
  /// with the result behind it.)
  Iterator begin() { return Iterator(this); }
  Iterator end() { return {}; }

 private:
  // Reads items as far as the window is open. Returns whether the next result,
  // an error in its place, or the end is there.
  bool look_for_next() {
    read_input();
    return queue_->has_next() || queue_->is_at_end();
  }
  std::optional<Result> take() {
    if (queue_->has_next()) return queue_->take();
    queue_->rethrow_error();
    return std::nullopt;
  }

  Kept<ResultQueue<Result>> queue_;
  std::optional<Result> current_;
};

}  // namespace cow

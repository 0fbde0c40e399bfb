// What waits to be given to a worker: jobs that have more batches to give, and
// batches that are pickled already.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "cow/pool/pickled_batch.h"

namespace cow {

class Backlog {
 public:
  /// Puts a job behind those that wait.
  void add(std::shared_ptr<Job> job) { jobs_.push_back(std::move(job)); }
  /// Puts batches that were given before in front of all others.
  void put_back(std::vector<PickledBatch> batches);
  /// Whether a batch waits.
  bool has_next() const;
  /// Makes `next` the next batch that somebody wants, and pickles it if it has
  /// to. False if there is none. What cannot be pickled fails.
  bool find_next();
  const PickledBatch& next() const { return pickled_.front(); }
  PickledBatch take_next();
  /// The jobs that have more batches to give.
  const std::deque<std::shared_ptr<Job>>& jobs() const { return jobs_; }
  /// Fails all that waits.
  void fail_all(const std::exception_ptr& error);

  /// Whether a batch is being pickled, which runs code of others.
  bool is_pickling() const { return is_pickling_; }
  /// Whether something has failed since the last call, which this clears.
  bool clear_failed() { return std::exchange(has_failed_, false); }

 private:
  // If pickling fails, the batch does, and the result is false.
  bool pickle_next_of(const std::shared_ptr<Job>& job);

  std::deque<std::shared_ptr<Job>> jobs_;
  std::deque<PickledBatch> pickled_;
  bool is_pickling_ = false;
  bool has_failed_ = false;
};

}  // namespace cow

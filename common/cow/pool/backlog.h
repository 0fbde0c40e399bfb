// The work that no worker has yet: jobs that still have batches, and batches
// that are already pickled.
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
  /// Adds a job after those that wait.
  void add(std::shared_ptr<Job> job) { jobs_.push_back(std::move(job)); }
  /// Puts batches that a worker had before in front of all others.
  void put_back(std::vector<PickledBatch> batches);
  /// Whether a batch waits.
  bool has_next() const;
  /// Makes `next` the next batch that is still wanted. Pickles it first if
  /// necessary, which runs user code. A batch that cannot be pickled fails, and
  /// the search goes on. Returns false if there is no batch.
  bool find_next();
  const PickledBatch& next() const { return pickled_.front(); }
  PickledBatch take_next();
  /// The jobs that still have batches, or may get more.
  const std::deque<std::shared_ptr<Job>>& jobs() const { return jobs_; }
  /// Fails all batches and jobs in the backlog.
  void fail_all(const std::exception_ptr& error);

 private:
  // Returns false if the batch cannot be pickled: then it has failed.
  bool pickle_next_of(const std::shared_ptr<Job>& job);

  std::deque<std::shared_ptr<Job>> jobs_;
  std::deque<PickledBatch> pickled_;
};

}  // namespace cow

// Results that are still to be fetched. Those of map and apply are fetched all
// at once; those of imap, one by one, are in imap.h.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "cow/os/durations.h"
#include "cow/pool/job.h"
#include "cow/pool/kept.h"
#include "cow/pool/map_job.h"

namespace cow {

class Engine;

/// Work that was begun, whatever the type of its results. It may outlive the
/// pool: what was unfinished when the pool ended has failed with PoolError.
/// "Results" here are those that are fetched next: all of a map, or one of an
/// imap. Some calls need the pool to work for them. These calls throw PoolError
/// in a forked copy of the pool, and in user code that the pool is running.
class Begun {
 public:
  /// Whether the results are there or have failed. Does not wait, but handles
  /// what has arrived from the workers.
  bool ready();
  /// Waits until the results are there or have failed.
  void wait();
  /// As `wait`, but waits at most for `time`. It can take longer only if an
  /// imap waits for its input. Returns `ready()`.
  bool wait_for(std::chrono::milliseconds time);
  /// Lets the pool work until `fd` is readable, a task of a map has failed, or
  /// the results are there. Returns whether `fd` is readable. For programs that
  /// also wait for something else; for several such things use
  /// Pool::descriptor. Throws std::system_error if `fd` is not open.
  bool wait_readable(int fd);
  /// What went through the pipes for this work until now.
  const Transfer& transfer() const { return job_->transfer(); }

 protected:
  Begun(Kept<Engine> engine, std::shared_ptr<Job> job)
      : engine_(std::move(engine)), job_(std::move(job)) {}
  Job& job() { return *job_; }
  /// Cancels what no worker has begun.
  void cancel();

 private:
  // Reads items from the input, if there is any, and hands them out. Returns
  // whether the results are there.
  bool look();

  Kept<Engine> engine_;
  Kept<Job> job_;
};

/// A map or apply, whatever the type of its results.
class PendingWork : public Begun {
 public:
  /// Waits until the results are there. Throws their failure as `get` does.
  void wait_for_success() {
    wait();
    outcome_->rethrow_failure();
  }
  /// Whether a task is known to have failed.
  bool failed() const { return outcome_->failed(); }
  /// How many batches the items make.
  std::int64_t batches() const { return outcome_->batches(); }
  /// Time from the call of map until the last result, or until now.
  std::chrono::duration<double> elapsed() const { return outcome_->elapsed(); }

 protected:
  PendingWork(Kept<Engine> engine, std::shared_ptr<Job> job,
              std::shared_ptr<Outcome> outcome)
      : Begun(std::move(engine), std::move(job)),
        outcome_(std::move(outcome)) {}

 private:
  Kept<Outcome> outcome_;  // of the job
};

/// The results of a map (Value is a vector) or of an apply (Value is one
/// result). Value is void for tasks that return nothing.
template <typename Value>
class Pending : public PendingWork {
 public:
  /// Waits for the results and returns them, in the order of the items. If
  /// tasks failed, throws the failure of the lowest item (TaskError,
  /// WorkerDied, PickleError or PoolError). Throws std::logic_error if the
  /// results were fetched before.
  Value get() {
    wait_for_success();
    if (!take_) throw std::logic_error("these results were fetched before");
    return std::exchange(take_, nullptr)(job());
  }

 private:
  friend class Pool;
  template <typename Work>
  Pending(Kept<Engine> engine, const std::shared_ptr<Work>& job,
          Value (*take)(Job&))
      : PendingWork(std::move(engine), job,
                    std::shared_ptr<Outcome>(job, &job->outcome())),
        take_(take) {}

  Value (*take_)(Job&);  // null after the results were fetched
};

}  // namespace cow

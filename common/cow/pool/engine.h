// What runs a pool. It joins what waits (Backlog), which worker gets it
// (Dispatch), and the processes with their pipes (Supervision).
//
// One thread, no lock: the parent makes progress whenever it waits for a
// result, by epoll(7) over the pipes and pidfds of its workers. Each worker has
// two pipes of its own, so that a slow or dead one disturbs nobody else.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cow/os/deadline.h"
#include "cow/os/durations.h"
#include "cow/os/error.h"
#include "cow/os/fork_mark.h"
#include "cow/pool/backlog.h"
#include "cow/pool/dispatch.h"
#include "cow/pool/job.h"
#include "cow/pool/options.h"
#include "cow/pool/supervision.h"

namespace cow {

/// Not thread-safe: a pool is used by one thread, which lives as long as it.
class Engine {
 public:
  explicit Engine(const PoolOptions& options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Starts the workers. Throws PoolError with the reason if that fails.
  void start();
  /// Throws PoolError in a copy of the pool that a fork has made. Throws it,
  /// too, if called by code of others that the pool is running in order to
  /// pickle or unpickle.
  void expect_usable() const;
  /// Throws PoolError, with the reason, if the pool takes no jobs.
  void expect_open() const;
  /// Puts a job behind those that wait, and hands out what workers can take. To
  /// be called after `expect_open`. The pool may have ended since, while the
  /// job was made: then this throws as `expect_open` does.
  void submit(std::shared_ptr<Job> job);
  /// Nobody wants `job` any more: takes back those of its batches that no
  /// worker has begun. They fail, for nobody to see. The batches behind them in
  /// a pipe are taken back as well, and given again.
  void take_back(const Job& job);
  /// Gives what waits to workers that can take it; steals back for those that
  /// are idle; starts workers where some are missing. Does not wait.
  void hand_out();
  /// One round: hands out batches, then waits until a worker answers, can take
  /// more, or dies; or `also` (a descriptor, if not -1) is readable; or
  /// `milliseconds` have passed (-1: however long it takes).
  /// Returns whether `also` is readable.
  bool progress(int also = -1, int milliseconds = -1);

  /// Makes progress until `done()`, at most for so long; returns `done()`.
  template <typename Done>
  bool progress_until(Done done, std::chrono::milliseconds time) {
    const Deadline deadline(time);
    while (!done()) {
      const int left = deadline.milliseconds_left();
      progress(-1, left);  // also without time: it takes in what is there
      if (left == 0) return done();
    }
    return true;
  }

  /// Makes progress until `fd` is readable, or `done()`; returns whether `fd`
  /// is. Throws std::system_error if it is not open.
  template <typename Done>
  bool wait_readable(int fd, Done done) {
    checked([fd] { return ::fcntl(fd, F_GETFD); }, "wait_readable({})", fd);
    while (!done()) {
      if (progress(fd)) return true;
    }
    return false;
  }

  /// Takes no more jobs. Those that wait will be done.
  void close() { closed_ = true; }
  /// Kills the workers; jobs that are not done fail.
  void terminate();
  /// The same, for a pool that its user has destroyed. If it is running code of
  /// others, it ends when that code returns.
  void drop();
  /// After close: finishes the jobs, shuts the workers down and reaps them.
  void join();

  int size() const { return static_cast<int>(supervision_.places()); }
  /// Process ids of the workers that are there.
  std::vector<pid_t> pids() const { return supervision_.pids(); }
  /// What sending initializers moved through the pipes: one batch each.
  const Transfer& initialization() const { return initialization_; }
  /// Is readable when there is something to take in.
  int descriptor() const { return supervision_.descriptor(); }
  /// The fork server's process id, or 0 if there is none.
  pid_t fork_server() const { return supervision_.fork_server(); }

 private:
  void expect_not_ended() const;
  bool is_running_code_of_others() const {
    return runs_code_of_others_ || backlog_.is_pickling();
  }
  // If the pool was dropped: kills all workers, and returns true.
  bool kill_if_dropped();
  // Runs code that is not the pool's. That code cannot use the pool, which is
  // in the middle of something.
  template <typename Call>
  auto run_code_of_others(Call call) {
    struct Flag {
      bool& flag;
      ~Flag() { flag = false; }
    } const within{runs_code_of_others_ = true};
    return call();
  }

  // A worker was started in this place: Dispatch is told, and the worker is
  // sent its call.
  void add_worker(std::size_t place);
  // Starts one more worker; false if there is no place or that fails.
  bool start_one_more();
  bool start_in(std::size_t place);
  // Shuts down all workers and reaps them; false if there are none.
  bool shut_down_and_reap_all();
  void shut_down(std::size_t place);
  bool steal_back(std::size_t spared);
  bool put_back(std::vector<PickledBatch> batches);
  void give_next(std::size_t place);
  void flush_given();
  void flush(std::size_t place);
  // Waits until something happens, at most so long, and takes it in.
  void take_in_events(int milliseconds, int also);
  // Takes in what a worker has sent; false if that cannot be an answer.
  bool read_replies(std::size_t place);
  void place_reply(std::size_t place);
  bool take_reply(std::size_t place, const Frame& reply);
  // A worker has died, or has sent nonsense. Its batches fail or go to others.
  void take_death(std::size_t place, bool sent_nonsense);
  // Ends the pool: kills all workers, and fails all that is not done.
  void kill_all();
  // Fails what waits and what comes. Batches in flight are left alone.
  void fail_all(const std::string& reason);

  ForkMark fork_mark_;
  pid_t owner_;
  OnDeath on_death_;
  std::size_t at_start_;  // how many workers are started at first
  Backlog backlog_;
  Dispatch dispatch_;
  Supervision supervision_;
  std::unique_ptr<FrameReader::Buffer> buffer_;  // for replies
  Transfer initialization_;
  std::vector<std::size_t> unflushed_;  // places that were given something
  bool became_idle_ = false;   // a worker did, since batches were handed out
  bool start_failed_ = false;  // in this round
  bool runs_code_of_others_ = false;
  bool closed_ = false;
  bool dropped_ = false;
  std::exception_ptr broken_;  // why the pool can do no more; null if it can
};

}  // namespace cow

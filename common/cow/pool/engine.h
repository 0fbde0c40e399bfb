// The core of a pool. It connects the waiting work (Backlog), the choice of a
// worker for it (Dispatch), and the processes with their pipes (Supervision).
//
// There is one thread and no lock. The parent makes progress whenever it waits
// for a result: by epoll(7) over the pipes and pidfds of its workers. Each
// worker has two pipes of its own, so a slow or dead worker does not block the
// others.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cow/os/fork_mark.h"
#include "cow/pool/backlog.h"
#include "cow/pool/dispatch.h"
#include "cow/pool/job.h"
#include "cow/pool/options.h"
#include "cow/pool/supervision.h"

namespace cow {

/// Not thread-safe. One thread uses the pool, and must live as long as the
/// pool: workers die with the thread that started them.
class Engine {
 public:
  explicit Engine(const PoolOptions& options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Starts the workers. Throws PoolError with the reason if that fails.
  void start();
  /// Throws PoolError in a forked copy of the pool. Throws it, too, in user
  /// code that the pool is running (to pickle or unpickle).
  void expect_usable() const;
  /// Throws PoolError, with the reason, if the pool takes no jobs. Throws as
  /// `expect_usable` does.
  void expect_open() const;
  /// Adds a job after those that wait, and hands out what workers can take.
  /// Call `expect_open` before the job is made. If the pool has ended since,
  /// this throws PoolError with the reason.
  void submit(std::shared_ptr<Job> job);
  /// `job` was cancelled: takes back its batches that no worker has begun. They
  /// count as failed, but no one is told, because nobody waits for them any
  /// more. Batches after them in a pipe are taken back as well, and are given
  /// to workers again. In a forked copy of the pool this does nothing.
  void take_back(const Job& job);
  /// Gives waiting batches to the workers that can take them. Steals batches
  /// back for idle workers. Starts workers where some are missing. Does not
  /// wait for replies.
  void hand_out();
  /// One round: hands out batches, then waits for one of these events. The
  /// event is an answer, room in a pipe, or the death of a worker. Two more
  /// are: the descriptor `also` (-1: none) is readable; `milliseconds` have
  /// passed
  /// (-1: no limit). Does not wait if `also` is -1
  /// and there are no batches, in flight or waiting. Returns whether `also` is
  /// readable. Throws as `expect_usable` does.
  bool progress(int also = -1, int milliseconds = -1);

  /// Takes no more jobs. Those that were submitted will be done.
  void close() { closed_ = true; }
  /// Kills the workers. Unfinished jobs fail. In a forked copy of the pool this
  /// does nothing. Throws PoolError in user code that the pool is running.
  void terminate();
  /// As `terminate`, for a pool whose owner has destroyed it; does not throw.
  /// If the pool is running user code, the pool ends when that code returns.
  void drop();
  /// Finishes the jobs, shuts the workers down and reaps them. Throws PoolError
  /// if the pool is not closed, and as `expect_usable` does.
  void join();

  int size() const { return static_cast<int>(supervision_.places()); }
  /// Process ids of the present workers.
  std::vector<pid_t> pids() const { return supervision_.pids(); }
  /// What went through the pipes for initializers. Each call that was sent
  /// counts as one batch.
  const Transfer& initialization() const { return initialization_; }
  /// A descriptor that is readable when an event waits: a reply, room, a death.
  int descriptor() const { return supervision_.descriptor(); }
  /// The fork server's process id, or 0 if there is none.
  pid_t fork_server() const { return supervision_.fork_server(); }

 private:
  void expect_not_ended() const;
  // If the pool was dropped: kills all workers and returns true.
  bool kill_if_dropped();
  // Runs user code. That code cannot use the pool, because the pool is in the
  // middle of something.
  template <typename Call>
  auto run_code_of_others(Call call) {
    struct Flag {
      bool& flag;
      ~Flag() { flag = false; }
    } const within{runs_code_of_others_ = true};
    return call();
  }

  bool find_next() {
    return run_code_of_others([this] { return backlog_.find_next(); });
  }

  // Tells Dispatch of the worker that was started in this place, and sends the
  // worker its call.
  void add_worker(std::size_t place);
  // Starts one more worker; false if there is no place or the start fails.
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
  // Waits for events, at most `milliseconds`, and handles them.
  void take_in_events(int milliseconds, int also);
  // Handles what a worker has sent; false if that cannot be an answer.
  bool read_replies(std::size_t place);
  void place_reply(std::size_t place);
  bool take_reply(std::size_t place, const Frame& reply);
  void take_outcome(const PickledBatch& batch, const Frame& reply,
                    const std::optional<Failure>& failure);
  // Whether one worker after the other has ended in its start, and no worker
  // has started. An initializer that calls exit causes that.
  bool starts_fail() const;
  // A worker has died or has sent nonsense. Its batches fail, or other workers
  // get them.
  void take_death(std::size_t place, bool sent_nonsense);
  // Ends the pool: kills all workers and fails all unfinished work.
  void kill_all();
  // Fails the waiting work, and all jobs to come. Batches in flight go on.
  void fail_all(const std::string& reason);

  ForkMark fork_mark_;
  pid_t owner_;
  OnDeath on_death_;
  std::size_t at_start_;  // how many workers start with the pool
  Backlog backlog_;
  Dispatch dispatch_;
  Supervision supervision_;
  std::unique_ptr<FrameReader::Buffer> buffer_;  // for replies
  Transfer initialization_;
  std::vector<std::size_t> unflushed_;  // places still to be flushed
  std::size_t failed_starts_ = 0;       // in a row
  // Whether a worker has become idle since the last hand_out.
  bool became_idle_ = false;
  bool start_failed_ = false;  // in this round
  bool runs_code_of_others_ = false;
  bool closed_ = false;
  bool dropped_ = false;
  std::exception_ptr broken_;  // why the pool has ended; null if it has not
};

}  // namespace cow

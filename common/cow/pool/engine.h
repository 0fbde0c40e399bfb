// What runs a pool: which worker gets which batch, and what becomes of those
// whose worker dies.
//
// One thread, no lock: the parent makes progress whenever it waits for a
// result, by epoll(7) over the pipes and pidfds of its workers. Each worker has
// two pipes of its own, so that a slow or dead one disturbs nobody else.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cow/os/deadline.h"
#include "cow/os/durations.h"
#include "cow/os/poller.h"
#include "cow/pool/job.h"
#include "cow/pool/options.h"
#include "cow/pool/starter.h"
#include "cow/pool/worker_link.h"

namespace cow {

/// Not thread-safe: one pool is used by one thread, which lives as long as it.
class Engine {
 public:
  /// Throws std::invalid_argument for options that cannot be meant.
  explicit Engine(PoolOptions options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Starts the workers. Throws PoolError with the reason if that fails.
  void start();
  /// Throws PoolError in a copy that a fork has made, and in code of others
  /// that the pool runs in order to pickle or unpickle.
  void expect_usable() const;
  /// Throws PoolError, with the reason, unless jobs are taken.
  void expect_open() const;
  /// Puts a job behind those that wait, and begins it if a worker has time. To
  /// be called after `expect_open`; throws as that does if the pool has ended
  /// since, while the job was made.
  void submit(std::shared_ptr<Job> job);
  /// Takes back those batches of `job`, which nobody wants any more, that no
  /// worker has begun. They fail, for nobody to see. What was given behind them
  /// is taken back with them, to be given again.
  void take_back(const Job& job);
  /// Gives what there is to be done to workers that have time for it. Does not
  /// wait.
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
      progress(-1, left);  // with no time left, too: it takes in what is there
      if (left == 0) return done();
    }
    return true;
  }

  /// No more jobs; those that wait will be done.
  void close() { closed_ = true; }
  /// Kills the workers; jobs that are not done fail.
  void terminate();
  /// After close: finishes the jobs, stops the workers and waits for them.
  void join();

  int size() const { return static_cast<int>(workers_.size()); }
  /// Process ids of the workers that are there.
  std::vector<pid_t> pids() const;
  /// What initializers took that had to be sent; a batch each.
  const Transfer& initialization() const { return initialization_; }
  /// The fork server's process id, or 0 if there is none.
  pid_t fork_server() const { return starter_.fork_server(); }

 private:
  // What a key of `poller_` stands for, beside the worker's index.
  enum class Event { kReply, kDeath, kRoom };
  static std::uint64_t key(std::size_t index, Event event);

  // A place for a worker.
  struct Place {
    std::unique_ptr<WorkerLink> worker;  // null: none is there now
    bool waits_for_room = false;         // its pipe is full
    // The batch that it had yet to begin, by its number, and until when.
    std::uint64_t to_begin = 0;
    Deadline patience{std::chrono::milliseconds(0)};
  };

  void expect_not_ended() const;
  // The ends of all pipes, of which a forked worker keeps only two.
  std::vector<int> open_descriptors(
      const std::vector<NewWorker>& workers) const;
  void start_worker(std::size_t index);
  void take_in(std::size_t index, NewWorker& started);
  void send_initializer(std::size_t index);
  // Takes the worker out of its place.
  std::unique_ptr<WorkerLink> remove(std::size_t index);

  // Runs code that is not the pool's, from which it cannot be used: it is in
  // the middle of something.
  template <typename Call>
  auto among_others(Call call) {
    struct Flag {
      bool& flag;
      ~Flag() { flag = false; }
    } const within{among_others_ = true};
    return call();
  }

  // Makes `next_` the next batch, pickled; false if there is none.
  bool find_next();
  bool pickle_next_of(const std::shared_ptr<Job>& job);
  bool is_waiting() const;  // whether there would be one
  // The place of the worker that `next_` should be given to.
  std::optional<std::size_t> choose();
  // Whether the place can take a batch at once; starts a worker if none is
  // there, or one that has done its part.
  bool has_time(std::size_t index);
  // Whether it has not yet had as many batches as a worker may.
  bool may_have_more(const WorkerLink& worker) const;
  // Whether a worker that cannot be started will not be missed.
  bool others_do_the_work() const;
  void give(std::size_t index);
  // Whether a worker has nothing to do, or one can be started; and if it must
  // read at once, whether it has nothing to read over first.
  bool has_idle_place(bool reads_at_once = false) const;
  // Takes back batches from the worker that has most, if another has none.
  bool withdraw_for_the_idle();
  // Gives the only batch of a worker that does not begin it to one that is
  // idle. Returns for how long to wait: for `milliseconds`, or until that is
  // due.
  int relieve_the_late(int milliseconds);
  // Takes back its last batch; false if it has begun that.
  bool withdraw_from(WorkerLink& worker);
  void flush(std::size_t index);

  // Takes in what a worker has sent; false if that cannot be a reply.
  bool read_replies(std::size_t index);
  bool take_reply(WorkerLink& worker);
  // The whole worker has ended in an exception.
  void take_breakdown(WorkerLink& worker, const Failure& failure);
  // Reaps a worker that has died and settles what becomes of its batches; kills
  // it first if it has sent nonsense.
  void bury(std::size_t index, bool sent_nonsense);
  // Kills all workers: fails what waits, and what comes.
  void end();
  // No worker can be had: fails what waits, and what comes.
  void give_up(const std::string& reason);
  // Tells a worker that has nothing to do to end.
  void retire(std::unique_ptr<WorkerLink> worker);
  void reap_the_retired();
  // Has all workers end, which have nothing to do, and waits for it; false if
  // there are none.
  bool end_workers();
  bool busy() const;

  pid_t owner_;
  int max_tasks_per_child_;
  OnDeath on_death_;
  Starter starter_;
  Poller poller_;
  std::unique_ptr<FrameReader::Buffer> buffer_;  // for replies
  std::vector<Place> workers_;
  std::vector<std::unique_ptr<WorkerLink>> retired_;  // told to end
  Transfer initialization_;
  std::deque<std::shared_ptr<Job>> jobs_;  // of which more is to come
  std::deque<Assignment> returned_;        // that were taken back
  std::optional<Assignment> next_;
  bool start_failed_ = false;  // in this round
  bool has_failed_ = false;    // something, while batches were handed out
  bool among_others_ = false;
  bool closed_ = false;
  std::string broken_;  // why no worker can be started any more
};

}  // namespace cow

// What runs a pool: worker processes, their pipes, and the work that waits.
//
// One thread, no lock: the parent makes progress whenever it waits for a
// result, by poll(2) over the pipes and pidfds of its workers. Each worker has
// two pipes of its own, so that a slow or dead one disturbs nobody else.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cow/os/cgroup.h"
#include "cow/os/descriptor.h"
#include "cow/pool/call.h"
#include "cow/pool/fork_server.h"
#include "cow/pool/frame.h"
#include "cow/pool/job.h"
#include "cow/pool/outgoing.h"
#include "cow/pool/start_method.h"
#include "cow/pool/worker_process.h"

namespace cow {

struct PoolOptions {
  /// How many processes; at least 1. By default as many as CPUs may be used.
  int workers = available_cpus();
  /// Spawn and fork server need the line cow::serve_if_spawned() in main.
  StartMethod start_method = StartMethod::kFork;
  /// Called in every worker before its first task: a function, or one with its
  /// arguments, {f, a, b}. A forked worker inherits them, and whatever a lambda
  /// captures. To other workers they are sent, so they must be pickleable; what
  /// a pointer among them points to does not change before all are started.
  Call initializer = {};
  /// Called once in the fork server, before it forks the first worker: what it
  /// makes, all workers share. For no other start method.
  Call preload = {};
  /// After so many batches a worker ends, and when the next batch is there for
  /// it, a new one is started, which inherits what there is by then. 0: never.
  int max_tasks_per_child = 0;
};

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
  /// Throws PoolError, with the reason, unless jobs are taken.
  void expect_open() const;
  /// Puts a job behind those that wait. Throws as `expect_open`.
  void submit(std::shared_ptr<Job> job);
  /// One round: hands out batches, then waits until a worker answers, can take
  /// more, or dies; or `also` (a descriptor, if not -1) is readable; or
  /// `milliseconds` have passed (-1: however long it takes).
  /// Returns whether `also` is readable.
  bool progress(int also = -1, int milliseconds = -1);

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
  pid_t fork_server() const { return server_ ? server_->pid() : 0; }

 private:
  // A batch on its way through a worker.
  struct Assignment {
    std::shared_ptr<Job> job;
    std::int64_t batch = 0;    // within the job
    std::uint64_t number = 0;  // within the pool
  };

  struct Worker {
    WorkerProcess process;
    bool ready = true;  // false: spawned, and was not heard of yet
    int batches = 0;    // that it has finished
    Descriptor tasks;   // where frames are written
    // The other end of `tasks`: as long as somebody can read, a write to the
    // pipe of a dead worker raises no SIGPIPE. Its death shows in its pidfd.
    Descriptor tasks_reader;
    Descriptor results;

    std::optional<Assignment> assignment;
    OutgoingFrame outgoing;

    // What was read of a reply: its header, then its payload.
    FrameHeader reply;
    std::size_t reply_read = 0;
    std::unique_ptr<std::byte[]> payload;
    std::size_t payload_read = 0;
  };

  std::unique_ptr<Worker> start_worker();
  WorkerProcess start_process(const Pipe& tasks, const Pipe& results);
  Child fork_worker(const Pipe& tasks, const Pipe& results) const;
  int run_child(int tasks, int results, pid_t parent) const;
  void initialize(Worker& worker);
  void hand_out();
  // Whether a worker can take a batch now.
  static bool is_idle(const Worker& worker);
  bool assign(Worker& worker);
  void write_some(Worker& worker);
  // Tells a worker that has done its part to end, and puts it aside.
  void retire(std::unique_ptr<Worker> worker);
  // Takes in what a worker has sent; false if that cannot be a reply.
  bool read_replies(Worker& worker);
  bool finish_reply(Worker& worker);
  bool take_failure(Worker& worker, std::span<const std::byte> payload);
  void bury_the_dead();
  void reap_the_retired();
  // Reaps a worker that has died and fails its batch; kills it first if it
  // has sent nonsense.
  void bury(std::unique_ptr<Worker> worker, bool sent_nonsense);
  // A batch that has gone out will have no results.
  static void fail(const Assignment& lost, const std::string& reason);
  // No worker can be had: fails what waits, and what comes.
  void give_up(const std::string& reason);
  bool busy() const;

  pid_t owner_;
  PoolOptions options_;
  std::shared_ptr<ForkServer> server_;
  std::vector<std::unique_ptr<Worker>> workers_;  // null: none is there now
  std::vector<std::unique_ptr<Worker>> retired_;  // told to end
  Transfer initialization_;
  std::deque<std::shared_ptr<Job>> jobs_;  // with batches not handed out
  std::int64_t next_batch_ = 0;            // of the first of them
  std::uint64_t batch_number_ = 0;
  bool closed_ = false;
  std::string broken_;  // why no worker can be started any more
};

}  // namespace cow

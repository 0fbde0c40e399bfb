// The processes of a pool: how they start and end, their pipes, and what is
// watched of them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/deadline.h"
#include "cow/os/descriptor.h"
#include "cow/os/poller.h"
#include "cow/pickle/message.h"
#include "cow/pool/fork_server.h"
#include "cow/pool/incoming.h"
#include "cow/pool/offers.h"
#include "cow/pool/options.h"
#include "cow/pool/outgoing.h"
#include "cow/pool/worker_process.h"

namespace cow {

/// How a worker has ended.
struct Death {
  pid_t pid = 0;
  ExitStatus status = {};
  bool sent_nonsense = false;  ///< so it was killed

  /// "signal 9 (Killed)".
  std::string text() const;
};

/// Owns the workers, each in its place. A worker *dies* by itself, or it is
/// *killed*, or it is *shut down*: told to end when it has done what it was
/// given. In each case it is *reaped*: its end is awaited and its exit status
/// taken.
class Supervision {
 public:
  explicit Supervision(const PoolOptions& options);
  Supervision(const Supervision&) = delete;
  Supervision& operator=(const Supervision&) = delete;
  ~Supervision();

  /// A worker, and the pool's ends of its pipes.
  struct Worker {
    Descriptor tasks;  ///< where frames are written; does not wait
    /// The other end of `tasks`: as long as somebody can read, a write to the
    /// pipe of a dead worker raises no SIGPIPE. Its death shows in its pidfd.
    Descriptor tasks_reader;
    Descriptor results;              ///< where replies are read; does not wait
    std::shared_ptr<Offers> offers;  ///< the page that both sides see
    // The worker's own, until it has them; no file if it inherits the offers.
    Descriptor results_writer;
    Descriptor offers_file = {};
    WorkerProcess process = {};
    OutgoingFrames outgoing = {};  ///< for `flush`
    FrameReader replies = {};
    Message call = {};            ///< what it is sent first, if anything
    Bytes capacity{64 << 10};     ///< of `tasks`, at first: pipe(7)
    bool waits_for_room = false;  ///< `tasks` is full
    bool has_started = false;
    bool cannot_be_killed = false;  // the kernel has refused to
    // Whether the pipe was enlarged: when first something did not fit into it.
    bool large_tasks = false;
    bool large_results = false;
  };

  std::size_t places() const { return workers_.size(); }
  bool is_empty(std::size_t place) const { return !workers_[place]; }
  Worker& at(std::size_t place) { return *workers_[place]; }
  std::vector<pid_t> pids() const;
  /// The fork server's process id, or 0 if there is none.
  pid_t fork_server() const { return server_ ? server_->pid() : 0; }
  /// Whether each worker is this program, run from its beginning.
  bool spawns() const { return method_ == StartMethod::kSpawn; }
  /// The initializer, if a worker has to be sent it before its first batch. No
  /// call if the worker inherits it.
  const Call& call_to_send() const;

  /// Starts a worker in each of the first `count` places. To be called first.
  /// Throws PoolError or std::system_error; those that could be started are
  /// there then.
  void start_first(std::size_t count);
  /// Starts a worker in an empty place. Throws as `start_first` does.
  void start(std::size_t place);
  /// The worker has started: it serves batches.
  void note_started(std::size_t place);
  /// Whether one worker after the other has ended in its start, as with an
  /// initializer that calls exit, and there is no other that has started.
  bool starts_fail() const;

  /// What `poller` reports of the worker in a place.
  enum class Event { kReply, kDeath, kRoom };
  static std::size_t place_of(const epoll_event& event) {
    return event.data.u64 >> 2;
  }
  static Event kind_of(const epoll_event& event) {
    return static_cast<Event>(event.data.u64 & 3);
  }
  Poller& poller() { return poller_; }
  int descriptor() const { return poller_.descriptor(); }
  /// Watches the worker's results no more: nobody can write to them.
  void forget_results(std::size_t place);
  /// Writes to a worker what its pipe takes; kRoom is reported when it takes
  /// more. Throws std::system_error.
  void flush(std::size_t place);
  /// Enlarges the pipe of results, because a large reply is coming.
  void enlarge_results(std::size_t place);

  /// Reaps a worker that has died. One that has sent nonsense is killed first.
  Death reap(std::size_t place, bool sent_nonsense);
  /// Tells a worker to end, and empties its place. It is still to be reaped.
  void shut_down(std::size_t place);
  /// Reaps those that were shut down and have ended.
  void reap_ended();
  /// Waits for all that were shut down, and reaps them; false if there are
  /// none.
  bool reap_all();
  void stop_server() { server_.reset(); }
  /// Kills and reaps all workers and the fork server. Says which could not be
  /// killed, and leaves them.
  void kill_all();

 private:
  bool forks() const { return method_ == StartMethod::kFork; }
  void expect_startable() const;
  void start(std::span<const std::size_t> places);
  std::unique_ptr<Worker> make_worker(std::shared_ptr<Offers> inherited) const;
  WorkerProcess start_process(std::unique_ptr<Worker>& worker,
                              const DescriptorRanges& descriptors);
  WorkerProcess fork_by_server(std::unique_ptr<Worker>& worker) const;
  // False if the pipe of `worker` takes no more now.
  static bool write(Worker& worker);
  Child fork_worker(const Worker& worker, const DescriptorRanges& descriptors);
  DescriptorRanges open_descriptors() const;
  void watch(int fd, std::uint32_t events, std::size_t place, Event event);
  std::unique_ptr<Worker> remove(std::size_t place);
  // Also closes its pipes.
  static void kill(Worker& worker);
  // Waits for its end until the deadline. Says so if it leaves it.
  static ExitStatus reap(Worker& worker, const Deadline& deadline);

  StartMethod method_;
  Call initializer_;
  Call preload_;
  std::shared_ptr<ForkServer> server_;
  Poller poller_;
  std::vector<std::unique_ptr<Worker>> workers_;    // null: none is there
  std::vector<std::unique_ptr<Worker>> shut_down_;  // not yet reaped
  std::size_t failed_starts_ = 0;                   // in a row
  bool is_worker_ = false;  // in a forked worker, and in what that forks
};

}  // namespace cow

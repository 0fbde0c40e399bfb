// The processes of a pool: their start, their end, their pipes, and their
// events.
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

namespace cow {

/// Owns the workers, each in its place. A worker *dies* by itself, or the pool
/// *kills* it, or the pool *shuts it down*. To shut it down is to tell it to
/// end when it has done the batches that it was given. In each case the pool
/// then *reaps* it: waits for its end and takes its exit status.
class Supervision {
 public:
  explicit Supervision(const PoolOptions& options);
  Supervision(const Supervision&) = delete;
  Supervision& operator=(const Supervision&) = delete;
  ~Supervision();

  /// A worker, and the pool's ends of its pipes.
  struct Worker {
    /// For writing frames; non-blocking.
    Descriptor tasks;
    /// The other end of `tasks`. As long as it is open, a write to the pipe of
    /// a dead worker raises no SIGPIPE. The pidfd reports that the worker is
    /// dead.
    Descriptor tasks_reader;
    Descriptor results;              ///< for reading replies; non-blocking
    std::shared_ptr<Offers> offers;  ///< the page that pool and worker share
    // The worker's ends. The pool closes its copies when the worker has
    // started. There is no file if the worker inherits the offers.
    Descriptor results_writer;
    Descriptor offers_file = {};
    Child process = {};
    OutgoingFrames outgoing = {};  ///< for `flush`
    FrameReader replies = {};
    Message call = {};              ///< sent first, if there is one
    Bytes capacity{64 << 10};       ///< of `tasks`; default: pipe(7)
    bool waits_for_room = false;    ///< `tasks` is full
    bool cannot_be_killed = false;  // the kernel refused to
    // Whether the pipe was enlarged. That happens when something does not fit
    // for the first time.
    bool large_tasks = false;
    bool large_results = false;
  };

  std::size_t places() const { return workers_.size(); }
  bool is_empty(std::size_t place) const { return !workers_[place]; }
  Worker& at(std::size_t place) { return *workers_[place]; }
  std::vector<pid_t> pids() const;
  /// The fork server's process id, or 0 if there is none.
  pid_t fork_server() const { return server_ ? server_->pid() : 0; }
  /// Whether each worker is this program, started again.
  bool spawns() const { return method_ == StartMethod::kSpawn; }
  /// The initializer, if it has to be sent to each worker before its first
  /// batch. An empty Call if the workers inherit it.
  const Call& call_to_send() const;

  /// Starts a worker in each of the first `count` places. To be called first.
  /// Throws PoolError or std::system_error; then the workers that were started
  /// are in their places.
  void start_first(std::size_t count);
  /// Starts a worker in an empty place. Throws as `start_first` does.
  void start(std::size_t place);

  /// What `poller` reports about a worker: it has sent a reply, it has ended,
  /// or its pipe has room again.
  enum class Event { kReply, kDeath, kRoom };
  static std::size_t place_of(const epoll_event& event) {
    return event.data.u64 >> 2;
  }
  static Event kind_of(const epoll_event& event) {
    return static_cast<Event>(event.data.u64 & 3);
  }
  Poller& poller() { return poller_; }
  int descriptor() const { return poller_.descriptor(); }
  /// Stops watching the worker's results: no process can write to them any
  /// more.
  void forget_results(std::size_t place);
  /// Writes to a worker as much as its pipe takes. If something is left, kRoom
  /// is reported when the pipe has room. Throws std::system_error.
  void flush(std::size_t place);
  /// Enlarges the pipe of results, because a large reply is coming.
  void enlarge_results(std::size_t place);

  /// Reaps a worker that has died, and empties its place. The other calls that
  /// remove a worker empty its place, too.
  ExitStatus reap(std::size_t place);
  ExitStatus kill_and_reap(std::size_t place);
  /// Tells a worker to end. It is reaped later.
  void shut_down(std::size_t place);
  /// Reaps the workers that were shut down and have ended.
  void reap_ended();
  /// Waits for all workers that were shut down, and reaps them; false if there
  /// were none.
  bool reap_all();
  void stop_server() { server_.reset(); }
  /// Kills and reaps all workers and the fork server. If the kernel refuses to
  /// kill a worker, and it does not end in time, says so on standard error and
  /// leaves it.
  void kill_all();

 private:
  bool forks() const { return method_ == StartMethod::kFork; }
  void expect_startable() const;
  void start(std::span<const std::size_t> places);
  std::unique_ptr<Worker> make_worker(std::shared_ptr<Offers> inherited) const;
  Child start_process(std::unique_ptr<Worker>& worker,
                      const DescriptorRanges& descriptors);
  Child fork_by_server(std::unique_ptr<Worker>& worker) const;
  // False if the pipe of `worker` is full and something is left.
  static bool write(Worker& worker);
  Child fork_worker(const Worker& worker, const DescriptorRanges& descriptors);
  DescriptorRanges open_descriptors() const;
  void watch(int fd, std::uint32_t events, std::size_t place, Event event);
  std::unique_ptr<Worker> remove(std::size_t place);
  // Also closes the worker's pipes.
  static void kill(Worker& worker);
  // Waits for the worker's end. If the worker cannot be killed, waits only
  // until the deadline. If it is still there then, says so and leaves it.
  static ExitStatus reap(Worker& worker, const Deadline& deadline);

  StartMethod method_;
  Call initializer_;
  Call preload_;
  std::shared_ptr<ForkServer> server_;
  Poller poller_;
  std::vector<std::unique_ptr<Worker>> workers_;    // null: no worker here
  std::vector<std::unique_ptr<Worker>> shut_down_;  // not yet reaped
  bool is_worker_ = false;  // in a forked worker and its forks
};

}  // namespace cow

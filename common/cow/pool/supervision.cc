#include "cow/pool/supervision.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <utility>

#include "cow/os/error.h"

namespace cow {
namespace {

// Enlarges a pipe to the most that an unprivileged process may have, pipe(7):
// then each switch between two processes moves more. The kernel may refuse, if
// this user has many pipes; then the pipe stays as it is. Returns the new size,
// or a value not above 0 if there is none.
int enlarge(const Descriptor& pipe, bool& large) {
  constexpr int kCapacity = 1 << 20;
  if (std::exchange(large, true)) return 0;
  return ::fcntl(pipe.get(), F_SETPIPE_SZ, kCapacity);
}

}  // namespace

Supervision::Supervision(const PoolOptions& options)
    : method_(options.start_method),
      initializer_(options.initializer),
      preload_(options.preload),
      workers_(static_cast<std::size_t>(options.workers)) {}

Supervision::~Supervision() {
  if (!is_worker_) return;
  // A forked worker has already closed these descriptors, and their numbers may
  // belong to other files by now. So their owners are never destroyed.
  poller_.release();
  for (auto* workers : {&workers_, &shut_down_}) {
    for (auto& worker : *workers) static_cast<void>(worker.release());
  }
}

std::vector<pid_t> Supervision::pids() const {
  std::vector<pid_t> pids;
  for (const auto& worker : workers_) {
    if (worker) pids.push_back(worker->process.pid());
  }
  return pids;
}

const Call& Supervision::call_to_send() const {
  static const Call none;
  return forks() ? none : initializer_;
}

void Supervision::watch(int fd, std::uint32_t events, std::size_t place,
                        Event event) {
  poller_.watch(fd, events, place << 2 | static_cast<std::uint64_t>(event));
}

void Supervision::forget_results(std::size_t place) {
  poller_.forget(at(place).results.get());
}

bool Supervision::write(Worker& worker) {
  if (worker.outgoing.done()) return true;
  worker.outgoing.write_some(worker.tasks.get());
  if (worker.outgoing.done() || worker.large_tasks) {
    return worker.outgoing.done();
  }
  const int capacity = enlarge(worker.tasks, worker.large_tasks);
  if (capacity > 0) worker.capacity = Bytes(capacity);
  worker.outgoing.write_some(worker.tasks.get());
  return worker.outgoing.done();
}

void Supervision::flush(std::size_t place) {
  Worker& worker = at(place);
  const bool all = write(worker);
  if (all != worker.waits_for_room) return;
  if (all) {
    poller_.forget(worker.tasks.get());
  } else {
    watch(worker.tasks.get(), EPOLLOUT, place, Event::kRoom);
  }
  worker.waits_for_room = !all;
}

void Supervision::enlarge_results(std::size_t place) {
  enlarge(at(place).results, at(place).large_results);
}

std::unique_ptr<Supervision::Worker> Supervision::remove(std::size_t place) {
  forget_results(place);
  const Worker& worker = at(place);
  poller_.forget(worker.process.descriptor());
  if (worker.waits_for_room) poller_.forget(worker.tasks.get());
  return std::exchange(workers_[place], nullptr);
}

ExitStatus Supervision::reap(std::size_t place) {
  return reap(*remove(place), Deadline(kPatience));
}

ExitStatus Supervision::kill_and_reap(std::size_t place) {
  const auto worker = remove(place);
  kill(*worker);
  return reap(*worker, Deadline(kPatience));
}

// A process that has given up its privileges may not be allowed to signal its
// workers. So such a worker is told to end, and its pipes are closed.
void Supervision::kill(Worker& worker) {
  worker.cannot_be_killed = !worker.process.kill(SIGKILL);
  if (worker.cannot_be_killed) {
    worker.outgoing.add({.kind = FrameKind::kStop}, Message());
    write(worker);
  }
  worker.tasks.close();
  worker.results.close();
}

ExitStatus Supervision::reap(Worker& worker, const Deadline& deadline) {
  // A killed worker will end, though the kernel may take seconds to free much
  // memory.
  if (!worker.cannot_be_killed || wait_readable(worker.process.descriptor(),
                                                deadline.milliseconds_left())) {
    return worker.process.wait();
  }
  std::fputs(fmt::format("cow::Pool: worker {} cannot be killed, and is left\n",
                         worker.process.pid())
                 .c_str(),
             stderr);
  worker.process.release();
  return {.code = kUnknownExit, .signal = 0};
}

void Supervision::shut_down(std::size_t place) {
  Worker& worker = *shut_down_.emplace_back(remove(place));
  worker.outgoing.add({.kind = FrameKind::kStop}, Message());
  // The worker may be stopped, and stolen batches may fill its pipe. So it is
  // woken, and the pool waits until there is room for the stop frame or the
  // worker is dead.
  worker.process.kill(SIGCONT);
  std::array<pollfd, 2> room_or_end{
      {{.fd = worker.tasks.get(), .events = POLLOUT, .revents = 0},
       {.fd = worker.process.descriptor(), .events = POLLIN, .revents = 0}}};
  while (!write(worker) && room_or_end[1].revents == 0) {
    checked([&] { return ::poll(room_or_end.data(), room_or_end.size(), -1); },
            "poll(a worker that is to end)");
  }
}

void Supervision::reap_ended() {
  std::erase_if(shut_down_, [](const std::unique_ptr<Worker>& worker) {
    if (!wait_readable(worker->process.descriptor(), 0)) return false;
    worker->process.wait();
    return true;
  });
}

bool Supervision::reap_all() {
  const bool some = !shut_down_.empty();
  // Backwards, because the first may be the init of a PID namespace. It ends
  // only after all other processes of its namespace were reaped:
  // pid_namespaces(7).
  for (; !shut_down_.empty(); shut_down_.pop_back()) {
    shut_down_.back()->process.wait();
  }
  return some;
}

void Supervision::kill_all() {
  for (std::size_t i = 0; i < places(); ++i) {
    if (workers_[i]) shut_down_.push_back(remove(i));
  }
  bool all_were_killed = true;
  for (const auto& worker : shut_down_) {
    kill(*worker);
    all_were_killed = all_were_killed && !worker->cannot_be_killed;
  }
  // The server may be allowed to kill them though this process is not.
  if (server_ && !all_were_killed) server_->stop();
  const Deadline deadline(kPatience);
  for (; !shut_down_.empty(); shut_down_.pop_back()) {
    reap(*shut_down_.back(), deadline);
  }
  server_.reset();
}

}  // namespace cow

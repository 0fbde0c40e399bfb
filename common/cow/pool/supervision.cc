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

// To the most that an unprivileged process may have, pipe(7): then each switch
// between two processes moves more. It may be refused, because this user has
// many pipes; the pipe works as it is. Returns how much it holds now, or not
// above 0 if it was not enlarged.
int enlarge(const Descriptor& pipe, bool& large) {
  constexpr int kCapacity = 1 << 20;
  if (std::exchange(large, true)) return 0;
  return ::fcntl(pipe.get(), F_SETPIPE_SZ, kCapacity);
}

}  // namespace

std::string Death::text() const {
  return sent_nonsense ? "something that is no reply in its pipe"
                       : to_string(status);
}

Supervision::Supervision(const PoolOptions& options)
    : method_(options.start_method),
      initializer_(options.initializer),
      preload_(options.preload),
      workers_(static_cast<std::size_t>(options.workers)) {}

Supervision::~Supervision() {
  if (!is_worker_) return;
  poller_.release();
  for (const auto* workers : {&workers_, &shut_down_}) {
    for (const auto& worker : *workers) {
      if (!worker) continue;
      for (Descriptor* end : {&worker->tasks, &worker->tasks_reader,
                              &worker->results, &worker->results_writer}) {
        end->release();
      }
      worker->process.release_descriptor();
    }
  }
}

std::vector<pid_t> Supervision::pids() const {
  std::vector<pid_t> pids;
  for (const auto& worker : workers_) {
    if (worker) pids.push_back(worker->process.pid());
  }
  return pids;
}

void Supervision::note_started(std::size_t place) {
  at(place).has_started = true;
  failed_starts_ = 0;
}

bool Supervision::starts_fail() const {
  return failed_starts_ > places() + 1 &&
         std::none_of(workers_.begin(), workers_.end(), [](const auto& worker) {
           return worker && worker->has_started;
         });
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

Death Supervision::reap(std::size_t place, bool sent_nonsense) {
  const auto worker = remove(place);
  if (sent_nonsense) kill(*worker);
  if (!worker->has_started) ++failed_starts_;
  const pid_t pid = worker->process.pid();
  return {.pid = pid,
          .status = reap(*worker, Deadline(kPatience)),
          .sent_nonsense = sent_nonsense};
}

// A process that has given up its privileges may not signal its workers any
// more. So one that is idle is told to end, and the pipes are closed.
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
  // One that was killed will end, though much memory takes seconds to be freed.
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
  // Somebody may have stopped it, and stolen batches may fill its pipe. So it
  // is woken, and room for the stop frame is awaited, unless it is dead.
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
  // Backwards: the first may be the init of a PID namespace, which ends only
  // after all its other processes were reaped: pid_namespaces(7).
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
  // It may do what this process may not.
  if (server_ && !all_were_killed) server_->stop();
  const Deadline deadline(kPatience);
  for (; !shut_down_.empty(); shut_down_.pop_back()) {
    reap(*shut_down_.back(), deadline);
  }
  server_.reset();
}

}  // namespace cow

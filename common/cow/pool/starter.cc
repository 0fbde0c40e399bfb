#include "cow/pool/starter.h"

#include <fmt/core.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <optional>
#include <utility>

#include "cow/os/held_signal.h"
#include "cow/pool/errors.h"
#include "cow/pool/spawn.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

// So many fork servers may die while they fork a worker before it is taken for
// something that the next would die of as well.
constexpr int kMostServers = 3;

void expect_sendable(const Call& call, const char* what) {
  if (!call || call.can_be_sent()) return;
  throw PoolError(fmt::format(
      "the {} cannot be sent to another program: give it as a function (or a "
      "lambda without captures) with arguments that can be pickled, {{f, a}}",
      what));
}

void expect_one_thread() {
  const int threads = thread_count();
  if (threads == 1) return;
  throw PoolError(fmt::format(
      "a process with {} threads cannot fork workers: the copies would have "
      "one thread, and every lock that another one holds would stay locked; "
      "make the pool before the first thread starts, or use start method "
      "spawn",
      threads));
}

}  // namespace

void Starter::prepare() {
  expect_not_spawned();
  if (forks()) return;
  if (!can_be_spawned()) {
    throw PoolError(
        fmt::format("start method {}: main must begin with "
                    "cow::serve_if_spawned(), by which a spawned copy of "
                    "this program becomes a worker",
                    to_string(options_.start_method)));
  }
  expect_sendable(options_.initializer, "initializer");
  expect_sendable(options_.preload, "preload");
  if (options_.start_method == StartMethod::kForkServer) {
    server_ = std::make_shared<ForkServer>(options_.preload);
  }
}

std::vector<NewWorker> Starter::prepare(std::size_t count) const {
  if (forks()) expect_one_thread();
  const auto inherited = forks() ? make_offers(count) : nullptr;
  std::vector<NewWorker> workers(count);
  for (std::size_t i = 0; i < count; ++i) {
    Pipe tasks = make_pipe();
    Pipe results = make_pipe();
    set_nonblocking(tasks.writer.get());
    set_nonblocking(results.reader.get());
    if (!forks()) {
      workers[i].offers_file = make_memory_file("cowpool offers", page_size());
    }
    workers[i].results_writer = std::move(results.writer);
    workers[i].link = std::make_unique<WorkerLink>(WorkerPipes{
        .tasks = std::move(tasks.writer),
        .tasks_reader = std::move(tasks.reader),
        .results = std::move(results.reader),
        .offers = forks() ? offers_in(inherited, i)
                          : map_offers(workers[i].offers_file.get())});
  }
  if (forks()) flush_output();
  return workers;
}

void Starter::start(std::span<NewWorker> workers,
                    std::span<const int> descriptors) {
  std::optional<HeldSignal> held;
  if (forks()) held.emplace(SIGINT);  // until the workers ignore it
  // Nothing else in between: each page that the pool writes between two forks
  // is copied, once for each worker.
  for (NewWorker& worker : workers) {
    worker.process = start_one(worker, descriptors);
    worker.results_writer.close();
    worker.offers_file.close();
  }
}

WorkerProcess Starter::start_one(NewWorker& worker,
                                 std::span<const int> descriptors) {
  if (forks()) return WorkerProcess(fork_worker(worker, descriptors));
  if (server_) return fork_by_server(worker);
  return WorkerProcess(spawn_worker(worker.link->pipes().tasks_reader.get(),
                                    worker.results_writer.get(),
                                    worker.offers_file.get()));
}

WorkerProcess Starter::fork_by_server(NewWorker& worker) const {
  for (int servers = 1;; ++servers) {
    try {
      return server_->start_worker(worker.link->pipes().tasks_reader.get(),
                                   worker.results_writer.get(),
                                   worker.offers_file.get());
    } catch (const ForkServerDied&) {
      if (servers == kMostServers) throw;
    }
    // Not the same pipes: a worker of the dead server may still read from them.
    worker = std::move(prepare(1).front());
  }
}

Child Starter::fork_worker(const NewWorker& worker,
                           std::span<const int> descriptors) {
  const auto body = [&, parent = ::getpid()] {
    // If the pool's process ends in whatever way, so does the worker.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) return 0;  // it had ended before
    // Ctrl-C reaches every process of the terminal; the pool decides what to
    // do.
    ignore_signal(SIGINT);
    const int tasks = worker.link->pipes().tasks_reader.get();
    const int results = worker.results_writer.get();
    is_worker_ = true;
    for (const int fd : descriptors) {
      if (fd != tasks && fd != results) ::close(fd);
    }
    return serve(tasks, results, *worker.link->pipes().offers,
                 options_.initializer);
  };
  return Child::fork_after_flush(std::cref(body));
}

NewWorker::~NewWorker() {
  if (!process) return;
  process.kill(SIGKILL);
  process.wait();
}

}  // namespace cow

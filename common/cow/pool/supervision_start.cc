// How a pool starts its workers with each start method.
#include <fmt/core.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include "cow/os/heap.h"
#include "cow/os/held_signal.h"
#include "cow/pool/spawn.h"
#include "cow/pool/supervision.h"
#include "cow/pool/worker.h"
#include "cow/task/errors.h"

namespace cow {
namespace {

// After this number of fork servers has died while forking one worker, the next
// one would probably die as well.
constexpr int kMostServers = 3;

// The pipes of at most this number of workers are made at once, before the
// first of them is forked. With thousands, each worker would inherit the pipes
// of all, and would have to close them.
constexpr std::size_t kMostAtOnce = 64;

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

void Supervision::expect_startable() const {
  exit_if_spawned();
  if (forks()) return;
  if (!can_be_spawned()) {
    throw PoolError(
        fmt::format("start method {}: main must begin with "
                    "cow::serve_if_spawned(), by which a spawned copy of "
                    "this program becomes a worker",
                    to_string(method_)));
  }
  expect_sendable(initializer_, "initializer");
  expect_sendable(preload_, "preload");
}

void Supervision::start_first(std::size_t count) {
  expect_startable();
  poller_.open();
  if (method_ == StartMethod::kForkServer) {
    server_ = std::make_shared<ForkServer>(preload_);
  }
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  for (std::span rest = std::span<const std::size_t>(all); !rest.empty();) {
    const std::size_t now = std::min(rest.size(), kMostAtOnce);
    start(rest.first(now));
    rest = rest.subspan(now);
  }
}

void Supervision::start(std::size_t place) { start(std::array{place}); }

void Supervision::start(std::span<const std::size_t> places) {
  if (forks()) expect_one_thread();
  const auto inherited = forks() ? make_offers(places.size()) : nullptr;
  try {
    for (std::size_t i = 0; i < places.size(); ++i) {
      workers_[places[i]] =
          make_worker(forks() ? offers_in(inherited, i) : nullptr);
    }
    const DescriptorRanges descriptors = open_descriptors();
    std::optional<HeldSignal> held;
    if (forks()) {
      settle_heap();
      flush_output();
      held.emplace(SIGINT);  // until the workers ignore it
    }
    // This loop does nothing else, because each page that the pool writes
    // between two forks is copied once for each worker.
    for (const std::size_t place : places) {
      auto& worker = workers_[place];
      worker->process = start_process(worker, descriptors);
      worker->results_writer.close();
      worker->offers_file.close();
    }
  } catch (...) {
    for (const std::size_t place : places) {
      if (workers_[place] && !workers_[place]->process) workers_[place].reset();
    }
    throw;
  }
  for (const std::size_t place : places) {
    const Worker& worker = at(place);
    watch(worker.results.get(), EPOLLIN, place, Event::kReply);
    watch(worker.process.descriptor(), EPOLLIN, place, Event::kDeath);
  }
}

std::unique_ptr<Supervision::Worker> Supervision::make_worker(
    std::shared_ptr<Offers> inherited) const {
  Pipe tasks = make_pipe();
  Pipe results = make_pipe();
  set_nonblocking(tasks.writer.get());
  set_nonblocking(results.reader.get());
  Descriptor file;
  if (!inherited) {
    file = make_memory_file("cowpool offers", page_size());
    inherited = map_offers(file.get());
  }
  return std::make_unique<Worker>(
      Worker{.tasks = std::move(tasks.writer),
             .tasks_reader = std::move(tasks.reader),
             .results = std::move(results.reader),
             .offers = std::move(inherited),
             .results_writer = std::move(results.writer),
             .offers_file = std::move(file)});
}

Child Supervision::start_process(std::unique_ptr<Worker>& worker,
                                 const DescriptorRanges& descriptors) {
  if (forks()) return fork_worker(*worker, descriptors);
  if (server_) return fork_by_server(worker);
  return spawn_worker(worker->tasks_reader.get(), worker->results_writer.get(),
                      worker->offers_file.get());
}

Child Supervision::fork_by_server(std::unique_ptr<Worker>& worker) const {
  for (int servers = 1;; ++servers) {
    try {
      return server_->start_worker(worker->tasks_reader.get(),
                                   worker->results_writer.get(),
                                   worker->offers_file.get());
    } catch (const ForkServerDied&) {
      if (servers == kMostServers) throw;
    }
    // New pipes, because a worker of the dead server may still read from the
    // old.
    worker = make_worker(nullptr);
  }
}

Child Supervision::fork_worker(const Worker& worker,
                               const DescriptorRanges& descriptors) {
  const auto body = [&, parent = ::getpid()] {
    if (!set_up_pool_process(parent)) return 0;
    const int tasks = worker.tasks_reader.get();
    const int results = worker.results_writer.get();
    is_worker_ = true;
    descriptors.close_all_but(tasks, results);
    return serve(tasks, results, *worker.offers, initializer_);
  };
  return Child::fork_after_flush(std::cref(body));
}

// The descriptors that a forked worker closes.
DescriptorRanges Supervision::open_descriptors() const {
  std::vector<int> open{poller_.descriptor()};
  for (const auto* workers : {&workers_, &shut_down_}) {
    for (const auto& worker : *workers) {
      if (!worker) continue;
      for (const int end : {worker->tasks.get(), worker->tasks_reader.get(),
                            worker->results.get(), worker->results_writer.get(),
                            worker->process.descriptor()}) {
        if (end != -1) open.push_back(end);
      }
    }
  }
  return DescriptorRanges(std::move(open));
}

}  // namespace cow

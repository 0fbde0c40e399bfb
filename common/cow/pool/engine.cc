#include "cow/pool/engine.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <stdexcept>
#include <utility>

#include "cow/task/errors.h"

namespace cow {
namespace {

const PoolOptions& expect_meant(const PoolOptions& options) {
  if (options.workers < 1) {
    throw std::invalid_argument(
        fmt::format("a pool needs at least 1 worker, not {}", options.workers));
  }
  if (options.max_tasks_per_child < 0) {
    throw std::invalid_argument(
        fmt::format("max_tasks_per_child is {}: expected 0 (no limit) or more",
                    options.max_tasks_per_child));
  }
  if (options.preload && options.start_method != StartMethod::kForkServer) {
    throw std::invalid_argument(
        "there is a preload but no fork server to call it in");
  }
  // Each worker takes four descriptors. A number of workers above the hard
  // limit is a mistake. It is refused here, because the pool would take much
  // memory before the system refused a descriptor.
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0 &&
      static_cast<rlim_t>(options.workers) > descriptors.rlim_max / 4) {
    throw PoolError(
        fmt::format("only 0 of {} workers could be started: Too many open "
                    "files: each needs 4, and a process may have {} (ulimit "
                    "-Hn)",
                    options.workers, descriptors.rlim_max));
  }
  return options;
}

}  // namespace

Engine::Engine(const PoolOptions& options)
    : owner_(::getpid()),
      on_death_(expect_meant(options).on_death),
      at_start_(options.start_on_demand
                    ? 1
                    : static_cast<std::size_t>(options.workers)),
      dispatch_(static_cast<std::size_t>(options.workers),
                options.max_tasks_per_child),
      supervision_(options),
      buffer_(new FrameReader::Buffer) {}

Engine::~Engine() { kill_all(); }

void Engine::start() {
  try {
    fork_mark_.set();
    supervision_.start_first(at_start_);
    for (std::size_t i = 0; i < at_start_; ++i) add_worker(i);
  } catch (const std::system_error& error) {
    const std::size_t started = pids().size();
    kill_all();
    throw PoolError(fmt::format("only {} of {} workers could be started: {}",
                                started, at_start_, error.what()));
  }
}

void Engine::add_worker(std::size_t place) {
  Supervision::Worker& worker = supervision_.at(place);
  dispatch_.add(place, worker.offers, worker.capacity);
  const Call& call = supervision_.call_to_send();
  if (!call) return;
  worker.call = run_code_of_others([&] { return call.pickle(); });
  const Bytes size = kBatchHeader + worker.call.size();
  worker.outgoing.add({.kind = FrameKind::kInitialize,
                       .batch = dispatch_.add_call(place, size),
                       .entry = call.entry()},
                      worker.call);
  initialization_.to_workers += size;
  ++initialization_.batches;
  flush(place);
}

void Engine::expect_usable() const {
  if (fork_mark_.is_in_fork()) {
    throw PoolError(fmt::format(
        "the pool belongs to process {}, of which this one is a fork", owner_));
  }
  if (runs_code_of_others_) {
    throw PoolError(
        "the pool cannot be used from within the pickling of an item or the "
        "unpickling of a result");
  }
}

void Engine::expect_open() const {
  expect_usable();
  expect_not_ended();
}

void Engine::expect_not_ended() const {
  if (broken_) std::rethrow_exception(broken_);
  if (closed_) throw PoolError("the pool is closed");
}

void Engine::submit(std::shared_ptr<Job> job) {
  expect_not_ended();
  backlog_.add(std::move(job));
  if (!dispatch_.any_is_idle()) take_in_events(0, -1);
  hand_out();
  kill_if_dropped();
}

void Engine::take_back(const Job& job) {
  if (fork_mark_.is_in_fork()) return;  // the batches are the owner's
  put_back(dispatch_.steal_back(job));
}

bool Engine::progress(int also, int milliseconds) {
  expect_usable();
  hand_out();
  if (kill_if_dropped()) return false;
  if (also == -1 && dispatch_.in_flight() == 0 && !backlog_.has_next())
    return false;
  take_in_events(milliseconds, also);
  // At once, for two reasons: what is waited for may fail here, and a program
  // that polls the descriptor asks again only after another event.
  hand_out();
  return !kill_if_dropped() && supervision_.poller().also_readable();
}

void Engine::hand_out() {
  start_failed_ = false;
  supervision_.reap_ended();
  bool gave = false;
  for (;;) {
    if (find_next()) {
      if (dispatch_.all_have_batches()) {
        if (start_one_more()) continue;
        if (!backlog_.has_next()) break;  // it has failed
      }
      const auto place = dispatch_.choose(backlog_.next().size());
      if (!place) break;
      give_next(*place);
      gave = true;
    } else if (!dispatch_.any_is_idle() || dispatch_.in_flight() == 0) {
      break;
    } else if (!steal_back(1)) {
      // The next frame of a worker is left to it. It is taken only if a worker
      // has just become idle and there is nothing else to do.
      if (gave || !std::exchange(became_idle_, false)) break;
      if (!steal_back(0)) break;
    }
  }
  became_idle_ = false;
  // The new worker will steal from the others.
  if (dispatch_.in_flight() > dispatch_.present()) start_one_more();
  flush_given();
}

void Engine::flush_given() {
  for (const std::size_t place : std::exchange(unflushed_, {})) {
    if (!supervision_.is_empty(place)) flush(place);
  }
}

bool Engine::steal_back(std::size_t spared) {
  return put_back(dispatch_.steal_back(spared));
}

// False if `batches` is empty.
bool Engine::put_back(std::vector<PickledBatch> batches) {
  const bool some = !batches.empty();
  for (const PickledBatch& batch : batches) batch.count(-1);
  backlog_.put_back(std::move(batches));
  return some;
}

bool Engine::start_one_more() {
  const auto place = dispatch_.find_place();
  if (start_failed_ || !place) return false;
  flush_given();  // so that it does not wait for the start
  if (!supervision_.is_empty(*place)) shut_down(*place);
  return start_in(*place);
}

bool Engine::start_in(std::size_t place) {
  for (;;) {
    try {
      supervision_.start(place);
      add_worker(place);
      return true;
    } catch (const std::exception& error) {
      dispatch_.remove(place);
      if (!supervision_.is_empty(place)) {  // its call could not be sent
        supervision_.kill_and_reap(place);
      }
      start_failed_ = true;
      if (dispatch_.present() > 0) return false;  // the pool tries again later
      // Workers that may be given no more can hold what a new one needs.
      if (shut_down_and_reap_all()) continue;
      fail_all(fmt::format("no worker can be started: {}", error.what()));
      return false;
    }
  }
}

bool Engine::shut_down_and_reap_all() {
  for (std::size_t i = 0; i < supervision_.places(); ++i) {
    if (!supervision_.is_empty(i)) shut_down(i);
  }
  return supervision_.reap_all();
}

void Engine::give_next(std::size_t place) {
  const PickledBatch& batch = dispatch_.give(place, backlog_.take_next());
  batch.count(+1);
  supervision_.at(place).outgoing.add(batch.header, batch.payload);
  unflushed_.push_back(place);
}

void Engine::flush(std::size_t place) {
  supervision_.flush(place);
  const Supervision::Worker& worker = supervision_.at(place);
  dispatch_.note_written(place, worker.outgoing.left(), worker.capacity);
}

void Engine::shut_down(std::size_t place) {
  dispatch_.remove(place);
  supervision_.shut_down(place);
}

void Engine::fail_all(const std::string& reason) {
  broken_ = std::make_exception_ptr(PoolError(reason));
  backlog_.fail_all(broken_);
}

void Engine::drop() {
  dropped_ = !fork_mark_.is_in_fork() && runs_code_of_others_;
  if (!dropped_) kill_all();
}

bool Engine::kill_if_dropped() {
  if (dropped_) kill_all();
  return dropped_;
}

void Engine::terminate() {
  if (!fork_mark_.is_in_fork()) expect_usable();
  kill_all();
}

void Engine::kill_all() {
  if (fork_mark_.is_in_fork()) return;  // a fork owns no worker
  std::vector<Dispatch::Unfinished> unfinished;
  for (std::size_t i = 0; i < supervision_.places(); ++i) {
    if (supervision_.is_empty(i)) continue;
    for (Dispatch::Unfinished& each : dispatch_.remove(i)) {
      unfinished.push_back(std::move(each));
    }
  }
  supervision_.kill_all();
  closed_ = true;
  fail_all("the pool was terminated");
  for (const Dispatch::Unfinished& each : unfinished) each.batch.fail(broken_);
}

void Engine::join() {
  expect_usable();
  if (!closed_) throw PoolError("the pool must be closed before it is joined");
  // A copy of the list: reading runs user code, in which a job may end and
  // leave the list.
  for (const auto& job : std::deque(backlog_.jobs())) {
    job->read_input_to_its_end();
  }
  while (dispatch_.in_flight() > 0 || backlog_.has_next()) progress();
  shut_down_and_reap_all();
  supervision_.stop_server();
}

}  // namespace cow

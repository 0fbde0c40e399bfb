#include "cow/pool/engine.h"

#include <fmt/core.h>
#include <unistd.h>

#include <exception>
#include <stdexcept>
#include <utility>

#include "cow/pool/errors.h"

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
  return options;
}

}  // namespace

Engine::Engine(const PoolOptions& options)
    : owner_(::getpid()),
      on_death_(expect_meant(options).on_death),
      dispatch_(static_cast<std::size_t>(options.workers),
                options.max_tasks_per_child),
      supervision_(options),
      buffer_(new FrameReader::Buffer) {}

Engine::~Engine() { end(); }

void Engine::start() {
  try {
    supervision_.start_all();
    for (std::size_t i = 0; i < supervision_.places(); ++i) take_in(i);
  } catch (const std::system_error& error) {
    const std::size_t started = pids().size();
    end();
    throw PoolError(fmt::format("only {} of {} workers could be started: {}",
                                started, size(), error.what()));
  }
}

void Engine::take_in(std::size_t place) {
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
  if (::getpid() != owner_) {
    throw PoolError(fmt::format(
        "the pool belongs to process {}, of which this one is a fork", owner_));
  }
  if (runs_code_of_others_ || backlog_.is_pickling()) {
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
}

void Engine::take_back(const Job& job) {
  if (::getpid() != owner_) return;  // a copy that a fork made took none
  put_back(dispatch_.steal_back(job));
}

bool Engine::progress(int also, int milliseconds) {
  expect_usable();
  backlog_.take_failed();
  hand_out();
  if (backlog_.take_failed()) milliseconds = 0;  // it may be waited for
  if (also == -1 && dispatch_.in_flight() == 0 && !backlog_.has_next())
    return false;
  take_in_events(milliseconds, also);
  return supervision_.poller().also_readable();
}

void Engine::hand_out() {
  start_failed_ = false;
  supervision_.reap_ended();
  bool gave = false;
  for (;;) {
    if (backlog_.find_next()) {
      if (start_one_more()) continue;
      if (!backlog_.find_next()) break;  // it has failed
      const auto place = dispatch_.choose(backlog_.next().size());
      if (!place) break;
      give_next(*place);
      gave = true;
    } else if (!dispatch_.any_is_idle()) {
      break;
    } else if (!steal_back(1)) {
      // What a worker is about to begin is left to it, unless another has just
      // become idle and nothing else is to be done.
      if (gave || !std::exchange(became_idle_, false)) break;
      if (!steal_back(0)) break;
    }
  }
  became_idle_ = false;
  if (dispatch_.has_prefetched()) start_one_more();  // it will steal
  for (const std::size_t place : std::exchange(unflushed_, {})) {
    if (!supervision_.is_empty(place)) flush(place);
  }
}

bool Engine::steal_back(std::size_t spared) {
  return put_back(dispatch_.steal_back(spared));
}

// False if there are none.
bool Engine::put_back(std::vector<PickledBatch> batches) {
  const bool some = !batches.empty();
  for (const PickledBatch& batch : batches) batch.count(-1);
  backlog_.put_back(std::move(batches));
  return some;
}

bool Engine::start_one_more() {
  if (start_failed_) return false;
  for (std::size_t i = 0; i < supervision_.places(); ++i) {
    if (is_there(i)) continue;
    if (!supervision_.is_empty(i)) shut_down(i);
    return start_in(i);
  }
  return false;
}

bool Engine::start_in(std::size_t place) {
  for (;;) {
    try {
      supervision_.start(place);
      take_in(place);
      return true;
    } catch (const std::exception& error) {
      dispatch_.remove(place);
      if (!supervision_.is_empty(place)) {  // it could not be sent its call
        supervision_.reap(place, true);
      }
      start_failed_ = true;
      bool others_are_there = false;
      for (std::size_t i = 0; i < supervision_.places(); ++i) {
        others_are_there = others_are_there || is_there(i);
      }
      if (others_are_there) return false;  // it is tried again later
      // Those that have done their part may hold what a new one lacks.
      if (shut_down_all()) continue;
      give_up(fmt::format("no worker can be started: {}", error.what()));
      return false;
    }
  }
}

// Whether a worker is there that has not done its part.
bool Engine::is_there(std::size_t place) const {
  return !supervision_.is_empty(place) && !dispatch_.has_done_its_part(place);
}

bool Engine::shut_down_all() {
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

void Engine::give_up(const std::string& reason) {
  broken_ = std::make_exception_ptr(PoolError(reason));
  backlog_.fail_all(broken_);
}

void Engine::terminate() {
  if (::getpid() == owner_) expect_usable();
  end();
}

void Engine::end() {
  if (::getpid() != owner_) return;  // a copy that a fork made owns no worker
  std::vector<Dispatch::Left> left;
  for (std::size_t i = 0; i < supervision_.places(); ++i) {
    if (supervision_.is_empty(i)) continue;
    for (Dispatch::Left& each : dispatch_.remove(i)) {
      left.push_back(std::move(each));
    }
  }
  supervision_.kill_all();
  closed_ = true;
  give_up("the pool was terminated");
  for (const Dispatch::Left& each : left) each.batch.fail(broken_);
}

void Engine::join() {
  expect_usable();
  if (!closed_) throw PoolError("the pool must be closed before it is joined");
  // Reading runs code of others, in which a job may end and leave the list.
  for (const auto& job : std::deque(backlog_.jobs())) {
    job->read_input_to_its_end();
  }
  while (dispatch_.in_flight() > 0 || backlog_.has_next()) progress();
  shut_down_all();
  supervision_.stop_server();
}

}  // namespace cow

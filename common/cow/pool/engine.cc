#include "cow/pool/engine.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "cow/os/error.h"
#include "cow/pickle/pickle.h"
#include "cow/pool/errors.h"
#include "cow/pool/estate.h"
#include "cow/pool/failure.h"
#include "cow/pool/spawn.h"

namespace cow {
namespace {

// How long a batch may lie with a worker that does not begin it, while another
// is idle. It may be stopped, in its initializer, or without a CPU.
constexpr std::chrono::milliseconds kPatience(100);

constexpr const char* kTerminated = "the pool was terminated";

bool has_ended(const WorkerProcess& process) {
  return wait_readable(process.descriptor(), 0);
}

std::exception_ptr pool_error(const std::string& reason) {
  return std::make_exception_ptr(PoolError(reason));
}

}  // namespace

std::uint64_t Engine::key(std::size_t index, Event event) {
  return index << 2 | static_cast<std::uint64_t>(event);
}

Engine::Engine(PoolOptions options)
    : owner_(::getpid()),
      max_tasks_per_child_(options.max_tasks_per_child),
      on_death_(options.on_death),
      starter_({.start_method = options.start_method,
                .initializer = std::move(options.initializer),
                .preload = options.preload}),
      buffer_(std::make_unique_for_overwrite<FrameReader::Buffer>()) {
  if (options.workers < 1) {
    throw std::invalid_argument(
        fmt::format("a pool needs at least 1 worker, not {}", options.workers));
  }
  if (max_tasks_per_child_ < 0) {
    throw std::invalid_argument(
        fmt::format("max_tasks_per_child is {}: expected 0 (no limit) or more",
                    max_tasks_per_child_));
  }
  if (options.preload && options.start_method != StartMethod::kForkServer) {
    throw std::invalid_argument(
        "there is a preload but no fork server to call it in");
  }
  workers_.resize(static_cast<std::size_t>(options.workers));
}

Engine::~Engine() {
  if (starter_.has_forked_this_process()) {
    poller_.disown();
    for (const Place& place : workers_) {
      if (place.worker) place.worker->disown_pipes();
    }
    for (const auto& worker : retired_) worker->disown_pipes();
  }
  end();
}

void Engine::start() {
  std::vector<NewWorker> workers;
  try {
    poller_.open();
    starter_.prepare();
    workers = starter_.prepare(workers_.size());
    starter_.start(workers, open_descriptors(workers));
    for (std::size_t i = 0; i < workers.size(); ++i) take_in(i, workers[i]);
  } catch (const std::system_error& error) {
    const auto here = std::count_if(
        workers_.begin(), workers_.end(),
        [](const Place& place) { return place.worker != nullptr; });
    const auto on_their_way = std::count_if(
        workers.begin(), workers.end(),
        [](const NewWorker& worker) { return bool{worker.process}; });
    terminate();
    throw PoolError(fmt::format("only {} of {} workers could be started: {}",
                                here + on_their_way, workers_.size(),
                                error.what()));
  }
}

void Engine::start_worker(std::size_t index) {
  std::vector<NewWorker> workers = starter_.prepare(1);
  starter_.start(workers, open_descriptors(workers));
  take_in(index, workers[0]);
}

std::vector<int> Engine::open_descriptors(
    const std::vector<NewWorker>& workers) const {
  std::vector<int> open{poller_.descriptor()};
  const auto add = [&](const WorkerPipes& pipes) {
    for (const Descriptor* end :
         {&pipes.tasks, &pipes.tasks_reader, &pipes.results}) {
      open.push_back(end->get());
    }
  };
  for (const Place& place : workers_) {
    if (place.worker) add(place.worker->pipes());
  }
  for (const auto& worker : retired_) add(worker->pipes());
  for (const NewWorker& worker : workers) {
    add(worker.link->pipes());
    open.push_back(worker.results_writer.get());
  }
  return open;
}

void Engine::take_in(std::size_t index, NewWorker& started) {
  started.link->begin(std::move(started.process));
  workers_[index].worker = std::move(started.link);
  const WorkerLink& worker = *workers_[index].worker;
  try {
    poller_.watch(worker.pipes().results.get(), EPOLLIN,
                  key(index, Event::kReply));
    poller_.watch(worker.process().descriptor(), EPOLLIN,
                  key(index, Event::kDeath));
    if (!starter_.forks() && starter_.initializer()) send_initializer(index);
  } catch (...) {  // such as: its argument cannot be pickled after all
    const std::unique_ptr<WorkerLink> lost = remove(index);
    lost->process().kill(SIGKILL);
    lost->process().wait();
    throw;
  }
}

// For a worker that has not inherited it.
void Engine::send_initializer(std::size_t index) {
  const Call& call = starter_.initializer();
  initialization_.to_workers += workers_[index].worker->initialize(
      call.entry(), among_others([&] { return call.pickle(); }));
  ++initialization_.batches;
  flush(index);
}

std::unique_ptr<WorkerLink> Engine::remove(std::size_t index) {
  Place& place = workers_[index];
  poller_.forget(place.worker->pipes().results.get());
  poller_.forget(place.worker->process().descriptor());
  if (place.waits_for_room) poller_.forget(place.worker->pipes().tasks.get());
  return std::exchange(place, Place()).worker;
}

void Engine::expect_usable() const {
  if (::getpid() != owner_) {
    throw PoolError(fmt::format(
        "the pool belongs to process {}, of which this one is a fork", owner_));
  }
  if (among_others_) {
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
  if (!broken_.empty()) throw PoolError(broken_);
  if (closed_) throw PoolError("the pool is closed");
}

void Engine::submit(std::shared_ptr<Job> job) {
  expect_not_ended();
  jobs_.push_back(std::move(job));
  hand_out();
}

void Engine::take_back(const Job& job) {
  if (::getpid() != owner_) return;  // a copy that a fork made took none
  for (const Place& place : workers_) {
    WorkerLink* worker = place.worker.get();
    while (worker != nullptr && worker->has_yet_to_begin(job)) {
      if (!withdraw_from(*worker)) break;
    }
  }
}

bool Engine::progress(int also, int milliseconds) {
  expect_usable();
  has_failed_ = false;
  hand_out();
  milliseconds = relieve_the_late(milliseconds);
  if (has_failed_) milliseconds = 0;  // that may be what is waited for
  if (also == -1 && !busy() && !is_waiting()) return false;  // nothing to do

  std::vector<std::size_t> dead;
  for (const epoll_event& event : poller_.wait(milliseconds, also)) {
    const std::size_t index = event.data.u64 >> 2;
    if (!workers_[index].worker) continue;  // buried in this round
    switch (static_cast<Event>(event.data.u64 & 3)) {
      case Event::kReply:
        if ((event.events & EPOLLIN) == 0) {
          // It is empty, and nobody can write to it: a task has closed it.
          poller_.forget(workers_[index].worker->pipes().results.get());
        } else if (!read_replies(index)) {
          bury(index, true);
        }
        break;
      case Event::kDeath:
        dead.push_back(index);
        break;
      case Event::kRoom:
        flush(index);
        break;
    }
  }
  for (const std::size_t index : dead) {
    if (!workers_[index].worker) continue;
    // What was sent before the end still counts. (Twice, for once may read
    // nothing: FrameReader::next.)
    const bool sound = read_replies(index) && read_replies(index);
    bury(index, !sound);
  }
  return poller_.also_readable();
}

void Engine::hand_out() {
  start_failed_ = false;
  if (!retired_.empty()) reap_the_retired();
  while (find_next() || withdraw_for_the_idle()) {
    if (!next_) continue;  // what was withdrawn is next
    const std::optional<std::size_t> index = choose();
    if (!index) break;
    give(*index);
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].worker && !workers_[i].waits_for_room) flush(i);
  }
}

bool Engine::is_waiting() const {
  return next_ || !returned_.empty() ||
         std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& job) { return job->has_next(); });
}

bool Engine::find_next() {
  if (next_ && !next_->job->is_wanted()) discard(*std::exchange(next_, {}));
  while (!next_ && !returned_.empty()) {
    Assignment first = std::move(returned_.front());
    returned_.pop_front();
    if (first.job->is_wanted()) {
      next_ = std::move(first);
    } else {
      discard(first);
    }
  }
  if (next_) return true;
  for (std::size_t i = 0; i < jobs_.size();) {
    const std::shared_ptr<Job> job = jobs_[i];
    while (job->has_next()) {
      if (pickle_next_of(job)) return true;
    }
    if (job->exhausted()) {
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return false;
}

bool Engine::pickle_next_of(const std::shared_ptr<Job>& job) {
  const std::int64_t batch = job->next();
  try {
    Message message = among_others([&] { return job->pickle(batch); });
    next_ = {.job = job, .batch = batch, .message = std::move(message)};
    return true;
  } catch (...) {
    has_failed_ = true;
    job->fail(batch, job->range(batch).first, std::current_exception());
    return false;
  }
}

std::optional<std::size_t> Engine::choose() {
  std::optional<std::size_t> idle;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (!has_time(i)) continue;
    // The first that is up: another may still wait for a CPU to start on.
    const WorkerLink& worker = *workers_[i].worker;
    if (worker.is_up() && !worker.is_behind()) return i;
    if (!idle || workers_[*idle].worker->is_behind()) idle = i;
  }
  if (idle) return idle;
  // All have something to do: it can be given ahead, to who has least.
  std::optional<std::size_t> best;
  std::size_t least = 0;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const WorkerLink* worker = workers_[i].worker.get();
    if (worker == nullptr || !worker->has_room_for(next_->message)) continue;
    const std::size_t given = worker->given().size();
    const int most = max_tasks_per_child_;
    if (most > 0 && worker->finished() + static_cast<int>(given) >= most) {
      continue;
    }
    if (!best || given < least) {
      best = i;
      least = given;
    }
  }
  return best;
}

bool Engine::has_time(std::size_t index) {
  const WorkerLink* worker = workers_[index].worker.get();
  if (worker != nullptr && !worker->is_idle()) return false;
  if (worker != nullptr && may_have_more(*worker)) return true;
  if (worker != nullptr) retire(remove(index));
  while (!start_failed_) {
    try {
      start_worker(index);
      return workers_[index].worker->is_idle();
    } catch (const std::exception& error) {
      if (!others_do_the_work()) {
        // Those that have done their part may hold what a new one lacks.
        if (end_workers()) continue;
        give_up(fmt::format("no worker can be started: {}", error.what()));
      }
      start_failed_ = true;
    }
  }
  return false;
}

bool Engine::may_have_more(const WorkerLink& worker) const {
  return max_tasks_per_child_ == 0 || worker.finished() < max_tasks_per_child_;
}

// One that is busy counts: when it has done its part, it is tried again.
bool Engine::others_do_the_work() const {
  return std::any_of(workers_.begin(), workers_.end(), [&](const Place& place) {
    const WorkerLink* worker = place.worker.get();
    return worker != nullptr && (!worker->is_idle() || may_have_more(*worker));
  });
}

void Engine::give(std::size_t index) {
  next_->tally(+1);
  workers_[index].worker->give(*std::exchange(next_, std::nullopt));
}

bool Engine::has_idle_place(bool reads_at_once) const {
  return std::any_of(workers_.begin(), workers_.end(), [&](const Place& place) {
    const WorkerLink* worker = place.worker.get();
    return worker == nullptr ||
           (worker->is_idle() && !(reads_at_once && worker->is_behind()));
  });
}

bool Engine::withdraw_for_the_idle() {
  if (!has_idle_place()) return false;
  const auto busiest = std::max_element(
      workers_.begin(), workers_.end(), [](const Place& a, const Place& b) {
        const auto load = [](const Place& place) {
          return place.worker ? place.worker->given().size() : 0;
        };
        return load(a) < load(b);
      });
  if (!busiest->worker) return false;
  // Half of what waits behind the one that it is at.
  const std::size_t count = busiest->worker->given().size() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    if (!withdraw_from(*busiest->worker)) break;
  }
  return !returned_.empty();
}

int Engine::relieve_the_late(int milliseconds) {
  if (!has_idle_place()) return milliseconds;
  for (Place& place : workers_) {
    const std::uint64_t number =
        place.worker ? place.worker->only_batch_to_begin() : 0;
    if (number == 0) continue;
    if (std::exchange(place.to_begin, number) != number) {
      place.patience = Deadline(kPatience);
    }
    int left = place.patience.milliseconds_left();
    if (left == 0) {
      if (has_idle_place(true) && withdraw_from(*place.worker)) {
        hand_out();
        return 0;
      }
      // Who is idle but behind will not say when it has read on.
      left = static_cast<int>(kPatience.count());
    }
    milliseconds = milliseconds < 0 ? left : std::min(milliseconds, left);
  }
  return milliseconds;
}

bool Engine::withdraw_from(WorkerLink& worker) {
  std::optional<Assignment> last = worker.withdraw();
  if (!last) return false;
  last->tally(-1);
  returned_.push_front(std::move(*last));
  return true;
}

void Engine::flush(std::size_t index) {
  Place& place = workers_[index];
  const bool all = place.worker->flush();
  if (all == !place.waits_for_room) return;
  const int fd = place.worker->pipes().tasks.get();
  if (all) {
    poller_.forget(fd);
  } else {
    poller_.watch(fd, EPOLLOUT, key(index, Event::kRoom));
  }
  place.waits_for_room = !all;
}

bool Engine::read_replies(std::size_t index) {
  for (;;) {
    WorkerLink& worker = *workers_[index].worker;
    switch (worker.read_reply(*buffer_)) {
      case FrameReader::Result::kNothing:
        return true;
      case FrameReader::Result::kNonsense:
        return false;
      case FrameReader::Result::kLarge:
        worker.place_reply();
        break;
      case FrameReader::Result::kFrame:
        if (!take_reply(worker)) return false;
    }
  }
}

bool Engine::take_reply(WorkerLink& worker) {
  const Frame& reply = worker.reply();
  const FrameKind kind = reply.header.kind;
  std::optional<Failure> failure;
  if (kind != FrameKind::kResults) {
    try {
      failure = unpickle<Failure>(reply.payload);
    } catch (const PickleError&) {
      return false;
    }
  }
  if (kind == FrameKind::kBroken) {
    take_breakdown(worker, *failure);
    return true;
  }
  const Assignment done = worker.finish();
  done.job->transfer().from_workers +=
      kBatchHeader + Bytes(reply.header.payload);
  if (failure) {
    done.job->fail(done.batch, static_cast<std::size_t>(failure->item),
                   std::make_exception_ptr(TaskError(*failure)));
  } else if (reply.placed) {
    done.job->succeed_in_place(done.batch);
  } else {
    among_others([&] { done.job->succeed(done.batch, reply.payload); });
  }
  return true;
}

// Its process is about to end; it would not go better with another one.
void Engine::take_breakdown(WorkerLink& worker, const Failure& failure) {
  const std::string reason =
      fmt::format("the initializer failed in worker {}: {}",
                  worker.process().pid(), to_string(failure));
  fail_all(worker, reason);
  give_up(reason);
}

void Engine::bury(std::size_t index, bool sent_nonsense) {
  const std::unique_ptr<WorkerLink> worker = remove(index);
  if (sent_nonsense) worker->process().kill(SIGKILL);
  Death death{.pid = worker->process().pid(), .sent_nonsense = sent_nonsense};
  death.status = worker->process().wait();
  // It would not go better with another one. (How it ended is unknown where
  // SIGCHLD is ignored.)
  if (starter_.spawns() && !worker->is_up() && death.status.signal == 0 &&
      death.status.code != kUnknownExit) {
    give_up(fmt::format("a spawned worker ended with {} {}",
                        to_string(death.status), kBeforeItServed));
    fail_all(*worker, broken_);
  }
  std::deque<Assignment> to_others = settle(*worker, death, on_death_);
  returned_.insert(returned_.begin(),
                   std::make_move_iterator(to_others.begin()),
                   std::make_move_iterator(to_others.end()));
}

void Engine::give_up(const std::string& reason) {
  has_failed_ = true;
  broken_ = reason;
  if (next_) fail(*std::exchange(next_, std::nullopt), reason);
  while (!returned_.empty()) {
    fail(returned_.front(), reason);
    returned_.pop_front();
  }
  for (const auto& job : std::exchange(jobs_, {})) {
    job->abandon(pool_error(reason));
  }
}

void Engine::terminate() {
  if (::getpid() == owner_) expect_usable();
  end();
}

void Engine::end() {
  if (::getpid() != owner_) return;  // a copy that a fork made owns no worker
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].worker) retired_.push_back(remove(i));
  }
  for (const auto& worker : retired_) worker->process().kill(SIGKILL);
  for (const auto& worker : std::exchange(retired_, {})) {
    worker->process().wait();
    fail_all(*worker, kTerminated);
  }
  starter_.stop();
  closed_ = true;
  give_up(kTerminated);
}

void Engine::join() {
  expect_usable();
  if (!closed_) throw PoolError("the pool must be closed before it is joined");
  // Reading runs code of others, in which a job may end and leave the list.
  for (const auto& job : std::deque(jobs_)) job->read_input_to_its_end();
  while (busy() || is_waiting()) progress();
  end_workers();
  starter_.stop();
}

bool Engine::end_workers() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].worker) retire(remove(i));
  }
  for (const auto& worker : retired_) worker->process().wait();
  return !std::exchange(retired_, {}).empty();
}

void Engine::retire(std::unique_ptr<WorkerLink> worker) {
  worker->stop();
  // What was withdrawn may fill its pipe, if it has been stopped: then it is
  // woken, and room is awaited. There will be none if it is dead.
  worker->process().kill(SIGCONT);
  std::array<pollfd, 2> room_or_end{
      {{.fd = worker->pipes().tasks.get(), .events = POLLOUT, .revents = 0},
       {.fd = worker->process().descriptor(), .events = POLLIN, .revents = 0}}};
  while (!worker->flush() && room_or_end[1].revents == 0) {
    checked([&] { return ::poll(room_or_end.data(), room_or_end.size(), -1); },
            "poll(a worker that is to end)");
  }
  retired_.push_back(std::move(worker));
}

void Engine::reap_the_retired() {
  std::erase_if(retired_, [](const std::unique_ptr<WorkerLink>& worker) {
    if (!has_ended(worker->process())) return false;
    worker->process().wait();
    return true;
  });
}

bool Engine::busy() const {
  return std::any_of(workers_.begin(), workers_.end(), [](const Place& place) {
    return place.worker && !place.worker->given().empty();
  });
}

std::vector<pid_t> Engine::pids() const {
  std::vector<pid_t> pids;
  for (const Place& place : workers_) {
    if (place.worker) pids.push_back(place.worker->process().pid());
  }
  return pids;
}

}  // namespace cow

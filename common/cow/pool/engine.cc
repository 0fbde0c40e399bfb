#include "cow/pool/engine.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <exception>
#include <new>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "cow/os/error.h"
#include "cow/pickle/pickle.h"
#include "cow/pool/errors.h"
#include "cow/pool/failure.h"
#include "cow/pool/spawn.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

constexpr const char* kTerminated = "the pool was terminated";

void expect_sendable(const Call& call, const char* what) {
  if (!call || call.can_be_sent()) return;
  throw PoolError(fmt::format(
      "the {} cannot be sent to another program: give it as a function (or a "
      "lambda without captures) with arguments that can be pickled, {{f, a}}",
      what));
}

bool has_ended(const WorkerProcess& process) {
  pollfd ended{.fd = process.descriptor(), .events = POLLIN, .revents = 0};
  return retried([&] { return ::poll(&ended, 1, 0); }) == 1;
}

}  // namespace

Engine::Engine(PoolOptions options)
    : owner_(::getpid()), options_(std::move(options)) {
  if (options_.workers < 1) {
    throw std::invalid_argument(fmt::format(
        "a pool needs at least 1 worker, not {}", options_.workers));
  }
  if (options_.max_tasks_per_child < 0) {
    throw std::invalid_argument(
        fmt::format("max_tasks_per_child is {}: expected 0 (no limit) or more",
                    options_.max_tasks_per_child));
  }
  if (options_.preload && options_.start_method != StartMethod::kForkServer) {
    throw std::invalid_argument(
        "there is a preload but no fork server to call it in");
  }
  workers_.resize(static_cast<std::size_t>(options_.workers));
}

Engine::~Engine() { terminate(); }

void Engine::start() {
  expect_not_spawned();
  if (options_.start_method != StartMethod::kFork) {
    if (!can_be_spawned()) {
      throw PoolError(
          fmt::format("start method {}: main must begin with "
                      "cow::serve_if_spawned(), by which a spawned copy of "
                      "this program becomes a worker",
                      to_string(options_.start_method)));
    }
    expect_sendable(options_.initializer, "initializer");
    expect_sendable(options_.preload, "preload");
  }
  try {
    if (options_.start_method == StartMethod::kForkServer) {
      server_ = std::make_shared<ForkServer>(options_.preload);
    }
    for (std::unique_ptr<Worker>& worker : workers_) worker = start_worker();
  } catch (const std::system_error& error) {
    const std::string reason =
        fmt::format("only {} of {} workers could be started: {}", pids().size(),
                    workers_.size(), error.what());
    terminate();
    throw PoolError(reason);
  }
}

std::unique_ptr<Engine::Worker> Engine::start_worker() {
  auto worker = std::make_unique<Worker>();
  Pipe tasks = make_pipe();
  Pipe results = make_pipe();
  set_nonblocking(tasks.writer.get());
  set_nonblocking(results.reader.get());
  worker->process = start_process(tasks, results);
  worker->ready = options_.start_method != StartMethod::kSpawn;
  worker->tasks = std::move(tasks.writer);
  worker->tasks_reader = std::move(tasks.reader);
  worker->results = std::move(results.reader);
  if (options_.start_method != StartMethod::kFork) initialize(*worker);
  return worker;
}

WorkerProcess Engine::start_process(const Pipe& tasks, const Pipe& results) {
  switch (options_.start_method) {
    case StartMethod::kSpawn:
      return WorkerProcess(
          spawn_worker(tasks.reader.get(), results.writer.get()));
    case StartMethod::kForkServer:
      return server_->start_worker(tasks.reader.get(), results.writer.get());
    case StartMethod::kFork:
      break;
  }
  return WorkerProcess(fork_worker(tasks, results));
}

Child Engine::fork_worker(const Pipe& tasks, const Pipe& results) const {
  const int threads = thread_count();
  if (threads > 1) {
    throw PoolError(fmt::format(
        "a process with {} threads cannot fork workers: the copies would have "
        "one thread, and every lock that another one holds would stay locked; "
        "make the pool before the first thread starts, or use start method "
        "spawn",
        threads));
  }
  return Child::fork([&, parent = ::getpid()] {
    ::close(tasks.writer.get());
    ::close(results.reader.get());
    return run_child(tasks.reader.get(), results.writer.get(), parent);
  });
}

// Sends the initializer to a worker that has not inherited it.
void Engine::initialize(Worker& worker) {
  if (!options_.initializer) return;
  try {
    worker.outgoing.begin(
        {.kind = FrameKind::kInitialize, .entry = options_.initializer.entry()},
        options_.initializer.pickle());
    write_some(worker);
  } catch (...) {  // its argument cannot be pickled after all
    worker.process.kill(SIGKILL);
    worker.process.wait();
    throw;
  }
}

// The worker's side of the fork.
int Engine::run_child(int tasks, int results, pid_t parent) const {
  // If the pool's process ends in whatever way, so does the worker.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) return 0;  // it had ended before
  // Ctrl-C reaches every process of the terminal; the pool decides what to do.
  ::signal(SIGINT, SIG_IGN);
  // The pool's ends of the others' pipes were inherited; they are not its own.
  for (const auto* others : {&workers_, &retired_}) {
    for (const std::unique_ptr<Worker>& other : *others) {
      if (!other) continue;
      for (const Descriptor* end :
           {&other->tasks, &other->tasks_reader, &other->results}) {
        ::close(end->get());
      }
    }
  }
  return serve(tasks, results, options_.initializer);
}

void Engine::expect_open() const {
  if (::getpid() != owner_) {
    throw PoolError(fmt::format(
        "the pool belongs to process {}, of which this one is a fork", owner_));
  }
  if (!broken_.empty()) throw PoolError(broken_);
  if (closed_) throw PoolError("the pool is closed");
}

void Engine::submit(std::shared_ptr<Job> job) {
  expect_open();
  if (job->batches() > 0) jobs_.push_back(std::move(job));
  bury_the_dead();
}

// Workers that have ended while nobody looked: a batch given to one of them
// would be lost.
void Engine::bury_the_dead() {
  for (std::unique_ptr<Worker>& worker : workers_) {
    if (!worker || worker->assignment || !has_ended(worker->process)) continue;
    // What it sent before, such as why its initializer failed, is still there.
    const bool sound = read_replies(*worker);
    bury(std::move(worker), !sound);
  }
  reap_the_retired();
}

void Engine::reap_the_retired() {
  std::erase_if(retired_, [](const std::unique_ptr<Worker>& worker) {
    if (!has_ended(worker->process)) return false;
    worker->process.wait();
    return true;
  });
}

bool Engine::progress(int also, int milliseconds) {
  if (::getpid() != owner_) expect_open();  // which says why
  hand_out();
  if (also == -1 && !busy() && jobs_.empty()) return false;  // nothing to do

  std::vector<pollfd> polled;
  const auto watch = [&](int fd, short events) {
    polled.push_back({.fd = fd, .events = events, .revents = 0});
  };
  watch(also, POLLIN);  // poll(2) passes over a descriptor of -1
  for (const std::unique_ptr<Worker>& worker : workers_) {
    if (!worker) continue;
    watch(worker->results.get(), POLLIN);
    watch(worker->outgoing.done() ? -1 : worker->tasks.get(), POLLOUT);
    watch(worker->process.descriptor(), POLLIN);
  }
  checked([&] { return ::poll(polled.data(), polled.size(), milliseconds); },
          "poll({} descriptors)", polled.size());

  auto next = polled.begin();
  const bool readable = next++->revents != 0;
  for (std::unique_ptr<Worker>& worker : workers_) {
    if (!worker) continue;
    // Replies before the death: what was sent before the end still counts.
    bool sound = true;
    if (next++->revents != 0) sound = read_replies(*worker);
    if (next++->revents != 0 && !worker->outgoing.done()) write_some(*worker);
    const bool dead = next++->revents != 0;
    if (dead && sound) sound = read_replies(*worker);
    if (dead || !sound) bury(std::move(worker), !sound);
  }
  return readable;
}

void Engine::hand_out() {
  for (std::unique_ptr<Worker>& worker : workers_) {
    if (jobs_.empty()) return;
    try {
      const int most = options_.max_tasks_per_child;
      if (worker && is_idle(*worker) && most > 0 && worker->batches >= most) {
        retire(std::exchange(worker, nullptr));
      }
      if (!worker) worker = start_worker();
    } catch (const std::exception& error) {
      // The others can do the work, if there are others.
      if (pids().empty()) {
        give_up(fmt::format("no worker can be started: {}", error.what()));
      }
      continue;
    }
    while (is_idle(*worker) && !jobs_.empty() && !assign(*worker)) continue;
  }
}

bool Engine::is_idle(const Worker& worker) {
  return !worker.assignment && worker.outgoing.done();
}

// Gives the next batch to an idle worker; false if it could not be pickled.
bool Engine::assign(Worker& worker) {
  Assignment next{
      .job = jobs_.front(), .batch = next_batch_++, .number = batch_number_++};
  if (next_batch_ == next.job->batches()) {
    jobs_.pop_front();
    next_batch_ = 0;
  }
  Message message;
  try {
    message = next.job->pickle(next.batch);
  } catch (...) {
    const Job::Range items = next.job->range(next.batch);
    next.job->fail(static_cast<std::int64_t>(items.first),
                   std::current_exception());
    return false;
  }
  worker.outgoing.begin(next.job->header(next.batch, next.number),
                        std::move(message));
  worker.assignment = std::move(next);
  write_some(worker);
  return true;
}

void Engine::write_some(Worker& worker) {
  Transfer& transfer =
      worker.assignment ? worker.assignment->job->transfer() : initialization_;
  transfer.to_workers += worker.outgoing.write_some(worker.tasks.get());
  if (worker.outgoing.done()) ++transfer.batches;
}

bool Engine::read_replies(Worker& worker) {
  auto* header = reinterpret_cast<std::byte*>(&worker.reply);
  for (;;) {
    const bool in_header = worker.reply_read < sizeof worker.reply;
    std::byte* to = in_header ? header + worker.reply_read
                              : worker.payload.get() + worker.payload_read;
    const std::size_t wanted = in_header
                                   ? sizeof worker.reply - worker.reply_read
                                   : worker.reply.payload - worker.payload_read;
    const ssize_t got =
        retried([&] { return ::read(worker.results.get(), to, wanted); });
    if (got == -1 && errno == EAGAIN) return true;
    if (got == -1) {
      throw_system_error(errno, fmt::format("read({}, {} bytes)",
                                            worker.results.get(), wanted));
    }
    if (got == 0) return true;  // its end is closed: the pidfd says the rest
    if (!in_header) {
      worker.payload_read += static_cast<std::size_t>(got);
    } else {
      worker.reply_read += static_cast<std::size_t>(got);
      if (worker.reply_read < sizeof worker.reply) continue;
      if (worker.reply.magic != FrameHeader::kMagic) return false;
      // Memory that is asked for is not yet taken: pages come as they are
      // written, so a wrong length costs nothing but this call.
      worker.payload.reset(new (std::nothrow) std::byte[worker.reply.payload]);
      worker.payload_read = 0;
      if (!worker.payload) return false;
    }
    if (worker.payload_read == worker.reply.payload && !finish_reply(worker)) {
      return false;
    }
  }
}

bool Engine::finish_reply(Worker& worker) {
  const std::unique_ptr<std::byte[]> memory = std::move(worker.payload);
  const std::span<const std::byte> payload(memory.get(), worker.reply.payload);
  worker.reply_read = 0;
  worker.ready = true;
  if (worker.reply.kind == FrameKind::kReady) return true;
  if (worker.reply.kind == FrameKind::kBroken) {
    return take_failure(worker, payload);
  }
  if (!worker.assignment || worker.reply.batch != worker.assignment->number ||
      !worker.outgoing.done()) {
    return false;
  }
  ++worker.batches;
  worker.assignment->job->transfer().from_workers +=
      Bytes(sizeof worker.reply) + Bytes(payload.size());
  if (worker.reply.kind == FrameKind::kFailure) {
    return take_failure(worker, payload);
  }
  if (worker.reply.kind != FrameKind::kResults) return false;
  const Assignment done = *std::exchange(worker.assignment, std::nullopt);
  done.job->succeed(done.batch, payload);
  return true;
}

// A batch, or the whole worker, has ended in an exception. False if that worker
// cannot go on.
bool Engine::take_failure(Worker& worker, std::span<const std::byte> payload) {
  Failure failure;
  try {
    failure = unpickle<Failure>(payload);
  } catch (const PickleError&) {
    return false;
  }
  const auto lost = std::exchange(worker.assignment, std::nullopt);
  const bool broken = worker.reply.kind == FrameKind::kBroken;
  if (!broken) {
    const auto item = static_cast<std::int64_t>(failure.item);
    lost->job->fail(
        item, std::make_exception_ptr(TaskError(failure.text, failure.type,
                                                item, worker.process.pid())));
    return true;
  }
  const std::string reason =
      fmt::format("the initializer failed in worker {}: {}",
                  worker.process.pid(), to_string(failure));
  if (lost) fail(*lost, reason);
  give_up(reason);
  return false;
}

void Engine::bury(std::unique_ptr<Worker> worker, bool sent_nonsense) {
  if (sent_nonsense) worker->process.kill(SIGKILL);
  const pid_t pid = worker->process.pid();
  const ExitStatus status = worker->process.wait();
  // It would not go better with another one.
  const bool never_served = !worker->ready && status.signal == 0;
  if (never_served) {
    give_up(fmt::format("a spawned worker ended with {} {}", to_string(status),
                        kBeforeItServed));
  }
  if (!worker->assignment) return;
  if (never_served) {
    fail(*worker->assignment, broken_);
    return;
  }
  const Job::Range items =
      worker->assignment->job->range(worker->assignment->batch);
  const auto first = static_cast<std::int64_t>(items.first);
  worker->assignment->job->fail(
      first,
      std::make_exception_ptr(WorkerDied(
          sent_nonsense ? "something that is no reply in its pipe"
                        : to_string(status),
          status.signal, pid, first, static_cast<std::int64_t>(items.count))));
}

void Engine::fail(const Assignment& lost, const std::string& reason) {
  lost.job->fail(static_cast<std::int64_t>(lost.job->range(lost.batch).first),
                 std::make_exception_ptr(PoolError(reason)));
}

void Engine::give_up(const std::string& reason) {
  broken_ = reason;
  while (!jobs_.empty()) {
    const std::shared_ptr<Job> job = std::move(jobs_.front());
    jobs_.pop_front();
    for (std::int64_t batch = next_batch_; batch < job->batches(); ++batch) {
      fail({.job = job, .batch = batch}, reason);
    }
    next_batch_ = 0;
  }
}

void Engine::terminate() {
  if (::getpid() != owner_) return;  // a copy that a fork made owns no worker
  for (std::unique_ptr<Worker>& worker : retired_) {
    workers_.push_back(std::move(worker));
  }
  retired_.clear();
  for (const std::unique_ptr<Worker>& worker : workers_) {
    if (worker) worker->process.kill(SIGKILL);
  }
  for (std::unique_ptr<Worker>& slot : workers_) {
    const std::unique_ptr<Worker> worker = std::move(slot);
    if (!worker) continue;
    worker->process.wait();
    if (worker->assignment) fail(*worker->assignment, kTerminated);
  }
  workers_.resize(static_cast<std::size_t>(options_.workers));
  server_.reset();
  closed_ = true;
  give_up(kTerminated);
}

void Engine::join() {
  if (!closed_) throw PoolError("the pool must be closed before it is joined");
  while (busy() || !jobs_.empty()) progress();
  for (std::unique_ptr<Worker>& worker : workers_) {
    if (worker) retire(std::move(worker));
  }
  for (const std::unique_ptr<Worker>& worker : retired_) {
    worker->process.wait();
  }
  retired_.clear();
  server_.reset();
}

void Engine::retire(std::unique_ptr<Worker> worker) {
  reap_the_retired();
  // An idle worker's pipe is empty, so the frame finds room at once.
  worker->outgoing.begin({.kind = FrameKind::kStop}, Message());
  worker->outgoing.write_some(worker->tasks.get());
  retired_.push_back(std::move(worker));
}

bool Engine::busy() const {
  return std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) {
    return worker && !is_idle(*worker);
  });
}

std::vector<pid_t> Engine::pids() const {
  std::vector<pid_t> pids;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    if (worker) pids.push_back(worker->process.pid());
  }
  return pids;
}

}  // namespace cow

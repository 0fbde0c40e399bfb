#include "cow/pool/starter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "cow/pool/errors.h"
#include "cow/pool/spawn.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

// As much as an unprivileged process may have, of pipes that are few: each
// change of sides between two processes then moves more. pipe(7).
constexpr int kPipeCapacity = 1 << 20;

Pipe make_large_pipe() {
  Pipe pipe = make_pipe();
  // Where it is refused, because this user has many pipes, a small one will do.
  ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, kPipeCapacity);
  return pipe;
}

void expect_sendable(const Call& call, const char* what) {
  if (!call || call.can_be_sent()) return;
  throw PoolError(fmt::format(
      "the {} cannot be sent to another program: give it as a function (or a "
      "lambda without captures) with arguments that can be pickled, {{f, a}}",
      what));
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

std::unique_ptr<WorkerLink> Starter::start(std::span<const int> not_its_own) {
  Pipe tasks = make_large_pipe();
  Pipe results = make_large_pipe();
  set_nonblocking(tasks.writer.get());
  set_nonblocking(results.reader.get());
  const int from = tasks.reader.get();
  const int to = results.writer.get();
  WorkerProcess process;
  Mapping offers;
  if (forks()) {
    offers = Mapping(page_size(), PROT_READ | PROT_WRITE, MAP_SHARED);
    std::vector<int> close(not_its_own.begin(), not_its_own.end());
    close.push_back(tasks.writer.get());
    close.push_back(results.reader.get());
    process = WorkerProcess(fork_worker(from, to, offers, close));
  } else {
    const Descriptor file = make_memory_file("cowpool offers", page_size());
    offers = Mapping(page_size(), file.get(), Bytes());
    process = server_ ? server_->start_worker(from, to, file.get())
                      : WorkerProcess(spawn_worker(from, to, file.get()));
  }
  return std::make_unique<WorkerLink>(
      std::move(process),
      WorkerPipes{.tasks = std::move(tasks.writer),
                  .tasks_reader = std::move(tasks.reader),
                  .results = std::move(results.reader),
                  .offers = std::move(offers)},
      options_.start_method != StartMethod::kSpawn);
}

Child Starter::fork_worker(int tasks, int results, const Mapping& offers,
                           std::span<const int> not_its_own) const {
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
    // If the pool's process ends in whatever way, so does the worker.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) return 0;  // it had ended before
    // Ctrl-C reaches every process of the terminal; the pool decides what to
    // do.
    ::signal(SIGINT, SIG_IGN);
    for (const int fd : not_its_own) ::close(fd);
    return serve(tasks, results, offers, options_.initializer);
  });
}

}  // namespace cow

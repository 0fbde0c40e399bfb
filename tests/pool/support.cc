#include "pool/support.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "cow/memory/process.h"
#include "cow/os/error.h"

namespace cow::testing {
namespace {

// Where spawned workers find what forked ones inherit.
constexpr const char* kGate = "COWPOOL_TEST_GATE";
constexpr const char* kCounters = "COWPOOL_TEST_COUNTERS";

Descriptor open(const std::string& path) {
  return Descriptor(
      checked([&] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC); },
              "open({})", path));
}

}  // namespace

bool becomes_readable(int fd) {
  pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(kDeadline).count();
  return checked(
             [&] { return ::poll(&polled, 1, static_cast<int>(milliseconds)); },
             "poll({})", fd) == 1;
}

Descriptor watch(pid_t pid) {
  return Descriptor(static_cast<int>(
      checked([&] { return ::syscall(SYS_pidfd_open, pid, 0); },
              "pidfd_open({})", pid)));
}

std::vector<Descriptor> watch(const std::vector<pid_t>& pids) {
  std::vector<Descriptor> pidfds;
  for (const pid_t pid : pids) pidfds.push_back(watch(pid));
  return pidfds;
}

bool all_end(const std::vector<Descriptor>& pidfds) {
  for (const Descriptor& pidfd : pidfds) {
    if (!becomes_readable(pidfd.get())) return false;
  }
  return true;
}

void kill_and_wait(pid_t pid) {
  const Descriptor pidfd = watch(pid);
  ::kill(pid, SIGKILL);
  becomes_readable(pidfd.get());
}

char state_of(pid_t pid) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid));
  // Behind the name, which may hold anything.
  return stat ? stat->at(stat->rfind(')') + 2) : '\0';
}

bool comes_to_be(pid_t pid, char state) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (state_of(pid) != state) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::sched_yield();
  }
  return true;
}

std::string read_to_the_end(int fd) {
  std::string text;
  char part[4096];
  while (becomes_readable(fd)) {
    const ssize_t got = retried([&] { return ::read(fd, part, sizeof part); });
    if (got <= 0) return text;
    text.append(part, static_cast<std::size_t>(got));
  }
  return text + " (and it has not ended)";
}

ExitStatus in_a_child(const std::function<int()>& test) {
  Child child = Child::fork([&] {
    ::alarm(static_cast<unsigned>(kDeadline.count()));
    return test();
  });
  return child.wait();
}

std::vector<int> numbers(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

Gate::Fifos::Fifos(const std::string& folder)
    : arrivals(open(folder + "/arrivals")),
      departures(open(folder + "/departures")) {}

Gate::Gate() {
  for (const char* name : {"arrivals", "departures"}) {
    const std::string path = folder_.path() / name;
    checked([&] { return ::mkfifo(path.c_str(), 0600); }, "mkfifo({})", path);
  }
  ::setenv(kGate, folder_.path().c_str(), 1);
  current_ = &fifos_.emplace(folder_.path());
}

Gate::~Gate() {
  current_ = nullptr;
  ::unsetenv(kGate);
}

const Gate::Fifos& Gate::here() {
  if (current_ != nullptr) return *current_;
  static const Fifos found(std::getenv(kGate));
  return found;
}

void Gate::arrive() { write_fully(here().arrivals.get(), "a", 1); }

void Gate::stop() {
  arrive();
  char go = 0;
  read_fully(here().departures.get(), &go, 1);
}

bool Gate::arrived(PendingWork& pending, int count) {
  const int fd = fifos_->arrivals.get();
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (count > 0) {
    // One millisecond at a time: the pool is to work while tasks arrive.
    pending.wait_for(std::chrono::milliseconds(1));
    pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    while (count > 0 && ::poll(&polled, 1, 0) == 1) {
      char arrival = 0;
      read_fully(fd, &arrival, 1);
      --count;
    }
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

bool Gate::arrived(int count) {
  for (; count > 0; --count) {
    if (!becomes_readable(fifos_->arrivals.get())) return false;
    char arrival = 0;
    read_fully(fifos_->arrivals.get(), &arrival, 1);
  }
  return true;
}

void Gate::let_go(int count) {
  const std::string all(static_cast<std::size_t>(count), 'g');
  write_fully(fifos_->departures.get(), all.data(), all.size());
}

namespace {

Mapping map_file(const std::string& path) {
  const Descriptor file = open(path);
  return {Bytes(std::filesystem::file_size(path)), file.get(), Bytes()};
}

// The file is zero at first, which is what a count of 0 looks like.
std::atomic<int>& count_at(const Mapping& shared, int index) {
  return reinterpret_cast<std::atomic<int>*>(
      shared.data())[static_cast<std::size_t>(index)];
}

}  // namespace

Counters::Counters(int count) : count_(count) {
  const std::string path = folder_.path() / "counts";
  write_file(path, "");
  std::filesystem::resize_file(
      path, static_cast<std::size_t>(count) * sizeof(std::atomic<int>));
  shared_ = map_file(path);
  ::setenv(kCounters, path.c_str(), 1);
  current_ = &shared_;
}

Counters::~Counters() {
  current_ = nullptr;
  ::unsetenv(kCounters);
}

const Mapping& Counters::here() {
  if (current_ != nullptr) return *current_;
  static const Mapping found = map_file(std::getenv(kCounters));
  return found;
}

int Counters::add(int index) { return count_at(here(), index).fetch_add(1); }

std::vector<int> Counters::all() const {
  std::vector<int> counts;
  for (int i = 0; i < count_; ++i) {
    counts.push_back(count_at(shared_, i).load());
  }
  return counts;
}

int reply_pipe() {
  for (int fd = STDERR_FILENO + 1; fd < 1024; ++fd) {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) &&
        (::fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
      return fd;
    }
  }
  return -1;
}

int stop_at_gate(int i) {
  Gate::stop();
  return i;
}

int same(int i) { return i; }
int square(int i) { return i * i; }

bool works(Pool& pool) {
  const std::vector<int> items = numbers(3 * pool.size());
  return pool.map(same, items, 1) == items;
}

}  // namespace cow::testing

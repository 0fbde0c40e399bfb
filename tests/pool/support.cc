#include "pool/support.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <numeric>

#include "cow/os/error.h"

namespace cow::testing {

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

std::vector<int> numbers(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

void Gate::arrive() { write_fully(current_->arrivals_.writer.get(), "a", 1); }

void Gate::stop() {
  arrive();
  char go = 0;
  read_fully(current_->departures_.reader.get(), &go, 1);
}

bool Gate::arrived(PendingWork& pending, int count) {
  const int fd = arrivals_.reader.get();
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
    if (!becomes_readable(arrivals_.reader.get())) return false;
    char arrival = 0;
    read_fully(arrivals_.reader.get(), &arrival, 1);
  }
  return true;
}

void Gate::let_go(int count) {
  const std::string all(static_cast<std::size_t>(count), 'g');
  write_fully(departures_.writer.get(), all.data(), all.size());
}

namespace {

// The memory is zero at first, which is what a count of 0 looks like.
std::atomic<int>& count_at(const Mapping& shared, int index) {
  return reinterpret_cast<std::atomic<int>*>(
      shared.data())[static_cast<std::size_t>(index)];
}

}  // namespace

Counters::Counters(int count)
    : count_(count),
      shared_(count * Bytes(sizeof(std::atomic<int>)), PROT_READ | PROT_WRITE,
              MAP_SHARED) {
  current_ = this;
}

int Counters::add(int index) {
  return count_at(current_->shared_, index).fetch_add(1);
}

std::vector<int> Counters::all() const {
  std::vector<int> counts;
  for (int i = 0; i < count_; ++i) {
    counts.push_back(count_at(shared_, i).load());
  }
  return counts;
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

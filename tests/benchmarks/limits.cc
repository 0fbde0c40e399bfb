#include "benchmarks/limits.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Memory = std::unique_ptr<std::byte[]>;
double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

// Memory that the process does not have yet: malloc(3) takes large blocks from
// the kernel each time, whose pages come as they are written.
Memory new_memory(Bytes size) { return Memory(new std::byte[size.size()]); }

Memory touched_memory(Bytes size) {
  Memory memory = new_memory(size);
  std::fill_n(memory.get(), size.size(), std::byte{1});
  return memory;
}

// A process that answers: it reads `there` bytes and writes `back` bytes, again
// and again until its input is closed.
class Answerer {
 public:
  Answerer(Load load, const std::byte* reply) {
    Pipe requests = make_pipe();
    Pipe replies = make_pipe();
    child_ = Child::fork([&, parent = ::getpid()] {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) return 0;
      requests.writer.close();
      return answer(requests.reader.get(), replies.writer.get(), load, reply);
    });
    to_ = std::move(requests.writer);
    from_ = std::move(replies.reader);
  }
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;
  ~Answerer() {
    child_.kill(SIGKILL);
    child_.wait();
  }

  int to() const { return to_.get(); }
  int from() const { return from_.get(); }
  pid_t pid() const { return child_.pid(); }

 private:
  static int answer(int in, int out, Load load, const std::byte* reply) {
    for (;;) {
      const Memory request = new_memory(load.there);
      if (read_fully(in, request.get(), load.there.size()) == 0) return 0;
      write_fully(out, reply, load.back.size());
    }
  }

  Child child_;
  Descriptor to_;
  Descriptor from_;
};

void set_capacity(int pipe, Bytes capacity) {
  checked(
      [&] {
        return ::fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(capacity.count()));
      },
      "fcntl({}, F_SETPIPE_SZ, {})", pipe, capacity.count());
}

// Calls `move` unless nothing is left, and returns how many bytes it moved.
template <typename Move>
ssize_t moved(Bytes& left, Move move) {
  if (left == Bytes()) return 0;
  const ssize_t got = retried(move);
  if (got == -1 && errno == EAGAIN) return 0;
  checked([&] { return got; }, "moving {} bytes", left.count());
  left -= Bytes(got);
  return got;
}

}  // namespace

double raw_round_trip(int trips, Bytes there, Bytes back) {
  const Memory request = touched_memory(there);
  const Memory reply = touched_memory(back);
  const Answerer process({.there = there, .back = back}, reply.get());
  const auto begun = Clock::now();
  for (int trip = 0; trip < trips; ++trip) {
    write_fully(process.to(), request.get(), there.size());
    read_fully(process.from(), reply.get(), back.size());
  }
  return seconds_since(begun) / trips;
}

// One answerer and how far its item is.
struct RawPayload::Link {
  Link(Load load, const std::byte* reply, Bytes capacity)
      : process(load, reply) {
    for (const int pipe : {process.to(), process.from()}) {
      set_capacity(pipe, capacity);
      set_nonblocking(pipe);
    }
  }

  bool busy() const { return unsent > Bytes() || unread > Bytes(); }

  // Writes and reads as much as goes without waiting.
  void move() {
    from += moved(unsent,
                  [&] { return ::write(process.to(), from, unsent.size()); });
    into += moved(unread,
                  [&] { return ::read(process.from(), into, unread.size()); });
  }

  Answerer process;
  const std::byte* from = nullptr;
  Bytes unsent;
  std::byte* into = nullptr;
  Bytes unread;
};

RawPayload::RawPayload(int processes, Load load, Bytes capacity)
    : load_(load),
      request_(touched_memory(load.there)),
      reply_(touched_memory(load.back)) {
  for (int i = 0; i < processes; ++i) {
    links_.push_back(std::make_unique<Link>(load, reply_.get(), capacity));
  }
}

RawPayload::~RawPayload() = default;

bool RawPayload::advance(Link& link, std::size_t items) {
  for (;;) {
    if (!link.busy()) {
      if (replies_.size() == items) return false;
      replies_.push_back(new_memory(load_.back));
      link.from = request_.get();
      link.unsent = load_.there;
      link.into = replies_.back().get();
      link.unread = load_.back;
    }
    link.move();
    if (link.busy()) return true;
  }
}

double RawPayload::measure(int count) {
  const auto items = static_cast<std::size_t>(count);
  replies_.reserve(items);
  std::vector<pollfd> polled(2 * links_.size());
  const auto begun = Clock::now();
  for (bool busy = true; std::exchange(busy, false);) {
    for (std::size_t i = 0; i < links_.size(); ++i) {
      Link& link = *links_[i];
      busy = advance(link, items) || busy;
      polled[2 * i] = {.fd = link.unsent > Bytes() ? link.process.to() : -1,
                       .events = POLLOUT,
                       .revents = 0};
      polled[2 * i + 1] = {
          .fd = link.unread > Bytes() ? link.process.from() : -1,
          .events = POLLIN,
          .revents = 0};
    }
    if (!busy) break;
    checked([&] { return ::poll(polled.data(), polled.size(), -1); },
            "poll({} pipes)", polled.size());
  }
  const double taken = seconds_since(begun);
  replies_.clear();
  return taken;
}

double raw_start(int processes) {
  std::vector<Pipe> requests;
  for (int i = 0; i < processes; ++i) requests.push_back(make_pipe());
  const Pipe replies = make_pipe();
  std::vector<pid_t> children;
  const auto begun = Clock::now();
  for (const Pipe& request : requests) {
    const pid_t child = checked([] { return ::fork(); }, "fork()");
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      char byte = 0;
      if (read_fully(request.reader.get(), &byte, 1) == 1) {
        write_fully(replies.writer.get(), &byte, 1);
        ::pause();
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  char byte = 0;
  write_fully(requests.front().writer.get(), &byte, 1);
  read_fully(replies.reader.get(), &byte, 1);
  const double taken = seconds_since(begun);
  for (const pid_t child : children) ::kill(child, SIGKILL);
  for (const pid_t child : children) wait_for_child(child);
  return taken;
}

Reading<Bytes> pipe_capacity_of(pid_t worker) {
  namespace fs = std::filesystem;
  const fs::path folder = fmt::format("/proc/{}/fd", worker);
  Bytes largest;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    // The first three are the program's own, whatever they are.
    if (std::stoi(entry.path().filename()) <= STDERR_FILENO) continue;
    const std::string what = fs::read_symlink(entry.path(), error);
    if (!what.starts_with("pipe:")) continue;
    const Descriptor pipe(
        ::open(entry.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    largest = std::max(largest, Bytes(::fcntl(pipe.get(), F_GETPIPE_SZ)));
  }
  if (largest <= Bytes()) {
    return Absent{fmt::format("no pipe can be seen in {}", folder.string())};
  }
  return largest;
}

}  // namespace cow::bench

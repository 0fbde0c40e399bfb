#include "cow/lesson/rendezvous.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "cow/os/error.h"

namespace cow {
namespace {

bool wait_readable(int fd, int milliseconds) {
  pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
  return checked([&] { return ::poll(&polled, 1, milliseconds); }, "poll({})",
                 fd) != 0;
}

}  // namespace

void wait_to_be_measured() {
  const char* variable = std::getenv(kRendezvousVariable);
  int arrivals = -1;
  int gate = -1;
  if (variable == nullptr ||
      std::sscanf(variable, "%d,%d", &arrivals, &gate) != 2) {
    return;
  }
  if (wait_readable(gate, 0)) return;
  const std::string line = fmt::format("+ {}\n", ::getpid());
  write_fully(arrivals, line.data(), line.size());
  wait_readable(gate, -1);
}

Rendezvous::Rendezvous() : arrivals_(make_pipe()), gate_(make_pipe()) {
  set_nonblocking(arrivals_.reader.get());
  const std::string value =
      fmt::format("{},{}", arrivals_.writer.get(), gate_.reader.get());
  ::setenv(kRendezvousVariable, value.c_str(), 1);
}

Rendezvous::~Rendezvous() { ::unsetenv(kRendezvousVariable); }

std::vector<std::string> Rendezvous::take_lines() {
  std::vector<std::string> lines;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t got = retried([&] {
      return ::read(arrivals_.reader.get(), part.data(), part.size());
    });
    if (got == -1 && errno == EAGAIN) return lines;
    if (got == -1) throw_system_error(errno, "read(arrivals)");
    for (ssize_t i = 0; i < got; ++i) {
      const char c = part[static_cast<std::size_t>(i)];
      if (c != '\n') {
        partial_line_ += c;
      } else {
        lines.push_back(std::exchange(partial_line_, {}));
      }
    }
  }
}

std::vector<pid_t> Rendezvous::take_arrivals() {
  std::vector<pid_t> pids;
  for (const std::string& line : take_lines()) {
    pid_t pid = 0;
    if (std::sscanf(line.c_str(), "+ %d", &pid) == 1) pids.push_back(pid);
  }
  return pids;
}

void Rendezvous::open() { write_fully(gate_.writer.get(), "o", 1); }

void Rendezvous::close() {
  take_lines();  // who arrived while somebody failed was not waited for
  char opened = 0;
  read_fully(gate_.reader.get(), &opened, 1);
}

void Rendezvous::let_inherit() const {
  for (const int fd : {arrivals_.writer.get(), gate_.reader.get()}) {
    checked([&] { return ::fcntl(fd, F_SETFD, 0); }, "fcntl({}, F_SETFD)", fd);
  }
}

}  // namespace cow

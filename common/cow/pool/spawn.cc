#include "cow/pool/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

#include "cow/os/mapping.h"
#include "cow/pool/fork_server.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

// "worker PARENT TASKS RESULTS OFFERS" or "server PARENT SOCKET PRELOAD":
// what the process is to become, whose child it is, and its descriptors.
constexpr const char* kOrder = "COW_SPAWNED";

bool has_line = false;

std::vector<std::string> environment_with(const std::string& order) {
  const std::string begin = std::string(kOrder) + "=";
  std::vector<std::string> environment{begin + order};
  for (char** each = ::environ; *each != nullptr; ++each) {
    if (!std::string_view(*each).starts_with(begin)) {
      environment.emplace_back(*each);
    }
  }
  return environment;
}

Child spawn_self(const char* role, const std::vector<int>& inherit) {
  // The file itself, also if its name has meanwhile been given to another.
  return Child::spawn("/proc/self/exe", {::program_invocation_name},
                      environment_with(fmt::format("{} {} {}", role, ::getpid(),
                                                   fmt::join(inherit, " "))),
                      inherit);
}

int obey(std::string_view role, int a, int b, int c) {
  for (const int fd : {a, b, c}) {
    if (fd != -1) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  if (role == "server") return serve_forks(a, b);
  const Mapping offers(page_size(), c, Bytes());
  ::close(c);
  announce(b);
  return serve(a, b, offers, {});
}

}  // namespace

namespace spawned {

bool note_line() noexcept { return has_line = true; }

void obey() {
  const char* order = std::getenv(kOrder);
  if (order == nullptr) return;
  char role[8] = "";
  int parent = 0;
  int a = -1;
  int b = -1;
  int c = -1;
  if (std::sscanf(order, "%7s %d %d %d %d", role, &parent, &a, &b, &c) < 4) {
    return;  // not ours
  }
  ::unsetenv(kOrder);  // not for the programs that a task may start
  // If the pool's process ends in whatever way, so does this one.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);  // it had ended before
  ::prctl(PR_SET_NAME, ::program_invocation_short_name);
  // Ctrl-C reaches every process of the terminal; the pool decides what to do.
  ::signal(SIGINT, SIG_IGN);
  int code = kChildThrew;
  try {
    code = cow::obey(role, a, b, c);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{} {}: {}\n", role, ::getpid(), error.what());
  }
  std::cout.flush();
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace spawned

bool can_be_spawned() { return has_line; }

void expect_not_spawned() {
  if (std::getenv(kOrder) == nullptr) return;
  fmt::print(stderr,
             "{}: this process was spawned as a worker, but its main makes a "
             "pool before it calls cow::serve_if_spawned()\n",
             ::program_invocation_short_name);
  ::_exit(kNeverServed);
}

Child spawn_worker(int tasks, int results, int offers) {
  return spawn_self("worker", {tasks, results, offers});
}

Child spawn_fork_server(int socket, int preload) {
  return spawn_self("server", {socket, preload});
}

}  // namespace cow

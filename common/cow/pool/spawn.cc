#include "cow/pool/spawn.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string_view>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/held_signal.h"
#include "cow/os/mapping.h"
#include "cow/pool/serve_forks.h"
#include "cow/pool/spawn_order.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

// Where the order stands: spawn_order.h.
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

Child spawn_self(SpawnOrder::Role role, const std::vector<int>& inherit) {
  const SpawnOrder order{role, ::getpid(), inherit};
  const HeldSignal held(SIGINT);  // until it ignores it
  // The file itself, also if its name has meanwhile been given to another.
  return Child::spawn("/proc/self/exe", {::program_invocation_name},
                      environment_with(to_string(order)), inherit);
}

int obey(const SpawnOrder& order) {
  const std::vector<int>& fds = order.descriptors;
  for (const int fd : fds) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (order.role == SpawnOrder::Role::kForkServer) {
    return serve_forks(fds[0], fds[1]);
  }
  const auto offers = map_offers(fds[2]);
  ::close(fds[2]);
  return serve(fds[0], fds[1], *offers, {});
}

}  // namespace

namespace spawned {

bool note_line() noexcept { return has_line = true; }

void obey() {
  const char* text = std::getenv(kOrder);
  if (text == nullptr) return;
  const std::optional<SpawnOrder> order = parse_spawn_order(text);
  if (!order) return;  // not ours
  ::unsetenv(kOrder);  // not for the programs that a task may start
  // If the pool's process ends in whatever way, so does this one.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != order->parent) ::_exit(0);  // it had ended before
  ::prctl(PR_SET_NAME, ::program_invocation_short_name);
  // Ctrl-C reaches every process of the terminal; the pool decides what to do.
  ignore_signal(SIGINT);
  int code = kChildThrew;
  try {
    code = cow::obey(*order);
  } catch (const std::exception& error) {
    // fmt::print would throw if standard error is closed.
    std::fputs(fmt::format("{}: {}\n", to_string(*order), error.what()).c_str(),
               stderr);
  }
  flush_output();
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
  return spawn_self(SpawnOrder::Role::kWorker, {tasks, results, offers});
}

Child spawn_fork_server(int socket, int preload) {
  return spawn_self(SpawnOrder::Role::kForkServer, {socket, preload});
}

}  // namespace cow

#include "cow/pool/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/held_signal.h"
#include "cow/os/mapping.h"
#include "cow/pool/fork_requests.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

// The environment variable that tells a spawned copy of the program what to
// become: an Order as five decimal numbers.
constexpr const char* kOrder = "COW_SPAWNED";

struct Order {
  int role = 0;  // kWorker or kForkServer
  pid_t parent = 0;
  // For a worker: tasks, results, offers. For a fork server: socket, preload,
  // and preload again.
  std::array<int, 3> fds{};
};
constexpr int kWorker = 0;
constexpr int kForkServer = 1;

bool calls_serve_if_spawned = false;

// The order that this process was started with. The descriptors of a true order
// are open and above the standard streams. Any other text in the variable is
// ignored.
std::optional<Order> find_order() {
  const char* text = std::getenv(kOrder);
  Order order;
  auto& [role, parent, fds] = order;
  char more = 0;
  if (text == nullptr || std::sscanf(text, "%d %d %d %d %d%c", &role, &parent,
                                     &fds[0], &fds[1], &fds[2], &more) != 5) {
    return std::nullopt;
  }
  for (const int fd : fds) {
    if (fd <= STDERR_FILENO || ::fcntl(fd, F_GETFD) == -1) return std::nullopt;
  }
  return order;
}

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

// The command line of this process. It may begin with the loader (ld.so).
std::vector<std::string> own_arguments() {
  const Reading<std::string> text = read_file("/proc/self/cmdline");
  std::vector<std::string> arguments;
  std::istringstream words(text ? *text : "");
  for (std::string word; std::getline(words, word, '\0');) {
    arguments.push_back(word);
  }
  if (arguments.empty()) arguments = {::program_invocation_name};
  return arguments;
}

Child spawn_self(int role, const std::array<int, 3>& fds) {
  const HeldSignal held(SIGINT);  // until the new process ignores it
  // The program's file itself, even if another file has its name now.
  return Child::spawn("/proc/self/exe", own_arguments(),
                      environment_with(fmt::format("{} {} {}", role, ::getpid(),
                                                   fmt::join(fds, " "))),
                      {fds.begin(), fds.end()});
}

int obey(const Order& order) {
  const auto& fds = order.fds;
  for (const int fd : fds) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (order.role == kForkServer) return serve_forks(fds[0], fds[1]);
  const auto offers = map_offers(fds[2]);
  ::close(fds[2]);
  return serve(fds[0], fds[1], *offers, {});
}

}  // namespace

namespace spawned {

bool note_call() noexcept { return calls_serve_if_spawned = true; }

void obey() {
  const std::optional<Order> order = find_order();
  if (!order) return;
  ::unsetenv(kOrder);  // programs that a task starts must not see it
  if (!set_up_pool_process(order->parent)) ::_exit(0);
  ::prctl(PR_SET_NAME, ::program_invocation_short_name);
  int code = kChildThrew;
  try {
    code = cow::obey(*order);
  } catch (const std::exception& error) {
    // fmt::print would throw if standard error is closed.
    std::fputs(
        fmt::format("{} {}: {}\n",
                    order->role == kForkServer ? "fork server" : "worker",
                    ::getpid(), error.what())
            .c_str(),
        stderr);
  }
  flush_output();
  ::_exit(code);
}

}  // namespace spawned

bool can_be_spawned() { return calls_serve_if_spawned; }

void exit_if_spawned() {
  if (!find_order()) return;
  fmt::print(stderr,
             "{}: this process was spawned as a worker, but its main makes a "
             "pool before it calls cow::serve_if_spawned()\n",
             ::program_invocation_short_name);
  ::_exit(kNeverServed);
}

Child spawn_worker(int tasks, int results, int offers) {
  return spawn_self(kWorker, {tasks, results, offers});
}

Child spawn_fork_server(int socket, int preload) {
  return spawn_self(kForkServer, {socket, preload, preload});
}

}  // namespace cow

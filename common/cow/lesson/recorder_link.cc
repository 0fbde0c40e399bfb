#include "cow/lesson/recorder_link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cow/os/child.h"
#include "cow/os/error.h"

namespace cow {
namespace {

// The socket to the recorder; -1 if nobody records this process.
int find_recorder() {
  const char* variable = std::getenv(kRecorderVariable);
  int recorder = 0;
  int socket = -1;
  if (variable == nullptr ||
      std::sscanf(variable, "%d,%d", &recorder, &socket) != 2 ||
      recorder != ::getppid()) {
    return -1;
  }
  struct stat file {};
  return ::fstat(socket, &file) == 0 && S_ISSOCK(file.st_mode) ? socket : -1;
}

// Sends a line, then waits for the answer. A recorder that has ended gives
// none.
void tell(int socket, const std::string& line) {
  const std::string whole = line + "\n";
  for (std::size_t done = 0; done < whole.size();) {
    const ssize_t sent = retried([&] {
      return ::send(socket, whole.data() + done, whole.size() - done,
                    MSG_NOSIGNAL);
    });
    if (sent <= 0) return;
    done += static_cast<std::size_t>(sent);
  }
  char answer = 0;
  retried([&] { return ::recv(socket, &answer, 1, 0); });
}

std::string to_json(const Process& process, const char* role) {
  return fmt::format(R"({{"pid":{},"role":"{}","rss":{},"pss":{},"uss":{}}})",
                     process.pid, role, process.usage.rss.count(),
                     process.usage.pss.count(), process.usage.uss().count());
}

std::string to_json(const Transfer& moved) {
  return fmt::format(R"("batches":{},"to_workers":{},"from_workers":{})",
                     moved.batches, moved.to_workers.count(),
                     moved.from_workers.count());
}

}  // namespace

bool join_recorder() {
  const int socket = find_recorder();
  if (socket == -1) return false;
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  die_with_parent(::getppid());
  return true;
}

void tell_recorder_held(const Moment& held, const Transfer& moved) {
  const int socket = find_recorder();
  if (socket == -1) return;
  std::string processes = to_json(held.parent, "parent");
  for (const Process& worker : held.workers) {
    processes += "," + to_json(worker, "worker");
  }
  if (held.server) processes += "," + to_json(*held.server, "fork server");
  tell(socket, fmt::format(R"({{"held":{},"processes":[{}],{}}})",
                           nlohmann::json(held.name).dump(), processes,
                           to_json(moved)));
}

void tell_recorder_done(const Transfer& moved) {
  const int socket = find_recorder();
  if (socket == -1) return;
  tell(socket, fmt::format(R"({{"done":true,{}}})", to_json(moved)));
}

void tell_recorder_away(bool away) {
  const int socket = find_recorder();
  if (socket != -1) tell(socket, fmt::format(R"({{"away":{}}})", away));
}

void tell_recorder_pages(std::string_view name,
                         const std::vector<const std::byte*>& pages) {
  const int socket = find_recorder();
  if (socket == -1) return;
  std::string spans;
  for (std::size_t i = 0; i < pages.size();) {
    const std::size_t first = i;
    while (++i < pages.size() &&
           pages[i] == pages[i - 1] + page_size().size()) {
    }
    spans += fmt::format(
        "{}[{},{}]", spans.empty() ? "" : ",",
        std::bit_cast<std::uintptr_t>(pages[first]) / page_size().size(),
        i - first);
  }
  tell(socket, fmt::format(R"({{"pages":{},"spans":[{}]}})",
                           nlohmann::json(name).dump(), spans));
}

void tell_recorder_report(const std::string& json) {
  const int socket = find_recorder();
  if (socket == -1) return;
  tell(socket, nlohmann::json({{"report", json}}).dump());
}

}  // namespace cow

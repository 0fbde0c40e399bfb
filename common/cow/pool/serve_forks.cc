#include <fmt/core.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/error.h"
#include "cow/os/heap.h"
#include "cow/os/mapping.h"
#include "cow/pool/fork_requests.h"
#include "cow/pool/worker.h"
#include "cow/task/errors.h"
#include "cow/task/failure.h"

namespace cow {
namespace {

// Makes the call. Returns what went wrong; empty if nothing did.
std::string call_preload(int file) {
  try {
    make_call_in(file);
  } catch (...) {
    std::string failure =
        fmt::format("the preload failed in the fork server: {}",
                    to_string(describe_exception(0)));
    // However long the text of the exception is, the answer must fit into a
    // letter.
    failure.resize(std::min(failure.size(), kLongestLetter / 2));
    return failure;
  }
  return "";
}

// The text of `error` without the meaning of its code.
std::string call_of(const std::system_error& error) {
  std::string text = error.what();
  const std::string meaning = ": " + error.code().message();
  if (text.ends_with(meaning)) text.resize(text.size() - meaning.size());
  return text;
}

void expect_no_thread_of_the_preload() {
  const int threads = thread_count();
  if (threads == 1) return;
  throw PoolError(fmt::format(
      "the preload has started threads: the fork server has {} of them, and a "
      "process with threads cannot fork workers",
      threads));
}

// The server after its preload. If something goes wrong with one worker, the
// answer says so, and the other workers live on.
class Server {
 public:
  explicit Server(int socket) : socket_(socket) {
    // Not ignored, even if the program ignores it: else the kernel would not
    // keep the exit status of a worker.
    struct sigaction kept {};
    kept.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &kept, &of_program_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  void answer(Letter letter);

 private:
  // Forks a worker with the descriptors of `letter`; returns its id.
  pid_t fork_worker(Letter letter);
  int be_worker(const std::vector<Descriptor>& pipes) const;
  // Reaps the worker and returns how it ended; kills it first if `end_it`.
  ExitStatus status_of(pid_t pid, bool end_it);

  int socket_;
  struct sigaction of_program_ {};
  std::map<pid_t, Child> workers_;
};

Server::~Server() {
  for (auto& [pid, worker] : workers_) {
    if (worker.kill(SIGKILL)) {
      worker.wait();
    } else {
      worker.release();  // a wait might never end
    }
  }
}

void Server::answer(Letter letter) {
  const auto request = read_letter<ForkRequest>(letter);
  if (request.kind != ForkRequest::kFork) {
    const ExitStatus status =
        status_of(request.pid, request.kind == ForkRequest::kEnd);
    send_as_letter(socket_,
                   ForkAnswer{.code = status.code, .signal = status.signal});
    return;
  }
  ForkAnswer answer;
  try {
    answer.pid = fork_worker(std::move(letter));
    send_as_letter(socket_, answer, {workers_.at(answer.pid).descriptor()});
    return;
  } catch (const std::system_error& error) {
    answer = {.pid = answer.pid,
              .error = error.code().value(),
              .failure = call_of(error)};
  } catch (const PoolError& error) {
    answer.failure = error.what();
  }
  status_of(answer.pid, true);  // the pool would never learn of it
  send_as_letter(socket_, answer);
}

pid_t Server::fork_worker(Letter letter) {
  if (letter.is_cut) {
    throw_system_error(EMFILE, "taking in the pipes of a worker");
  }
  if (letter.descriptors.size() != 3) {
    throw PoolError("a request without its pipes");
  }
  expect_no_thread_of_the_preload();
  settle_heap();
  Child child = Child::fork([&, server = ::getpid()] {
    if (!die_with_parent(server)) return 0;
    return be_worker(letter.descriptors);
  });
  const pid_t pid = child.pid();
  workers_.emplace(pid, std::move(child));
  return pid;
}

int Server::be_worker(const std::vector<Descriptor>& pipes) const {
  ::sigaction(SIGCHLD, &of_program_, nullptr);
  ::close(socket_);
  const auto offers = map_offers(pipes[2].get());
  ::close(pipes[2].get());
  return serve(pipes[0].get(), pipes[1].get(), *offers, {});
}

ExitStatus Server::status_of(pid_t pid, bool end_it) {
  const auto found = workers_.find(pid);
  if (found == workers_.end()) return {.code = kUnknownExit, .signal = 0};
  if (end_it) found->second.kill(SIGKILL);
  const ExitStatus status = found->second.wait();
  workers_.erase(found);
  return status;
}

}  // namespace

int serve_forks(int socket, int preload) {
  send_as_letter(socket, ForkAnswer{.failure = call_preload(preload)});
  ::close(preload);
  Server server(socket);
  for (;;) {
    Letter letter = receive_letter(socket);
    if (letter.text.empty()) return 0;
    server.answer(std::move(letter));
  }
}

}  // namespace cow

#include "cow/pool/fork_server.h"

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "cow/os/error.h"
#include "cow/os/mapping.h"
#include "cow/os/socket.h"
#include "cow/pool/failure.h"
#include "cow/pool/frame.h"
#include "cow/pool/outgoing.h"
#include "cow/pool/spawn.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

// The pool asks: fork a worker (its three descriptors are enclosed), say how
// the worker `pid` has ended, or end it.
struct Request {
  enum Kind : std::uint32_t { kFork, kStatus, kEnd };
  Kind kind = kFork;
  std::int32_t pid = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, pid);
  }
};

// The server answers. (With a worker's id comes its pidfd: only here is it sure
// that the id still means that process.)
struct Answer {
  std::int32_t pid = 0;
  std::int32_t code = 0;
  std::int32_t signal = 0;
  std::int32_t error = 0;    // of a system call that failed, or 0
  std::string failure = {};  // why there is no worker, or empty

  template <class Archive>
  void serialize(Archive& archive) {
    archive(pid, code, signal, error, failure);
  }
};

template <typename T>
void send(int socket, const T& value, const std::vector<int>& enclosed = {}) {
  send_letter(socket, pickle(value).to_string(), enclosed);
}

template <typename T>
T read_letter(const Letter& letter) {
  return unpickle<T>(std::as_bytes(std::span(letter.text)));
}

// A file without a name that holds the call as a frame.
Descriptor write_call(const Call& call) {
  Descriptor file = make_memory_file("preload");
  if (!call) return file;
  const Message message = call.pickle();
  OutgoingFrames frames;
  frames.add({.kind = FrameKind::kInitialize, .entry = call.entry()}, message);
  frames.write_some(file.get());
  checked([&] { return ::lseek(file.get(), 0, SEEK_SET); }, "lseek(preload)");
  return file;
}

// What is wrong with making the call; empty if it has gone well.
std::string call_preload(int file) {
  try {
    make_call_in(file);
  } catch (...) {
    std::string failure =
        fmt::format("the preload failed in the fork server: {}",
                    to_string(describe_exception(0)));
    // The answer is one letter, however much the exception says.
    failure.resize(std::min(failure.size(), kLongestLetter / 2));
    return failure;
  }
  return "";
}

// What `error` says of the call, without what its code means.
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

// The server, when its preload is done. Whatever goes wrong with one worker is
// answered; the others live on.
class Server {
 public:
  explicit Server(int socket) : socket_(socket) {
    // Where the program ignores it, nobody would know how a worker ended.
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
  // How the worker has ended. It is a worker no more.
  ExitStatus status_of(pid_t pid, bool end_it);

  int socket_;
  struct sigaction of_program_ {};
  std::map<pid_t, Child> workers_;
};

Server::~Server() {
  for (auto& [pid, worker] : workers_) {
    worker.kill(SIGKILL);
    worker.wait();
  }
}

void Server::answer(Letter letter) {
  const auto request = read_letter<Request>(letter);
  if (request.kind != Request::kFork) {
    const ExitStatus status =
        status_of(request.pid, request.kind == Request::kEnd);
    send(socket_, Answer{.code = status.code, .signal = status.signal});
    return;
  }
  Answer answer;
  try {
    answer.pid = fork_worker(std::move(letter));
    send(socket_, answer, {workers_.at(answer.pid).descriptor()});
    return;
  } catch (const std::system_error& error) {
    answer = {.pid = answer.pid,
              .error = error.code().value(),
              .failure = call_of(error)};
  } catch (const PoolError& error) {
    answer.failure = error.what();
  }
  status_of(answer.pid, true);  // one that nobody would get to know
  send(socket_, answer);
}

pid_t Server::fork_worker(Letter letter) {
  if (letter.is_cut) {
    throw_system_error(EMFILE, "taking in the pipes of a worker");
  }
  if (letter.descriptors.size() != 3) {
    throw PoolError("a request without its pipes");
  }
  expect_no_thread_of_the_preload();
  Child child = Child::fork([&, server = ::getpid()] {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != server) return 0;
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

// Where this process takes in orphans, as the first of a container does, a
// worker of a server that has ended is its child now. Elsewhere it is nobody's
// here, which is no error.
void reap_orphan(const Descriptor& pidfd) {
  constexpr auto kPidfd = static_cast<idtype_t>(3);  // P_PIDFD: waitid(2)
  siginfo_t ignored{};
  ::waitid(kPidfd, static_cast<id_t>(pidfd.get()), &ignored, WEXITED | WNOHANG);
}

}  // namespace

int serve_forks(int socket, int preload) {
  send(socket, Answer{.failure = call_preload(preload)});
  ::close(preload);
  Server server(socket);
  for (;;) {
    Letter letter = receive_letter(socket);
    if (letter.text.empty()) return 0;
    server.answer(std::move(letter));
  }
}

ForkServer::ForkServer(Call preload) : preload_(std::move(preload)) { start(); }

ForkServer::~ForkServer() { stop(); }

void ForkServer::start() {
  const Descriptor call = write_call(preload_);
  SocketPair sockets = make_socket_pair();
  server_ = spawn_fork_server(sockets.there.get(), call.get());
  sockets.there.close();  // now it closes with the server
  socket_ = std::move(sockets.here);
  try {
    expect_preloaded();
  } catch (...) {
    stop();
    throw;
  }
}

void ForkServer::expect_preloaded() {
  const Letter letter = receive_letter(socket_.get());
  if (letter.text.empty()) {
    throw PoolError(fmt::format("the fork server ended with {} {}",
                                to_string(server_.wait()), kBeforeItServed));
  }
  const std::string failure = read_letter<Answer>(letter).failure;
  if (!failure.empty()) throw PoolError(failure);
}

void ForkServer::stop() {
  if (!server_) return;
  server_.kill(SIGKILL);
  server_.wait();
}

template <typename Request>
Letter ForkServer::ask(const Request& request,
                       const std::vector<int>& enclosed) {
  try {
    send(socket_.get(), request, enclosed);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::broken_pipe) return {};
    if (error.code() == std::errc::connection_reset) return {};
    throw;
  }
  server_.kill(SIGCONT);  // one that somebody has stopped would not answer
  try {
    return receive_letter(socket_.get());
  } catch (...) {  // this answer would be taken for that to the next request
    stop();
    throw;
  }
}

WorkerProcess ForkServer::start_worker(int tasks, int results, int offers) {
  if (!server_) start();
  Letter letter =
      ask(Request{.kind = Request::kFork}, {tasks, results, offers});
  if (letter.text.empty()) {
    stop();
    throw ForkServerDied("the fork server died while it forked a worker");
  }
  const auto answer = read_letter<Answer>(letter);
  if (answer.error != 0) {
    throw_system_error(answer.error, "the fork server: " + answer.failure);
  }
  if (!answer.failure.empty()) throw PoolError(answer.failure);
  if (letter.is_cut) {  // nobody would wait for it
    ask(Request{.kind = Request::kEnd, .pid = answer.pid});
    throw_system_error(EMFILE, "taking in the pidfd of a worker");
  }
  if (letter.descriptors.size() != 1) {
    throw PoolError("the fork server has sent something that is no worker");
  }
  return {answer.pid, std::move(letter.descriptors[0]), shared_from_this()};
}

ExitStatus ForkServer::status_of(pid_t pid) {
  constexpr ExitStatus kNobodyKnows{.code = kUnknownExit, .signal = 0};
  try {
    const Letter letter = ask(Request{.kind = Request::kStatus, .pid = pid});
    if (letter.text.empty()) {
      server_.kill(SIGKILL);  // in case that it only is about to end
      if (server_) wait_readable(server_.descriptor(), -1);
      return kNobodyKnows;
    }
    const auto answer = read_letter<Answer>(letter);
    return {.code = answer.code, .signal = answer.signal};
  } catch (const std::exception&) {
    return kNobodyKnows;
  }
}

WorkerProcess::WorkerProcess(pid_t pid, Descriptor pidfd,
                             std::shared_ptr<ForkServer> server)
    : pid_(pid), pidfd_(std::move(pidfd)), server_(std::move(server)) {}

void WorkerProcess::kill(int signal) const {
  if (server_) {
    // The server may have reaped it, and its id be another's.
    send_signal(pidfd_, signal);
  } else {
    child_.kill(signal);
  }
}

ExitStatus WorkerProcess::wait() {
  if (!server_) return child_.wait();
  wait_readable(pidfd_.get(), -1);
  const auto server = std::exchange(server_, nullptr);
  const ExitStatus status = server->status_of(std::exchange(pid_, 0));
  if (status.code == kUnknownExit) reap_orphan(pidfd_);
  return status;
}

}  // namespace cow

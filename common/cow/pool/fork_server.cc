#include "cow/pool/fork_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

// The pool asks: fork a worker (its three descriptors are enclosed), or say how
// the worker `pid` has ended.
struct Request {
  enum Kind : std::uint32_t { kFork, kStatus };
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
  std::string failure = {};  // why there is no worker, or empty

  template <class Archive>
  void serialize(Archive& archive) {
    archive(pid, code, signal, failure);
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
    return fmt::format("the preload failed in the fork server: {}",
                       to_string(describe_exception(0)));
  }
  return "";
}

// One request for a worker.
Answer fork_worker(int socket, std::vector<Descriptor> enclosed,
                   std::map<pid_t, Child>& workers, Descriptor& pidfd) {
  if (enclosed.size() != 3) return {.failure = "a request without its pipes"};
  const int threads = thread_count();
  if (threads > 1) {
    return {.failure = fmt::format(
                "the preload has started threads: the fork server has {} of "
                "them, and a process with threads cannot fork workers",
                threads)};
  }
  try {
    Child child = Child::fork([&, server = ::getpid()] {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != server) return 0;
      ::close(socket);
      const auto offers = map_offers(enclosed[2].get());
      ::close(enclosed[2].get());
      return serve(enclosed[0].get(), enclosed[1].get(), *offers, {});
    });
    const pid_t pid = child.pid();
    pidfd = open_pidfd(pid);
    workers.emplace(pid, std::move(child));
    return {.pid = pid};
  } catch (const std::system_error& error) {
    return {.failure = error.what()};
  }
}

}  // namespace

int serve_forks(int socket, int preload) {
  std::map<pid_t, Child> workers;
  send(socket, Answer{.failure = call_preload(preload)});
  ::close(preload);
  for (;;) {
    Letter letter = receive_letter(socket);
    if (letter.text.empty()) break;
    const auto request = read_letter<Request>(letter);
    if (request.kind == Request::kFork) {
      Descriptor pidfd;
      const Answer answer =
          fork_worker(socket, std::move(letter.descriptors), workers, pidfd);
      send(socket, answer,
           pidfd ? std::vector{pidfd.get()} : std::vector<int>());
      continue;
    }
    Answer answer{.code = kUnknownExit};
    if (const auto found = workers.find(request.pid); found != workers.end()) {
      const ExitStatus status = found->second.wait();
      answer = {.code = status.code, .signal = status.signal};
      workers.erase(found);
    }
    send(socket, answer);
  }
  for (auto& [pid, worker] : workers) {
    worker.kill(SIGKILL);
    worker.wait();
  }
  return 0;
}

ForkServer::ForkServer(Call preload) : preload_(std::move(preload)) { start(); }

ForkServer::~ForkServer() { stop(); }

void ForkServer::start() {
  const Descriptor call = write_call(preload_);
  SocketPair sockets = make_socket_pair();
  server_ = spawn_fork_server(sockets.there.get(), call.get());
  sockets.there.close();  // now it closes with the server
  socket_ = std::move(sockets.here);
  const Letter letter = receive_letter(socket_.get());
  if (letter.text.empty()) {
    throw PoolError(fmt::format("the fork server ended with {} {}",
                                to_string(server_.wait()), kBeforeItServed));
  }
  const std::string failure = read_letter<Answer>(letter).failure;
  if (failure.empty()) return;
  stop();
  throw PoolError(failure);
}

void ForkServer::stop() {
  if (!server_) return;
  server_.kill(SIGKILL);
  server_.wait();
}

template <typename Request>
Letter ForkServer::ask(const Request& request,
                       const std::vector<int>& enclosed) {
  send(socket_.get(), request, enclosed);
  server_.kill(SIGCONT);  // one that somebody has stopped would not answer
  return receive_letter(socket_.get());
}

bool ForkServer::has_ended() const {
  pollfd ended{.fd = server_.descriptor(), .events = POLLIN, .revents = 0};
  return retried([&] { return ::poll(&ended, 1, 0); }) == 1;
}

WorkerProcess ForkServer::start_worker(int tasks, int results, int offers) {
  if (!server_ || has_ended()) {
    stop();
    start();
  }
  Letter letter =
      ask(Request{.kind = Request::kFork}, {tasks, results, offers});
  if (letter.text.empty()) {
    throw PoolError("the fork server died while it forked a worker");
  }
  const auto answer = read_letter<Answer>(letter);
  if (!answer.failure.empty()) throw PoolError(answer.failure);
  if (letter.descriptors.size() != 1) {
    throw PoolError("the fork server has sent something that is no worker");
  }
  return {answer.pid, std::move(letter.descriptors[0]), shared_from_this()};
}

ExitStatus ForkServer::status_of(pid_t pid) {
  constexpr ExitStatus kNobodyKnows{.code = kUnknownExit, .signal = 0};
  try {
    const Letter letter = ask(Request{.kind = Request::kStatus, .pid = pid});
    if (letter.text.empty()) return kNobodyKnows;
    const auto answer = read_letter<Answer>(letter);
    return {.code = answer.code, .signal = answer.signal};
  } catch (const std::exception&) {
    return kNobodyKnows;  // the server has ended
  }
}

WorkerProcess::WorkerProcess(pid_t pid, Descriptor pidfd,
                             std::shared_ptr<ForkServer> server)
    : pid_(pid), pidfd_(std::move(pidfd)), server_(std::move(server)) {}

void WorkerProcess::kill(int signal) const {
  if (!server_) {
    child_.kill(signal);
    return;
  }
  // Through the pidfd: the server may have reaped it, and its id be another's.
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

ExitStatus WorkerProcess::wait() {
  if (!server_) return child_.wait();
  pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  checked([&] { return ::poll(&ended, 1, -1); }, "poll(worker {})", pid_);
  const auto server = std::exchange(server_, nullptr);
  return server->status_of(std::exchange(pid_, 0));
}

}  // namespace cow

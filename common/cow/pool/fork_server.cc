#include "cow/pool/fork_server.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include "cow/os/error.h"
#include "cow/os/held_signal.h"
#include "cow/os/mapping.h"
#include "cow/pool/fork_requests.h"
#include "cow/pool/frame.h"
#include "cow/pool/outgoing.h"
#include "cow/pool/spawn.h"

namespace cow {
namespace {

// A file without a name that holds the call as a frame; empty if there is no
// call.
Descriptor write_call(const Call& call) {
  Descriptor file = make_memory_file("preload");
  if (!call) return file;
  const Message message = call.pickle();
  OutgoingFrames frames;
  frames.add({.kind = FrameKind::kInitialize, .entry = call.entry()}, message);
  const ForgottenSignal too_large(SIGXFSZ);  // as in make_memory_file
  frames.write_some(file.get());
  checked([&] { return ::lseek(file.get(), 0, SEEK_SET); }, "lseek(preload)");
  return file;
}

}  // namespace

ForkServer::ForkServer(Call preload) : preload_(std::move(preload)) { start(); }

ForkServer::~ForkServer() { stop(); }

void ForkServer::start() {
  const Descriptor call = write_call(preload_);
  SocketPair sockets = make_socket_pair();
  server_ = spawn_fork_server(sockets.there.get(), call.get());
  sockets.there.close();  // now only the server has that end
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
  const std::string failure = read_letter<ForkAnswer>(letter).failure;
  if (!failure.empty()) throw PoolError(failure);
}

void ForkServer::stop() {
  if (!server_) return;
  const bool was_killed = server_.kill(SIGKILL);
  socket_.close();  // this ends it, too; it then kills its workers
  if (was_killed || wait_readable(server_.descriptor(),
                                  static_cast<int>(kPatience.count()))) {
    server_.wait();
  } else {
    server_.release();
  }
}

Letter ForkServer::ask(const ForkRequest& request,
                       const std::vector<int>& enclosed) {
  try {
    send_as_letter(socket_.get(), request, enclosed);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::broken_pipe) return {};
    if (error.code() == std::errc::connection_reset) return {};
    throw;
  }
  server_.kill(SIGCONT);  // a stopped server would not answer
  try {
    return receive_letter(socket_.get());
  } catch (...) {  // else the next request would get this answer
    stop();
    throw;
  }
}

Child ForkServer::start_worker(int tasks, int results, int offers) {
  if (!server_) start();
  Letter letter =
      ask(ForkRequest{.kind = ForkRequest::kFork}, {tasks, results, offers});
  if (letter.text.empty()) {
    stop();
    throw ForkServerDied("the fork server died while it forked a worker");
  }
  const auto answer = read_letter<ForkAnswer>(letter);
  if (answer.error != 0) {
    throw_system_error(answer.error, "the fork server: " + answer.failure);
  }
  if (!answer.failure.empty()) throw PoolError(answer.failure);
  if (letter.is_cut) {  // the pool cannot wait for it
    ask(ForkRequest{.kind = ForkRequest::kEnd, .pid = answer.pid});
    throw_system_error(EMFILE, "taking in the pidfd of a worker");
  }
  if (letter.descriptors.size() != 1) {
    throw PoolError("the fork server has sent something that is no worker");
  }
  return Child::of_another(answer.pid, std::move(letter.descriptors[0]),
                           [self = shared_from_this(), pid = answer.pid] {
                             return self->status_of(pid);
                           });
}

ExitStatus ForkServer::status_of(pid_t pid) {
  constexpr ExitStatus kNobodyKnows{.code = kUnknownExit, .signal = 0};
  try {
    const Letter letter =
        ask(ForkRequest{.kind = ForkRequest::kStatus, .pid = pid});
    if (letter.text.empty()) {
      server_.kill(SIGKILL);  // it may still be ending
      if (server_) wait_readable(server_.descriptor(), -1);
      return kNobodyKnows;
    }
    const auto answer = read_letter<ForkAnswer>(letter);
    return {.code = answer.code, .signal = answer.signal};
  } catch (const std::exception&) {
    return kNobodyKnows;
  }
}

}  // namespace cow

// The messages between a pool and its fork server: each request is one letter,
// and so is its answer. The pool's side is fork_server.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cow/os/socket.h"
#include "cow/pickle/pickle.h"

namespace cow {

/// kFork asks for a new worker, whose three descriptors come with the letter.
/// kStatus asks how the worker `pid` has ended, and kEnd asks to kill it first.
struct ForkRequest {
  enum Kind : std::uint32_t { kFork, kStatus, kEnd };
  Kind kind = kFork;
  std::int32_t pid = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, pid);
  }
};

/// The server's answer. If it has a new worker's id, the worker's pidfd comes
/// with the letter. Only the server can open the pidfd safely, because it is
/// the parent of the worker. No other process gets the worker's id before the
/// parent has reaped it.
struct ForkAnswer {
  std::int32_t pid = 0;
  std::int32_t code = 0;
  std::int32_t signal = 0;
  std::int32_t error = 0;    // errno of a failed system call, or 0
  std::string failure = {};  // what went wrong; empty if nothing did

  template <class Archive>
  void serialize(Archive& archive) {
    archive(pid, code, signal, error, failure);
  }
};

template <typename T>
void send_as_letter(int socket, const T& value,
                    const std::vector<int>& enclosed = {}) {
  send_letter(socket, pickle(value).to_string(), enclosed);
}

/// Throws PickleError.
template <typename T>
T read_letter(const Letter& letter) {
  return unpickle<T>(std::as_bytes(std::span(letter.text)));
}

/// The life of a fork server. It makes the call in the file `preload` and
/// answers how that went. Then it serves requests from `socket` until the pool
/// has closed its end. Returns the exit code.
int serve_forks(int socket, int preload);

}  // namespace cow

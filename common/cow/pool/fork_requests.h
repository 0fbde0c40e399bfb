// What a pool and its fork server say to each other: a letter for each request,
// and one for its answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cow/os/socket.h"
#include "cow/pickle/pickle.h"

namespace cow {

/// The pool asks: fork a worker (its three descriptors are enclosed), say how
/// the worker `pid` has ended, or end it.
struct ForkRequest {
  enum Kind : std::uint32_t { kFork, kStatus, kEnd };
  Kind kind = kFork;
  std::int32_t pid = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, pid);
  }
};

/// The server answers. (With a worker's id comes its pidfd: only here is it
/// sure that the id still means that process.)
struct ForkAnswer {
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
void send_as_letter(int socket, const T& value,
                    const std::vector<int>& enclosed = {}) {
  send_letter(socket, pickle(value).to_string(), enclosed);
}

/// Throws PickleError.
template <typename T>
T read_letter(const Letter& letter) {
  return unpickle<T>(std::as_bytes(std::span(letter.text)));
}

}  // namespace cow

// Waits for many descriptors at once: epoll(7), whose cost does not grow with
// their number.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "cow/os/descriptor.h"

namespace cow {

/// A set of descriptors that are watched together. `forget` a descriptor before
/// it is closed. Otherwise the kernel would go on reporting it as long as a
/// fork has a copy of it open.
class Poller {
 public:
  /// To be called before the others. Throws std::system_error.
  void open();

  /// From now on reports `events` (EPOLLIN, EPOLLOUT) of `fd` with `key`.
  /// Throws std::system_error.
  void watch(int fd, std::uint32_t events, std::uint64_t key);
  /// Stops reporting `fd`. No error if it is not watched.
  void forget(int fd) noexcept;

  /// Waits until there are events, `also` (a descriptor, if not -1) is
  /// readable, `milliseconds` have passed (-1: no limit), or a signal has been
  /// handled. Returns events, perhaps not all of them; good until the next
  /// call. Throws std::system_error.
  std::span<const epoll_event> wait(int milliseconds, int also = -1);
  /// Whether `also` was readable at the end of the last `wait`.
  bool also_readable() const { return also_readable_; }

  /// For a forked worker, which has to close it.
  int descriptor() const { return epoll_.get(); }
  /// Gives up the descriptor: the worker has closed it, and its number may
  /// belong to another file now.
  void release() { epoll_.release(); }

 private:
  Descriptor epoll_;
  std::array<epoll_event, 64> events_{};
  bool also_readable_ = false;
};

}  // namespace cow

// Waiting for many descriptors at once: epoll(7), whose cost does not grow with
// how many there are.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "cow/os/descriptor.h"

namespace cow {

/// A set of descriptors that are watched together. A descriptor must be
/// forgotten before it is closed: as long as a forked copy of it is open
/// somewhere, the kernel would go on to report it.
class Poller {
 public:
  /// To be called before the others. Throws std::system_error.
  void open();

  /// Reports `events` (EPOLLIN, EPOLLOUT) of `fd` as `key` from now on. Throws
  /// std::system_error.
  void watch(int fd, std::uint32_t events, std::uint64_t key);
  /// Reports it no more; one that is not watched is no error.
  void forget(int fd) noexcept;

  /// Waits until something is to be reported, `also` (a descriptor, if not -1)
  /// is readable, `milliseconds` have passed (-1: however long it takes), or a
  /// signal has been handled. Returns what is to be reported, valid until the
  /// next call: a part of it if there is much.
  std::span<const epoll_event> wait(int milliseconds, int also = -1);
  /// Whether `also` was readable at the end of the last `wait`.
  bool also_readable() const { return also_readable_; }

  /// For a forked copy of the process, which has to close it.
  int descriptor() const { return epoll_.get(); }
  /// It has been closed, in such a copy: there its number may be another's.
  void release() { epoll_.release(); }

 private:
  Descriptor epoll_;
  std::array<epoll_event, 64> events_{};
  bool also_readable_ = false;
};

}  // namespace cow

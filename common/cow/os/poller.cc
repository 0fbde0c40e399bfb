#include "cow/os/poller.h"

#include <poll.h>

#include <cerrno>
#include <cstddef>

#include "cow/os/error.h"

namespace cow {
namespace {

// The result of a waiting call: how much it has found. A signal ends the wait
// with 0, so that a caller with a deadline looks at the clock again.
template <typename Call, typename... Args>
std::size_t found_by(Call call, fmt::format_string<Args...> text,
                     Args&&... args) {
  const int found = call();
  if (found >= 0) return static_cast<std::size_t>(found);
  const int error = errno;
  if (error == EINTR) return 0;
  throw_system_error(error, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace

void Poller::open() {
  epoll_ = above_standard(
      Descriptor(checked([] { return ::epoll_create1(EPOLL_CLOEXEC); },
                         "epoll_create1(EPOLL_CLOEXEC)")));
}

void Poller::watch(int fd, std::uint32_t events, std::uint64_t key) {
  epoll_event event{.events = events, .data = {.u64 = key}};
  checked([&] { return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event); },
          "epoll_ctl(add {})", fd);
}

void Poller::forget(int fd) noexcept {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const epoll_event> Poller::wait(int milliseconds, int also) {
  also_readable_ = false;
  if (also != -1) {
    std::array<pollfd, 2> both{
        {{.fd = also, .events = POLLIN, .revents = 0},
         {.fd = epoll_.get(), .events = POLLIN, .revents = 0}}};
    found_by([&] { return ::poll(both.data(), both.size(), milliseconds); },
             "poll({} and {})", also, epoll_.get());
    also_readable_ = both[0].revents != 0;
    if (both[1].revents == 0) return {};
    milliseconds = 0;
  }
  const std::size_t found = found_by(
      [&] {
        return ::epoll_wait(epoll_.get(), events_.data(),
                            static_cast<int>(events_.size()), milliseconds);
      },
      "epoll_wait({})", epoll_.get());
  return std::span(events_).first(found);
}

}  // namespace cow

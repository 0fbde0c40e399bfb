#include "cow/os/descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "cow/os/error.h"

namespace cow {
namespace {

void close_range(int first, int last) {
  if (first > last) return;
#ifdef SYS_close_range  // Linux 5.9
  if (::syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
  for (int fd = first; fd <= last; ++fd) ::close(fd);
}

}  // namespace

Descriptor::~Descriptor() {
  // Linux releases the number even when close fails with EINTR: close(2).
  if (number_ != -1) ::close(number_);
}

Descriptor above_standard(Descriptor descriptor) {
  if (descriptor.get() > STDERR_FILENO || !descriptor) return descriptor;
  return Descriptor(checked(
      [&] {
        return ::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
      },
      "fcntl({}, F_DUPFD_CLOEXEC)", descriptor.get()));
}

DescriptorRanges::DescriptorRanges(std::vector<int> numbers) {
  std::sort(numbers.begin(), numbers.end());
  for (const int number : numbers) {
    if (!ranges_.empty() && ranges_.back().second + 1 == number) {
      ranges_.back().second = number;
    } else {
      ranges_.emplace_back(number, number);
    }
  }
}

void DescriptorRanges::close_all_but(int one, int other) const {
  for (auto [first, last] : ranges_) {
    for (const int kept : {std::min(one, other), std::max(one, other)}) {
      if (kept < first || kept > last) continue;
      close_range(first, kept - 1);
      first = kept + 1;
    }
    close_range(first, last);
  }
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  checked([&] { return ::pipe2(ends.data(), O_CLOEXEC); }, "pipe2(O_CLOEXEC)");
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  return {above_standard(std::move(reader)), above_standard(std::move(writer))};
}

void set_nonblocking(int fd) {
  // This replaces all flags that can be changed, but a pipe has no other.
  checked([&] { return ::fcntl(fd, F_SETFL, O_NONBLOCK); },
          "fcntl({}, F_SETFL, O_NONBLOCK)", fd);
}

bool wait_readable(int fd, int milliseconds) {
  pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
  return checked([&] { return ::poll(&polled, 1, milliseconds); }, "poll({})",
                 fd) != 0;
}

std::size_t read_fully(int fd, void* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = checked(
        [&] { return ::read(fd, static_cast<char*>(to) + done, size - done); },
        "read({}, {} bytes)", fd, size - done);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void write_fully(int fd, const void* from, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = checked(
        [&] {
          return ::write(fd, static_cast<const char*>(from) + done,
                         size - done);
        },
        "write({}, {} bytes)", fd, size - done);
    done += static_cast<std::size_t>(count);
  }
}

Reading<std::string> read_file(const std::string& path) {
  const Descriptor file(
      retried([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!file) {
    return Absent{fmt::format("{}: {}", path, std::strerror(errno))};
  }
  // Files of /proc have no size, so the text is read until it ends.
  std::string text;
  std::array<char, 16384> part{};
  for (;;) {
    const ssize_t count =
        retried([&] { return ::read(file.get(), part.data(), part.size()); });
    if (count == -1) {
      return Absent{fmt::format("{}: {}", path, std::strerror(errno))};
    }
    if (count == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(count));
  }
}

void replace_content(int fd, std::string_view text) {
  struct stat file {};
  const bool regular = ::fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
  const auto size = static_cast<off_t>(text.size());
  // Room first. What cannot say whether there is room is written all the same.
  if (regular && size > 0 && ::fallocate(fd, 0, 0, size) == -1 &&
      (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
    const int error = errno;
    const int ignored = ::ftruncate(fd, file.st_size);
    static_cast<void>(ignored);
    throw_system_error(error, fmt::format("fallocate({}, {} bytes)", fd, size));
  }
  write_fully(fd, text.data(), text.size());
  if (regular) {
    checked([&] { return ::ftruncate(fd, size); }, "ftruncate({})", fd);
  }
}

void write_file(const std::string& path, std::string_view text) {
  const Descriptor file(checked(
      [&] {
        return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
      },
      "open({})", path));
  replace_content(file.get(), text);
}

}  // namespace cow

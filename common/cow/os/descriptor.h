// Owners of file descriptors, and whole reads and writes through them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/os/reading.h"

namespace cow {

/// Owns one file descriptor and closes it. Move-only; -1 means none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int get() const { return number_; }
  explicit operator bool() const { return number_ != -1; }
  void close() { *this = Descriptor(); }
  /// Gives it up without closing it; returns its number.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// `descriptor`, or a close-on-exec copy if its number is that of a standard
/// stream. Where the standard streams were closed, what is printed would go
/// into it. Throws std::system_error.
Descriptor above_standard(Descriptor descriptor);

/// Descriptors by their numbers, to be closed with few system calls.
class DescriptorRanges {
 public:
  explicit DescriptorRanges(std::vector<int> numbers);
  /// Closes all of them but two, whoever owns them.
  void close_all_but(int one, int other) const;

 private:
  std::vector<std::pair<int, int>> ranges_;  // the first and the last of each
};

/// The two ends of a pipe, both close-on-exec and above the standard streams:
/// pipe2(2).
struct Pipe {
  Descriptor reader;
  Descriptor writer;
};
Pipe make_pipe();

/// Makes reads and writes through `fd`, an end of a pipe, fail with EAGAIN
/// rather than wait.
void set_nonblocking(int fd);

/// Waits until `fd` can be read or is at its end, for at most so many
/// milliseconds (0: does not wait; -1: no limit). Returns whether that is so.
/// Throws std::system_error.
bool wait_readable(int fd, int milliseconds);

/// Reads until `size` bytes are there or the other end is closed; returns how
/// many there are. Throws std::system_error.
std::size_t read_fully(int fd, void* to, std::size_t size);

/// Writes all `size` bytes, waiting as often as needed. Throws
/// std::system_error.
void write_fully(int fd, const void* from, std::size_t size);

/// The whole file as text, or the reason why it cannot be read.
Reading<std::string> read_file(const std::string& path);

/// Makes `text` the whole content of the file. Throws std::system_error.
void write_file(const std::string& path, std::string_view text);

}  // namespace cow

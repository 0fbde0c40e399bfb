// Owners of file descriptors, and functions that read and write in full.
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
  /// Gives up the descriptor without closing it; returns its number.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// Returns `descriptor`, or, if its number is that of a standard stream, a
/// close-on-exec copy with a higher number. A new descriptor can get such a
/// number if the program was started with its standard streams closed. Printed
/// text would then go into it. Throws std::system_error.
Descriptor above_standard(Descriptor descriptor);

/// A set of descriptor numbers that can be closed with few system calls.
class DescriptorRanges {
 public:
  explicit DescriptorRanges(std::vector<int> numbers);
  /// Closes all of them except two, even if they have owners.
  void close_all_but(int one, int other) const;

 private:
  std::vector<std::pair<int, int>> ranges_;  // first and last number of each
};

/// The two ends of a pipe, both close-on-exec and above the standard streams:
/// pipe2(2).
struct Pipe {
  Descriptor reader;
  Descriptor writer;
};
Pipe make_pipe();

/// Makes `fd`, an end of a pipe, non-blocking: reads and writes fail with
/// EAGAIN instead of waiting.
void set_nonblocking(int fd);

/// Waits until `fd` can be read or is at its end, at most for `milliseconds`
/// (0: does not wait; -1: no limit). Returns false if the time has passed.
/// Throws std::system_error.
bool wait_readable(int fd, int milliseconds);

/// Reads until `size` bytes are there or the other end is closed. Returns how
/// many bytes are there. Throws std::system_error.
std::size_t read_fully(int fd, void* to, std::size_t size);

/// Writes all `size` bytes, and waits if necessary. Throws std::system_error.
void write_fully(int fd, const void* from, std::size_t size);

/// The whole file as text, or the reason why it cannot be read.
Reading<std::string> read_file(const std::string& path);

/// Replaces the content of the file with `text`, or writes it into what is no
/// regular file. If there is no room for it, the content stays as it was.
/// Throws std::system_error.
void replace_content(int fd, std::string_view text);

/// Replaces the content of the file with `text`, as above; makes the file if
/// there is none. Throws std::system_error.
void write_file(const std::string& path, std::string_view text);

}  // namespace cow

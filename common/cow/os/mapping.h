// The owner of one mmap(2) mapping, and files that exist only in memory.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <utility>

#include "cow/os/bytes.h"
#include "cow/os/descriptor.h"

namespace cow {

/// Owns a mapping and unmaps it. Move-only.
class Mapping {
 public:
  Mapping() = default;
  /// mmap(nullptr, size, protection, MAP_ANONYMOUS | sharing). `sharing` is
  /// MAP_PRIVATE or MAP_SHARED, with other flags if wanted. Throws
  /// std::system_error.
  Mapping(Bytes size, int protection, int sharing);
  /// Maps `size` bytes of the file `fd`, shared, for reading and writing unless
  /// `protection` says otherwise. `offset` is a multiple of the page size.
  /// Throws std::system_error.
  Mapping(Bytes size, int fd, Bytes offset,
          int protection = PROT_READ | PROT_WRITE);
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)),
        size_(std::exchange(other.size_, Bytes())) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Mapping();

  std::byte* data() const { return address_; }
  Bytes size() const { return size_; }

 private:
  std::byte* address_ = nullptr;
  Bytes size_;
};

/// A file in memory of `size` zeros, without a name, close-on-exec:
/// memfd_create(2). It is freed when no process has it open or mapped. /proc
/// shows it as `label`. Throws std::system_error.
Descriptor make_memory_file(const char* label, Bytes size = Bytes());

}  // namespace cow

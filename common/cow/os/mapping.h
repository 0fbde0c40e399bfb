// Owner of one mmap(2) mapping, and files that are nothing but memory.
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
  /// mmap(nullptr, size, protection, MAP_ANONYMOUS | sharing).
  /// `sharing` is MAP_PRIVATE or MAP_SHARED, and flags besides. Throws
  /// std::system_error.
  Mapping(Bytes size, int protection, int sharing);
  /// Shares `size` bytes of the file `fd` from `offset` on, which is a multiple
  /// of the page size, to be read and written. Throws std::system_error.
  Mapping(Bytes size, int fd, Bytes offset);
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

/// A file of `size` zeros that lies in memory and has no name, close-on-exec:
/// memfd_create(2). It is gone when nobody has it open or mapped any more.
/// `label` is what /proc shows. Throws std::system_error.
Descriptor make_memory_file(const char* label, Bytes size = Bytes());

}  // namespace cow

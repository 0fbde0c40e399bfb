// Owner of one mmap(2) mapping.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <utility>

#include "cow/os/bytes.h"

namespace cow {

/// Owns a mapping and unmaps it. Move-only.
class Mapping {
 public:
  Mapping() = default;
  /// mmap(nullptr, size, protection, MAP_ANONYMOUS | sharing).
  /// `sharing` is MAP_PRIVATE or MAP_SHARED, and flags besides. Throws
  /// std::system_error.
  Mapping(Bytes size, int protection, int sharing);
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

}  // namespace cow

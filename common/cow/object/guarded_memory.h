// Memory whose pages can be counted one by one.
#pragma once

#include <cstddef>
#include <string>

#include "cow/os/bytes.h"
#include "cow/os/mapping.h"

namespace cow {

/// Private zeroed memory that was not touched yet. It lies between guard pages
/// without access: otherwise two of them side by side would become one line of
/// smaps. It is opted out of huge pages: in those a page cannot be copied
/// alone. Move-only.
class GuardedMemory {
 public:
  /// `size` bytes, rounded up to whole pages. The address is a multiple of
  /// `alignment`: a power of two, at least a page. That takes more address
  /// space, but no more memory. `what` says what the memory is for: "an arena
  /// of 1 MiB". Throws std::system_error; its text begins with `what`.
  GuardedMemory(Bytes size, Bytes alignment, const std::string& what);

  std::byte* data() const { return data_; }
  Bytes size() const { return size_; }

 private:
  Bytes size_;
  Mapping with_guards_;
  std::byte* data_;
};

}  // namespace cow

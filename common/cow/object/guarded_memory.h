// Memory in which the heap can tell pages apart.
#pragma once

#include <cstddef>
#include <string>

#include "cow/os/bytes.h"
#include "cow/os/mapping.h"

namespace cow {

/// Private zeroed memory, none of it touched yet, between guard pages without
/// access (or two of them side by side would be one line of smaps), and opted
/// out of huge pages (or a page could not be copied alone). Move-only.
class GuardedMemory {
 public:
  /// `size` bytes, rounded up to whole pages, at a multiple of `alignment`: a
  /// power of two, and a page at least. Takes as much more of the address space
  /// as that needs, and no memory. Throws std::system_error that begins with
  /// `what` it is for: "an arena of 1 MiB".
  GuardedMemory(Bytes size, Bytes alignment, const std::string& what);

  std::byte* data() const { return data_; }
  Bytes size() const { return size_; }

 private:
  Bytes size_;
  Mapping with_guards_;
  std::byte* data_;
};

}  // namespace cow

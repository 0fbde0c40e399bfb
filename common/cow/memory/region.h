// Memory in which pages are counted exactly.
#pragma once

#include <cstddef>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/memory/page_map.h"
#include "cow/os/bytes.h"
#include "cow/os/mapping.h"
#include "cow/os/reading.h"

namespace cow {

/// A run of private anonymous pages, each of which has been written once.
/// - It lies between two guard pages without access: two anonymous mappings
///   side by side would become one line of smaps.
/// - It is opted out of huge pages: in those a page cannot be counted alone.
/// So `smaps`, page map and fault counts of it agree to the page. Move-only;
/// the memory goes with the owner.
class Region {
 public:
  /// Throws std::system_error when the memory cannot be had.
  explicit Region(Pages pages);

  Pages pages() const { return pages_; }
  Bytes size() const { return to_bytes(pages_); }
  std::byte* data() const;
  /// The first byte of page `index`.
  std::byte* page(Pages index) const { return data() + to_bytes(index).size(); }

  /// Writes one byte into each of the pages [first, first + count).
  void write(Pages first, Pages count) const;
  /// Reads one byte of every page.
  void read() const;

  /// The region's line of /proc/PID/smaps, for this process or one that was
  /// forked from it.
  Reading<MappingUsage> usage(pid_t pid) const;
  /// The region's part of /proc/PID/pagemap.
  Reading<std::vector<Page>> page_map(pid_t pid) const;

 private:
  Pages pages_;
  Mapping with_guards_;
};

}  // namespace cow

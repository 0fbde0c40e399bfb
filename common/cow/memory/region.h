// Memory whose pages can be counted exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/memory/page_map.h"
#include "cow/os/bytes.h"
#include "cow/os/mapping.h"
#include "cow/os/reading.h"

namespace cow {

/// The size of a huge page. One page that is full of page table entries maps
/// the same amount of memory.
inline constexpr Bytes kHugePage = 2_MiB;

/// Which pages a region asks for.
enum class PageSize { kBase, kHuge };

/// Private anonymous pages, side by side, each of which was written once.
/// - They are between two guard pages without access. Otherwise two anonymous
///   mappings side by side would become one in smaps.
/// - They are opted out of huge pages, in which a page cannot be counted alone.
/// So smaps, page map and fault counts agree to the page. Move-only; frees the
/// memory when it is destroyed.
class Region {
 public:
  /// kHuge asks for huge pages instead: then the region begins at an address
  /// where a huge page can begin. The field `huge` of `usage` says how much of
  /// it is in huge pages, which may be nothing. Throws std::system_error if the
  /// memory is not available.
  explicit Region(Pages pages, PageSize page_size = PageSize::kBase);

  Pages pages() const { return pages_; }
  Bytes size() const { return to_bytes(pages_); }
  std::byte* data() const { return data_; }
  /// The first byte of page `index`.
  std::byte* page(Pages index) const { return data() + to_bytes(index).size(); }

  /// Writes one byte into each of the pages [first, first + count).
  void write(Pages first, Pages count) const;
  /// Reads one byte of every page and returns their sum. The sum is the number
  /// of pages, unless something else has been written there.
  std::int64_t read() const;

  /// The region's part of /proc/PID/smaps, of this process or of one that was
  /// forked from it.
  Reading<MappingUsage> usage(pid_t pid) const;
  /// The region's part of /proc/PID/pagemap.
  Reading<std::vector<Page>> page_map(pid_t pid) const;

 private:
  Pages pages_;
  Mapping with_guards_;
  std::byte* data_;
};

}  // namespace cow

// The page map: what the kernel knows of each single page of a process.
// Source: Documentation/admin-guide/mm/pagemap.rst of the kernel.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

/// One entry of /proc/PID/pagemap, without the frame number that only root may
/// see.
struct Page {
  bool present = false;  ///< in memory (bit 63)
  bool swapped = false;  ///< in swap (bit 62)
  bool file = false;     ///< of a file, or shared anonymous memory (bit 61)
  /// Certainly mapped by this process alone (bit 56, Linux 4.2). If clear the
  /// page may be shared; inside a huge page the bit is imprecise.
  bool exclusive = false;

  friend bool operator==(const Page&, const Page&) = default;
};

Page parse_page(std::uint64_t entry);

/// How many pages are present, swapped, exclusive.
struct PageCount {
  Pages present;
  Pages swapped;
  Pages exclusive;

  friend bool operator==(const PageCount&, const PageCount&) = default;
};
PageCount count_pages(std::span<const Page> pages);

/// The pages from `begin`, which lies on a page boundary, in the address space
/// of `pid`. A page that was never touched is neither present nor swapped.
/// Needs no privilege for one's own processes.
Reading<std::vector<Page>> read_page_map(
    pid_t pid, const void* begin, Pages count,
    const std::filesystem::path& proc = "/proc");

}  // namespace cow

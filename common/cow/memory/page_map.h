// The page map: what the kernel knows of each single page of a process.
// Source: Documentation/admin-guide/mm/pagemap.rst of the kernel.
#pragma once

#include <sys/types.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
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
Reading<std::vector<Page>> read_page_map(pid_t pid, const void* begin,
                                         Pages count,
                                         const std::string& proc = "/proc");

/// Calls `use` with each of those pages in turn. Reads them in parts: a page
/// takes many times as much memory here as most of what is made of it. Absent,
/// with the reason, if one of them cannot be read.
template <typename Use>
Reading<Pages> for_each_page(pid_t pid, std::uint64_t begin, Pages count,
                             const std::string& proc, Use use) {
  constexpr std::int64_t kPart = 1 << 16;
  for (std::int64_t done = 0; done < count.count(); done += kPart) {
    const std::uint64_t part = begin + to_bytes(Pages(done)).size();
    const std::int64_t left = count.count() - done;
    const auto pages = read_page_map(pid, std::bit_cast<const void*>(part),
                                     Pages(left < kPart ? left : kPart), proc);
    if (!pages) return Absent{pages.reason()};
    for (const Page& page : *pages) use(page);
  }
  return count;
}

}  // namespace cow

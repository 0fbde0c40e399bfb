// The page map: what the kernel says of each single page of a process. Source:
// Documentation/admin-guide/mm/pagemap.rst of the kernel.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/descriptor.h"
#include "cow/os/reading.h"

namespace cow {

/// One entry of /proc/PID/pagemap, without the frame number, which only root
/// may read.
struct Page {
  bool present = false;  ///< in memory (bit 63)
  bool swapped = false;  ///< in swap (bit 62)
  bool file = false;     ///< from a file, or shared memory (bit 61)
  /// Certainly mapped by this process alone (bit 56, Linux 4.2). If the bit is
  /// clear, the page may be shared. Inside a huge page the bit is imprecise.
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

/// The page map of one process, which is opened once. Needs no privilege for
/// processes of the same user.
class PageMap {
 public:
  explicit PageMap(pid_t pid, const std::string& proc = "/proc");

  /// Calls `use` with each of `count` pages, one after the other, from the
  /// address `begin` on, which must be a page boundary. A page that was never
  /// touched is neither present nor swapped. Reads them in parts, because the
  /// entries of all pages at once can take much memory. Absent, with the
  /// reason, if the map could not be opened or a part cannot be read.
  template <typename Use>
  Reading<Pages> for_each(std::uint64_t begin, Pages count, Use use) const {
    constexpr std::int64_t kPart = 1 << 16;
    std::vector<std::uint64_t> entries;
    for (std::int64_t done = 0; done < count.count(); done += kPart) {
      const std::int64_t left = count.count() - done;
      entries.resize(static_cast<std::size_t>(left < kPart ? left : kPart));
      const auto read = read_entries(begin + to_bytes(Pages(done)).size(),
                                     std::span(entries));
      if (!read) return read;
      for (const std::uint64_t entry : entries) use(parse_page(entry));
    }
    return count;
  }

 private:
  Reading<Pages> read_entries(std::uint64_t begin,
                              std::span<std::uint64_t> entries) const;

  std::string path_;
  Descriptor file_;
  int error_;  // of opening it
};

/// `count` pages of process `pid` from the address `begin` on.
Reading<std::vector<Page>> read_page_map(pid_t pid, const void* begin,
                                         Pages count,
                                         const std::string& proc = "/proc");

}  // namespace cow

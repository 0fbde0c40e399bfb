// For every page of a process's data: whether it is in memory, and whether it
// is shared. A page takes one byte, so that whole processes can be compared.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cowtop {

/// What the page map says of a page of data. Data is anonymous memory in a
/// private mapping, and anything in a shared one.
enum class PageState : std::uint8_t {
  kNone,       ///< never touched, or not data
  kExclusive,  ///< only this process has it (or it is in swap)
  kShared,     ///< another process may have it, too
};

/// The pages of one mapping.
struct PageRange {
  std::uint64_t begin = 0;  ///< first address
  bool shared_mapping = false;
  /// Whether it has no neighbor that the kernel could have joined to it: no
  /// anonymous mapping with the same permissions, and none without access (a
  /// guard), touches its beginning or end.
  bool isolated = false;
  std::vector<PageState> pages;
};

/// The pages of one process, in the order of their addresses.
struct PageStates {
  std::vector<PageRange> ranges;
};

/// Whether to read a mapping's page map: it holds data and is not small. A
/// mapping that is much larger than `rss`, the process's RSS, is not read,
/// because that would cost more than it tells. Its pages are then missing in
/// the sums.
bool worth_reading(const cow::MappingRange& range, cow::Bytes rss);

/// Reads the page map of the process, for the mappings that are worth it. With
/// `only_shared`, leaves out private mappings. Needs no privilege for processes
/// of the same user.
cow::Reading<PageStates> read_page_states(
    pid_t pid, cow::Bytes rss, bool only_shared,
    const std::filesystem::path& proc = "/proc");

}  // namespace cowtop

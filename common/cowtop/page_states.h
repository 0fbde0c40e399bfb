// Of every page of a process' data: is it there, and is it shared? One byte a
// page, so that whole processes can be laid on top of each other.
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

/// What the page map says of a page that is data: anonymous memory in a private
/// mapping, anything in a shared one.
enum class PageState : std::uint8_t {
  kNone,       ///< never touched, or of a file in a private mapping
  kExclusive,  ///< this process alone has it (or it is in swap)
  kShared,     ///< somebody else may have it, too
};

/// The pages of one mapping.
struct PageRange {
  std::uint64_t begin = 0;  ///< first address
  bool shared_mapping = false;
  /// No anonymous mapping of the same permissions, and none without access (a
  /// guard), begins where it ends or ends where it begins.
  bool isolated = false;
  std::vector<PageState> pages;
};

/// The pages of one process, in the order of their addresses.
struct PageStates {
  std::vector<PageRange> ranges;
};

/// Which mappings are worth a look: those that hold data and are not small. Of
/// a process of `rss` a mapping can be so much larger that its page map would
/// cost more to read than it tells; it is left out, and its pages are missing
/// in the sums.
bool worth_reading(const cow::MappingRange& range, cow::Bytes rss);

/// Reads the page map of the process where it is worth it. `only_shared` leaves
/// out private mappings. Needs no privilege for one's own processes.
cow::Reading<PageStates> read_page_states(
    pid_t pid, cow::Bytes rss, bool only_shared,
    const std::filesystem::path& proc = "/proc");

}  // namespace cowtop

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
/// private mapping, and anything in a shared one or in a mapped file.
enum class PageState : std::uint8_t {
  kNone,           ///< never touched, or not data
  kExclusive,      ///< only this process has it (or it is in swap)
  kShared,         ///< another process may have it, too
  kFileExclusive,  ///< an unwritten page of a file; no other process has it
                   ///< mapped
  kFileShared,     ///< the same, but another process may have it mapped, too
};

/// What touches the beginning or the end of a mapping.
enum class Neighbor : std::uint8_t {
  kNone,     ///< nothing that the kernel could have joined to it
  kAlike,    ///< anonymous memory with the same permissions
  kUnknown,  ///< memory without access (a guard): it tells nothing
};

/// The pages of one mapping.
struct PageRange {
  std::uint64_t begin = 0;  ///< first address
  bool shared_mapping = false;
  bool heap = false;  ///< of brk(2): new memory lies above the old
  bool file = false;  ///< a private mapping of a file
  Neighbor before = Neighbor::kUnknown;
  Neighbor after = Neighbor::kUnknown;
  std::vector<PageState> pages;
};

/// The pages of one process, in the order of their addresses.
struct PageStates {
  std::vector<PageRange> ranges;
  /// The private mappings of files, read or not, in the same order.
  std::vector<cow::MappingRange> files = {};
  /// Where any mapping begins or ends, read or not, in ascending order.
  std::vector<std::uint64_t> bounds = {};
};

/// Whether the name is that of a file whose pages the kernel keeps in its
/// cache, and not of shared memory.
bool is_file(const std::string& name);

/// Whether to read a mapping's page map: it holds data and is not small.
/// `read_page_states` reads small mappings as well, if together they may hold
/// much or if they touch a mapping that is read. A mapping that is much larger
/// than `rss`, the process's RSS, is not read, because that would cost more
/// than it tells. Its pages are then missing in the sums.
bool worth_reading(const cow::MappingRange& range, cow::Bytes rss);

/// Reads the page map of the process, for the mappings that are worth it. With
/// `only_shared`, leaves out private mappings of no file. Needs no privilege
/// for processes of the same user.
cow::Reading<PageStates> read_page_states(
    pid_t pid, cow::Bytes rss, bool only_shared,
    const std::filesystem::path& proc = "/proc");

}  // namespace cowtop

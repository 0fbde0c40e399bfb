// One look at a tree of processes: what each of them costs, and the state of
// every page of its data.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/memory/process_list.h"
#include "cow/os/bytes.h"

namespace cow {

/// The states of a page, as they stand in a recording.
inline constexpr char kNotInMemory = '.';
inline constexpr char kSharedPage = 's';     ///< another process maps it, too
inline constexpr char kExclusivePage = 'x';  ///< this process alone maps it
inline constexpr char kSwappedPage = 'w';

/// `count` pages from the page number `begin` on.
struct PageSpan {
  std::uint64_t begin = 0;
  std::uint64_t count = 0;
};

/// The pages of one mapping. Addresses are numbers of pages.
struct LookedAtRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;     ///< "[heap]", or that of shared memory; may be empty
  bool shared = false;  ///< a shared mapping
  /// Only each page whose number is a multiple of this was kept: a power of
  /// two, 1 unless the mapping is large.
  std::uint64_t step = 1;
  /// The states of those pages. Looks in which they are equal share the text.
  std::shared_ptr<const std::string> states;
};

/// One process.
struct LookedAt {
  ProcessId id;
  pid_t parent = 0;
  Image image;
  std::string name;
  Bytes rss;
  Bytes pss;
  Bytes uss;
  /// What it has read by system calls since its start, from pipes and files;
  /// -1 if that is unknown.
  std::int64_t bytes_read = -1;
  std::vector<LookedAtRange> ranges;  ///< in the order of their addresses
};

/// The processes in the order in which they have started.
using Tree = std::vector<LookedAt>;

/// The process in the tree; null if it is not there.
const LookedAt* find_process(const Tree& tree, const ProcessId& id);

/// The processes of `seen` that live, and their descendants. Adds new ones to
/// `seen`, and removes those that have ended.
std::vector<ListedProcess> living_of(std::set<ProcessId>& seen);

/// Reads these processes. Leaves out those that end meanwhile. `before` is the
/// look before: what is equal is shared with it. Reads the mappings that hold
/// data, and those with a page of `drawn`, however small they are. Leaves out
/// mappings that are far larger than all that their process has in memory.
Tree look_at(const std::vector<ListedProcess>& processes, const Tree& before,
             const std::vector<PageSpan>& drawn = {});

}  // namespace cow

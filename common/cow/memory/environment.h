// The facts about a machine that one must know to understand its memory
// figures.
#pragma once

#include <string>
#include <string_view>

#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

struct CgroupPath;

/// What a report says of its machine, so that readers on another one understand
/// its figures.
struct Environment {
  std::string kernel;   ///< uname -sr
  std::string machine;  ///< uname -m
  Bytes page_size;
  /// Whether memory that was only read takes no page: `has_zero_page`.
  bool zero_page = true;
  /// Transparent huge pages: "always", "madvise" or "never".
  Reading<std::string> huge_pages = Absent{"not read"};
  Reading<Bytes> memory = Absent{"not read"};  ///< MemTotal
  Reading<Bytes> swap = Absent{"not read"};    ///< SwapTotal
  /// How much memory is available without swapping: MemAvailable, or less if a
  /// control group's limit or RLIMIT_AS leaves less.
  Reading<Bytes> available = Absent{"not read"};
};

Environment read_environment();

/// Whether the kernel has a zero page: one page of zeros that all processes map
/// where they read memory that nobody has written to. Linux has one, but some
/// virtual machines run without it. There a process gets its own pages even for
/// memory that it only reads. Tries it with a page. True if the page map cannot
/// be read.
bool has_zero_page();

/// The value of one line of /proc/meminfo, by the line's name: "MemAvailable".
Reading<Bytes> parse_meminfo(std::string_view text, std::string_view name);

/// "madvise" from "always [madvise] never".
Reading<std::string> parse_bracketed(std::string_view text);

/// How much memory a control group uses, and its limit. File pages that the
/// kernel would give up are not in `used`.
struct CgroupMemory {
  Bytes used;
  Bytes limit;

  Bytes left() const { return limit > used ? limit - used : Bytes(); }
};

/// Of the groups of `path`, the one that has the least memory left below its
/// limit. Absent if none has one.
Reading<CgroupMemory> tightest_cgroup(const CgroupPath& path);

/// How much that group leaves. Absent if no group has a limit.
Reading<Bytes> cgroup_memory_left(const CgroupPath& path);

}  // namespace cow

// The machine as far as it matters for memory figures.
#pragma once

#include <string>
#include <string_view>

#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

struct CgroupPath;

/// What a report must say for its figures to be understood elsewhere.
struct Environment {
  std::string kernel;   ///< uname -sr
  std::string machine;  ///< uname -m
  Bytes page_size;
  /// Transparent huge pages: "always", "madvise" or "never".
  Reading<std::string> huge_pages = Absent{"not read"};
  Reading<Bytes> memory = Absent{"not read"};  ///< MemTotal
  Reading<Bytes> swap = Absent{"not read"};    ///< SwapTotal
  /// What can still be had without swapping: MemAvailable, or less where a
  /// control group's limit or RLIMIT_AS leaves less.
  Reading<Bytes> available = Absent{"not read"};
};

Environment read_environment();

/// One line of /proc/meminfo, by its name: "MemAvailable".
Reading<Bytes> parse_meminfo(std::string_view text, std::string_view name);

/// "madvise" from "always [madvise] never".
Reading<std::string> parse_bracketed(std::string_view text);

/// What the control groups leave of their limit; file pages that the kernel
/// would give up count as left. Absent where no group has a limit.
Reading<Bytes> cgroup_memory_left(const CgroupPath& path);

}  // namespace cow

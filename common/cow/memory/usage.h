// What the memory of one process costs, as the kernel counts it.
//
// Three sums over a process's pages, all from /proc/PID/smaps_rollup:
//   RSS  every page that it maps, however many processes share it;
//   PSS  the same, but each page divided by the number of times it is mapped;
//   USS  only the pages that no other process maps.
// Of the three, only PSS may be added up over all processes. The sum is what
// the machine spends.
// Source: proc(5); Documentation/filesystems/proc.rst of the kernel.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

/// The fields of smaps_rollup, or of one mapping of smaps.
struct Usage {
  Bytes rss;
  Bytes pss;
  Bytes shared_clean;
  Bytes shared_dirty;
  Bytes private_clean;
  Bytes private_dirty;
  Bytes anonymous;  ///< the part of `rss` that comes from no file
  Bytes huge;       ///< the part of `anonymous` in huge pages
  Bytes swap;
  Bytes swap_pss;
  Bytes pss_shmem;  ///< the part of `pss` that is shared memory (Linux 5.3)
  /// Pages of hugetlbfs, which are in none of the other figures.
  Bytes hugetlb;
  /// The part of `pss` that comes from files (programs, libraries), without
  /// shared memory. Absent on kernels before 5.3, and in smaps.
  std::optional<Bytes> pss_file;

  /// How much memory would become free if the process ended now.
  Bytes uss() const { return private_clean + private_dirty; }
};

/// Parses the text of smaps_rollup. Absent if Rss, Pss or Private_Dirty is
/// missing. The text is empty for a kernel thread, or a process that has just
/// ended.
Reading<Usage> parse_smaps_rollup(std::string_view text);

/// Adds a line "Name:   123 kB" to `usage`. Returns false if the line has
/// another form. Ignores unknown names, because new kernels add fields.
bool add_usage_line(std::string_view line, Usage& usage);

/// What process `pid` costs now. The kernel needs time for each page of the
/// process: about 20 ms for 1 GiB. `proc` is for tests.
Reading<Usage> read_usage(pid_t pid, const std::string& proc = "/proc");

}  // namespace cow

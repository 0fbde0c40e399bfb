// What the memory of one process costs, as the kernel accounts for it.
//
// Three sums over a process' pages, all from /proc/PID/smaps_rollup:
//   RSS  every page that is mapped, however many processes share it;
//   PSS  the same, each page divided by the number of processes that map it;
//   USS  only pages that no other process maps.
// Added up over processes, only PSS is what the machine spends.
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
  Bytes anonymous;  ///< the part of `rss` that no file stands behind
  Bytes swap;
  Bytes swap_pss;
  /// The part of `pss` that files stand behind (programs, libraries) or that is
  /// shared memory. Absent on kernels before 5.3, and in smaps.
  std::optional<Bytes> pss_file;

  /// What would come back to the machine if the process ended now.
  Bytes uss() const { return private_clean + private_dirty; }
};

/// Takes the text of smaps_rollup. Absent if it lacks Rss, Pss or Private_*,
/// as an empty text does (a kernel thread, a process that has just ended).
Reading<Usage> parse_smaps_rollup(std::string_view text);

/// Adds one line "Name:   123 kB" to `usage`; false if it is not such a line.
/// A name that is not known is passed over: kernels add fields.
bool add_usage_line(std::string_view line, Usage& usage);

/// What process `pid` costs now. It takes the kernel time in proportion to the
/// pages of the process: about 20 ms for 1 GiB. `proc` is for tests.
Reading<Usage> read_usage(pid_t pid, const std::string& proc = "/proc");

}  // namespace cow

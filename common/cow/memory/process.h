// One process as the meter sees it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cow/memory/usage.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

/// Figures of /proc/PID/status that smaps_rollup does not have.
struct Status {
  /// VmHWM: the highest RSS until now. That of a forked child includes what it
  /// inherited. The kernel counts for each CPU separately, so this figure may
  /// be some pages too low.
  Reading<Bytes> peak_rss = Absent{"not read"};
  /// VmPTE: the memory of the page tables. It is not part of RSS, PSS or USS.
  Reading<Bytes> page_tables = Absent{"not read"};
};
Status parse_status(std::string_view text);

/// Figures of /proc/PID/stat.
struct Stat {
  std::string command;  ///< at most 15 characters; may hold blanks and brackets
  pid_t parent = 0;
  std::int64_t minor_faults = 0;  ///< page faults without disk access
};
Reading<Stat> parse_stat(std::string_view text);

/// All figures of one process at one moment.
struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string command;
  Usage usage;
  Reading<Bytes> peak_rss = Absent{"not read"};
  Reading<Bytes> page_tables = Absent{"not read"};
  std::int64_t minor_faults = 0;
};

/// Reads the process once. Absent, with the reason, if it has ended, or if this
/// process may not read its figures (another user's process).
Reading<Process> read_process(pid_t pid, const std::string& proc = "/proc");

/// Minor page faults of this process until now: getrusage(2).
std::int64_t own_minor_faults();

/// The processes whose parent is `parent`, in the order of their ids.
std::vector<pid_t> children_of(pid_t parent, const std::string& proc = "/proc");

}  // namespace cow

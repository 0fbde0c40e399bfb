// All processes of the machine, as /proc/PID/stat shows them. That file is
// cheap to read: a meter can look at a thousand processes, and then read all
// figures of a few.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

/// Identifies a process as long as the machine runs. The id alone does not:
/// after a process has ended, the kernel gives its id to another one, which has
/// started later.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t started = 0;  ///< in clock ticks since the boot

  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
};

/// Where execve(2) has put the program and its stack. The addresses are random
/// (unless that is turned off), and a fork has the same addresses. So two
/// processes with the same image have a common ancestor, which ran the same
/// program when it forked.
struct Image {
  std::uint64_t code = 0;   ///< start_code of proc(5)
  std::uint64_t stack = 0;  ///< start_stack of proc(5)

  /// False for a process without memory (a zombie, a kernel thread), and for
  /// one whose memory this process may not read.
  bool known() const { return stack != 0; }
  friend auto operator<=>(const Image&, const Image&) = default;
};

/// One process, from /proc/PID/stat and the owner of /proc/PID.
struct ListedProcess {
  ProcessId id;
  pid_t parent = 0;
  char state = '?';  ///< R, S, D, T ...; Z: a zombie, which has ended
  std::string name;  ///< at most 15 bytes, of any kind
  uid_t user = 0;
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  /// The kernel counts it for each CPU separately, so it may be wrong by some
  /// pages. Use it only to see whether something has changed.
  Pages rss;
  Image image;

  bool zombie() const { return state == 'Z' || state == 'X'; }
};

/// Parses the text of /proc/PID/stat, which does not say the user. Absent, with
/// the reason, if it has another form.
Reading<ListedProcess> parse_listed(std::string_view text);

/// All processes, read in one pass, in the order of their ids. Leaves out those
/// that end meanwhile. Empty if there is no /proc. A process that `unchanged`
/// gives is not read; null: to be read.
std::vector<ListedProcess> list_processes(
    const std::string& proc = "/proc",
    const std::function<const ListedProcess*(pid_t)>& unchanged = {});

/// The arguments in /proc/PID/cmdline, as text for a terminal: with a blank
/// between two arguments, made `printable`, at most 1,000 bytes of them. Empty
/// if there are no arguments.
std::string parse_command_line(std::string_view text);

/// The command line of a process, or "[name]" if it has none.
std::string read_command(const ListedProcess& process,
                         const std::string& proc = "/proc");

/// Replaces with U+FFFD each byte of `text` that is not UTF-8, or could control
/// a terminal.
std::string printable(std::string_view text);

}  // namespace cow

// All processes of the machine, as /proc/PID/stat shows them: cheap to read, so
// that a meter can look at a thousand of them and read the rest of a few.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

/// A process for as long as the machine runs: the kernel gives the id of one
/// that has ended to another, which has started later.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t started = 0;  ///< clock ticks after the machine has started

  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
};

/// Where execve(2) has put the program and its stack. The places are random
/// (unless that is turned off), and fork keeps them: two processes of the same
/// image come from one ancestor, which ran the same program when it forked.
struct Image {
  std::uint64_t code = 0;   ///< start_code of proc(5)
  std::uint64_t stack = 0;  ///< start_stack of proc(5)

  /// False of a process without memory (a zombie, a thread of the kernel), and
  /// of one whose memory this process may not read.
  bool known() const { return stack != 0; }
  friend auto operator<=>(const Image&, const Image&) = default;
};

/// One process, from /proc/PID/stat and the owner of /proc/PID.
struct ListedProcess {
  ProcessId id;
  pid_t parent = 0;
  char state = '?';  ///< R, S, D, T ...; Z: a zombie, which has ended
  std::string name;  ///< at most 15 characters, of any kind
  uid_t user = 0;
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  /// Counted per CPU by the kernel, so it may be some pages off: to see whether
  /// something has moved, and for nothing else.
  Pages rss;
  Image image;

  bool zombie() const { return state == 'Z' || state == 'X'; }
};

/// Takes the text of /proc/PID/stat, which does not say the user. Absent, with
/// what is wrong, if it is not of that form.
Reading<ListedProcess> parse_listed(std::string_view text);

/// All processes in one pass, in the order of their ids; those that end while
/// they are read are left out. Empty if there is no /proc.
std::vector<ListedProcess> list_processes(const std::string& proc = "/proc");

/// The arguments of /proc/PID/cmdline, made fit for a terminal: one blank
/// between two, U+FFFD for every byte that is no text or would steer the
/// terminal, at most 1,000 bytes. Empty for no arguments.
std::string parse_command_line(std::string_view text);

/// What a process is called: its command line, or "[name]" where it has none.
std::string read_command(const ListedProcess& process,
                         const std::string& proc = "/proc");

/// `text` with U+FFFD for every byte that is not UTF-8 or steers a terminal.
std::string printable(std::string_view text);

}  // namespace cow

// Which functions wrote first to inherited pages: records the page faults of a
// tree of processes, and adds up the writes by function.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cow/faults/inheritance.h"
#include "cow/faults/rings.h"
#include "cow/os/bytes.h"
#include "cow/os/poller.h"
#include "cow/os/reading.h"

namespace cow {

/// What one function has written, in one kind of memory.
struct Writer {
  std::string function;      ///< empty: no symbol, or a system call
  std::string file;          ///< of the instruction; empty: anonymous
  std::uint64_t offset = 0;  ///< in the file, if there is no symbol
  bool in_kernel = false;    ///< a system call wrote
  std::string memory;        ///< what was written to; empty: anonymous
  Pages pages;
  std::set<pid_t> processes;
};

/// What was recorded.
struct WritersFound {
  std::vector<Writer> writers;  ///< those with most pages first
  Pages inherited;              ///< first writes to inherited pages: their sum
  std::int64_t other_faults = 0;
  std::int64_t lost = 0;     ///< records that the kernel could not write
  bool with_kernel = false;  ///< what system calls wrote was recorded, too
  bool with_symbols = false;
};

/// A recording. Not movable, because it is called by what it owns.
class WriterRecording {
 public:
  /// Of the command that this process starts next.
  static Reading<std::unique_ptr<WriterRecording>> of_next_command();
  /// Of a process and its descendants.
  static Reading<std::unique_ptr<WriterRecording>> of_tree(pid_t root);
  WriterRecording(const WriterRecording&) = delete;
  WriterRecording& operator=(const WriterRecording&) = delete;

  /// Records until one of the descriptors is readable. Throws
  /// std::system_error.
  void record_until(const std::vector<int>& ends);
  /// What was recorded until now, with the names of the functions.
  WritersFound found();

 private:
  explicit WriterRecording(FaultRings rings);

  void take(bool all);

  FaultRings rings_;
  Poller poller_;
  Inheritance inheritance_;
  std::vector<FaultRecord> pending_;
  std::uint64_t before_ = 0;  // the time of the last look at the rings
  // By file, offset, in_kernel and memory.
  std::map<std::tuple<std::string, std::uint64_t, bool, std::string>, Writer>
      writers_;
  std::int64_t other_faults_ = 0;
  std::int64_t lost_ = 0;
};

}  // namespace cow

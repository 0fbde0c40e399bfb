// Which pages each process of a tree has inherited, and which of them it has
// written: made from the records of faults, forks and mappings.
//
// perf events do not say whether a fault was a write that copies a page, or the
// first access to new memory. It was a write that copies if the page existed
// before. An inherited page is present after the fork, so only a write to it
// can fault. Anonymous pages that have faulted before exist. The page map and
// the mappings are read soon after each fork, and the pages in the page map
// count as existing, too. These can be pages that a system call has filled,
// parts of huge pages, or written pages of files.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cow/faults/page_set.h"
#include "cow/faults/records.h"
#include "cow/memory/mappings.h"

namespace cow {

/// What a process had at a moment.
struct MemorySnapshot {
  std::vector<MappingRange> mappings;
  PageSet present;         ///< its anonymous pages: what a fork shares
  std::uint64_t time = 0;  ///< when the reading began, as in records
};

/// Reads the snapshot of a process; null if it has ended or may not be read.
using TakeSnapshot =
    std::function<std::shared_ptr<const MemorySnapshot>(pid_t pid)>;

/// A first write to an inherited page.
struct InheritedWrite {
  std::string file;          ///< the mapping that holds the instruction
  std::uint64_t offset = 0;  ///< the instruction in the file
  bool in_kernel = false;    ///< a system call wrote: no file, no offset
  std::string memory;        ///< the mapping that was written to
};

/// The memory of all processes of a tree.
class Inheritance {
 public:
  explicit Inheritance(TakeSnapshot take) : take_(std::move(take)) {}

  /// Adds a process that already runs.
  void add(pid_t pid);
  /// Takes the next record. The records come in the order of their times.
  /// Returns the write if the record is a fault that was the process's first
  /// write to a page since the last fork. Returns none if all other processes
  /// that could share the page have ended, because then nothing is copied.
  std::optional<InheritedWrite> apply(const FaultRecord& record);

 private:
  struct Mapped {
    std::uint64_t end = 0;
    std::uint64_t offset = 0;
    bool writable = false;
    bool is_private = false;
    bool inherited = false;  // it was there at the last fork
    std::string name;
  };
  using Mappings = std::map<std::uint64_t, Mapped>;  // by where they begin
  struct Process {
    Mappings mappings;
    PageSet shared;          // there at the last fork, and not written since
    PageSet touched;         // anonymous pages that have faulted since then
    bool known = false;      // whether the page map was read after the fork
    std::uint64_t time = 0;  // when it was read
    // All living processes that were forked from one program share this
    // pointer. It is null if there may be others that are not recorded.
    std::shared_ptr<const bool> family;
  };

  static void fill_gaps(const MemorySnapshot& snapshot, Mappings& mappings);
  static Mappings cut(Mappings& mappings, std::uint64_t begin,
                      std::uint64_t end);
  static const Mappings::value_type* find(const Mappings& mappings,
                                          std::uint64_t address);
  void look(pid_t pid, Process& process);
  static void map(const FaultRecord& record, Process& process);
  void fork(const FaultRecord& record);
  std::optional<InheritedWrite> fault(const FaultRecord& record);

  TakeSnapshot take_;
  std::map<pid_t, Process> processes_;
};

/// Reads the mappings and the page map of process `pid`. Calls `meanwhile` now
/// and then: a large page map takes long.
std::shared_ptr<const MemorySnapshot> take_snapshot(
    pid_t pid, const std::function<void()>& meanwhile);

}  // namespace cow

// The perf events that record page faults, and the rings that they write into.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cow/faults/records.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"
#include "cow/os/reading.h"

namespace cow {

/// Records the minor page faults of some processes and of all processes that
/// these start. Each fault is one record, and each CPU has a ring. Owns the
/// events; when it is destroyed, nothing is recorded any longer.
class FaultRings {
 public:
  /// Records what the next children of this process do. The recording begins
  /// when a child executes a program. Absent if perf events are not allowed.
  /// The reason is a sentence that says what to set.
  static Reading<FaultRings> of_next_children();
  /// Records what the given threads do from now on. Leaves out those that have
  /// ended.
  static Reading<FaultRings> of_threads(const std::vector<pid_t>& threads);

  /// Whether it also sees what system calls write for a program. That takes a
  /// privilege, or perf_event_paranoid 1.
  bool with_kernel() const { return with_kernel_; }
  /// Descriptors that become readable when a part of a ring is full.
  std::vector<int> descriptors() const;
  /// Moves what is in the rings to the end of `records`. They are in order only
  /// within each ring.
  void drain(std::vector<FaultRecord>& records);

 private:
  struct Ring {
    Descriptor event;
    Mapping memory;
  };

  static Reading<FaultRings> open(const std::vector<pid_t>& threads,
                                  bool on_exec);
  // Returns 0, or errno of the call that has failed.
  int open_events(const std::vector<pid_t>& threads, bool on_exec);
  int map_rings();

  bool with_kernel_ = true;
  std::vector<Ring> rings_;
  std::vector<Descriptor> others_;  // events that write into these rings
  std::vector<std::byte> copied_;
};

/// Why perf_event_open(2) has failed with `error`, and what to do: one
/// sentence. `paranoid` is the text of /proc/sys/kernel/perf_event_paranoid;
/// absent if there is none.
std::string why_no_perf_events(int error, const Reading<std::string>& paranoid);

}  // namespace cow

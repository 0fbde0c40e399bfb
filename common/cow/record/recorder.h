// Records a tree of processes from outside, as a process of its own. (A forked
// recorder would share the pages that it looks at, and spoil their PSS.)
//
// It looks until all have ended: the more often, the more pages change. A
// lesson is stopped while the recorder looks at it, so each look is of one
// moment. Other programs are not stopped.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "cow/record/recording.h"

namespace cow {

class Recorder {
 public:
  using Clock = std::chrono::steady_clock;

  /// Records the processes `roots` and their descendants. `stops`: stops them
  /// while it looks. `longest`: how long to wait until the next look, at most.
  /// (Programs that are not stopped get longer pauses if a look takes long.)
  Recorder(std::string program, const std::vector<pid_t>& roots, bool stops,
           std::chrono::microseconds longest);

  /// Makes a look.
  void look() { look({}); }
  /// Makes a look, and adds to it what the caller knows of this moment.
  /// Figures in `known.tree` take the place of those that were read.
  void look(RecordedLook known);
  /// How long to wait until the next look.
  std::chrono::microseconds until_next() const { return pause_; }
  /// Whether all `roots` have ended.
  bool ended() const;
  /// Whether their descendants have ended, too.
  bool all_ended() const { return seen_.empty(); }

  Recording& recording() { return recording_; }
  /// Adds a look in which all processes have ended.
  void finish();

 private:
  double now() const;

  Recording recording_;
  std::set<ProcessId> roots_;
  std::set<ProcessId> seen_;
  Tree last_;
  bool stops_;
  std::chrono::microseconds longest_;
  Clock::time_point begun_ = Clock::now();
  Clock::duration stopped_{};  // for so long the processes did not run
  std::chrono::microseconds pause_{2000};
};

}  // namespace cow

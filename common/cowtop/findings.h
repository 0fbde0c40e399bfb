// The facts about the processes of a tree. diagnosis.h draws conclusions from
// them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cow/memory/usage.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"
#include "cowtop/comparison.h"

namespace cowtop {

/// One process.
struct Found {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string name;
  /// The file that the process executes, without its folder. If the file cannot
  /// be read, the name of the process.
  std::string program;
  cow::Usage usage;
  /// If the process was not forked from another and none was forked from it,
  /// its pages are compared with none.
  cow::Reading<Comparison> pages = cow::Absent{"not compared"};
  /// The process with whose pages they are compared, or 0 if there is none.
  /// `kind` says how that process is related to this one.
  pid_t relative = 0;
  Relative kind = Relative::kNone;
  /// If the process was not compared itself: another worker, whose `pages`
  /// these are. smaps_rollup says the same of both.
  pid_t like = 0;
  /// The most that it can have written since it was forked: its page faults.
  std::optional<cow::Bytes> touched;
  /// What it has read and written with system calls since then: a file, a pipe.
  std::optional<cow::Bytes> received;
  std::optional<cow::Bytes> sent;
  /// By how much `pages->shared` has fallen since the process was first seen.
  cow::Bytes lost;
  /// By how much USS has grown since then.
  cow::Bytes grown;
  /// By how much `pages->shared` falls per second while USS rises, over the
  /// last comparisons.
  cow::Bytes shared_lost_per_second;
  /// The highest of these rates since the process was first seen.
  cow::Bytes most_lost_per_second;
  /// By how much USS rises per second, apart from the part that is in
  /// `shared_lost_per_second`.
  cow::Bytes made_per_second;
};

/// Processes that are forks of each other, so that they run one program with
/// one layout of memory. It can be a single process if the others have ended
/// meanwhile.
struct Family {
  /// The process that all others descend from; empty if it has ended. It is
  /// compared with one of the others, so `copied` is what it has written after
  /// the fork.
  std::vector<Found> ancestor;
  std::vector<Found> workers;

  cow::Bytes pss() const;
};

/// A process whose relatives are not watched: a worker that was looked at
/// alone.
struct Parted {
  /// Compared with its parent, or with another relative.
  Found found;
  pid_t from = 0;          ///< the parent that it was forked from; 0 if unknown
  std::size_t others = 0;  ///< further forks that are not watched
};

/// One tree. Processes whose memory could not be read are not in it.
struct Findings {
  std::vector<Family> families;
  /// Processes with an image of their own: each has executed a program.
  std::vector<Found> alone;
  std::vector<Parted> parted = {};
};

}  // namespace cowtop

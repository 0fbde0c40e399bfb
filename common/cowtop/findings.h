// What was found out about the processes of a tree, before anything is
// concluded from it.
#pragma once

#include <sys/types.h>

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
  cow::Usage usage;
  /// Of a process that nobody was forked from, and that was not: compared with
  /// none.
  cow::Reading<Comparison> pages = cow::Absent{"not compared"};
  /// By how much `pages->shared` has fallen since it was first seen.
  cow::Bytes lost;
  /// By how much `pages->shared` falls in a second while USS rises, over the
  /// last comparisons.
  cow::Bytes shared_lost_per_second;
};

/// Processes that were forked from one another, so that they run one program,
/// as one execve laid it out. One process, where the others have ended while
/// they were read.
struct Family {
  /// The one that the others descend from, compared with one of them: what it
  /// has `copied` is what it wrote after the fork. Empty if it has ended.
  std::vector<Found> ancestor;
  std::vector<Found> workers;

  cow::Bytes pss() const;
};

/// One tree. Processes whose memory could not be read are not in it.
struct Findings {
  std::vector<Family> families;
  /// Those that share their image with nobody: each has executed a program.
  std::vector<Found> alone;
};

}  // namespace cowtop

// One look at a tree of processes: all figures that cowtop shows and writes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cow/memory/environment.h"
#include "cow/memory/usage.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"
#include "cowtop/diagnosis.h"
#include "cowtop/why.h"

namespace cowtop {

/// One process: a row of the table.
struct Row {
  pid_t pid = 0;
  pid_t parent = 0;
  int depth = 0;        ///< 0 for a root of a tree
  std::string command;  ///< its command line, or its name in brackets
  /// Absent, with the reason: access denied, a zombie, just ended.
  cow::Reading<cow::Usage> usage = cow::Absent{"not read"};
  /// How much USS has grown since this process was first seen; may be negative.
  cow::Bytes became_private;
  /// The same per second, over the last looks.
  cow::Bytes private_per_second;
};

/// The sums of the columns over the rows that could be read.
struct Totals {
  cow::Bytes rss;  ///< what top adds up
  cow::Bytes pss;  ///< what the machine pays
  cow::Bytes uss;
  cow::Bytes swap;
};

/// One look.
struct Sample {
  std::chrono::system_clock::time_point at;
  std::vector<Row> rows;  ///< a parent before its children, depth first
  Totals totals;
  /// The control group of the first process, if it has a limit.
  std::optional<cow::CgroupMemory> group = {};
  /// Processes started or ended during the reading, so the rows are not of one
  /// moment and the totals may be wrong. Such a look is not taken as the
  /// highest.
  bool torn = false;
  /// How many processes of the user of --user may not be read.
  std::size_t hidden = 0;
  /// Of the tree whose forked processes cost most.
  Diagnosis diagnosis;
  /// If all trees are watched: the diagnosis of each further tree. Each
  /// sentence begins with the tree's first process.
  std::vector<Diagnosis> others;
  /// The process that has copied most, in the tree of `diagnosis`.
  std::optional<Copier> copier;
  /// What it has changed, if the user has asked for that.
  std::optional<Why> why;
  /// What the reader has to know about this look, one sentence each. Examples:
  /// which processes could not be read, or that cowtop looks less often because
  /// reading is expensive.
  std::vector<std::string> notes;
  /// How long to wait before the next look.
  std::chrono::milliseconds until_next{0};
};

}  // namespace cowtop

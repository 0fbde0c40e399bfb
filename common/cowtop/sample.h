// One look at a tree of processes: what cowtop shows, writes and compares.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "cow/memory/usage.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"
#include "cowtop/diagnosis.h"

namespace cowtop {

/// One process, as a line of the table.
struct Row {
  pid_t pid = 0;
  pid_t parent = 0;
  int depth = 0;        ///< 0 for a root of what is watched
  std::string command;  ///< its command line, or its name in brackets
  /// Absent with the reason: denied, a zombie, just ended.
  cow::Reading<cow::Usage> usage = cow::Absent{"not read"};
  /// USS now less USS when this process was first seen; may be negative.
  cow::Bytes became_private;
  /// The same per second, over the last looks.
  cow::Bytes private_per_second;
};

/// The columns added up over the rows that could be read.
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
  /// Processes came or went while this was read: the rows are not of one
  /// moment, and the totals may be off. Not to be taken for the highest.
  bool torn = false;
  Diagnosis diagnosis;
  /// What the reader has to know of this look, a sentence each: which processes
  /// could not be read, that it reads less often because reading is expensive.
  std::vector<std::string> notes;
  /// How long to wait before the next look.
  std::chrono::milliseconds until_next{0};
};

}  // namespace cowtop

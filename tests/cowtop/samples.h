// Looks that are made up, for the tests of the layout.
#pragma once

#include <fmt/format.h>

#include <string>

#include "cowtop/sample.h"

namespace cowtop::testing {

using cow::Bytes;

inline Row make_row(pid_t pid, int depth, const std::string& command, Bytes rss,
                    Bytes pss, Bytes uss) {
  Row row;
  row.pid = pid;
  row.depth = depth;
  row.command = command;
  cow::Usage usage;
  usage.rss = rss;
  usage.pss = pss;
  usage.private_dirty = uss;
  row.usage = usage;
  return row;
}

inline Row unreadable_row(pid_t pid, int depth, const std::string& command,
                          const std::string& reason) {
  Row row;
  row.pid = pid;
  row.depth = depth;
  row.command = command;
  row.usage = cow::Absent{reason};
  return row;
}

inline void add_up(Sample& sample) {
  sample.totals = {};
  for (const Row& row : sample.rows) {
    if (!row.usage) continue;
    sample.totals.rss += row.usage->rss;
    sample.totals.pss += row.usage->pss;
    sample.totals.uss += row.usage->uss();
    sample.totals.swap += row.usage->swap;
  }
}

/// A parent and `workers` that share 64 MiB, with what only a worker at that
/// place has: worker i has i MiB of its own.
inline Sample make_sample(int workers) {
  using namespace cow::literals;
  Sample sample;
  sample.until_next = std::chrono::milliseconds(2000);
  sample.rows.push_back(
      make_row(100, 0, "python3 job.py", 68_MiB, 14_MiB, 1_MiB));
  for (int i = 1; i <= workers; ++i) {
    sample.rows.push_back(make_row(100 + i, 1, fmt::format("worker {}", i),
                                   Bytes(66 << 20) + i * 1_KiB,
                                   Bytes(13 << 20) - i * 1_KiB, i * 1_MiB));
    sample.rows.back().became_private = (workers - i) * 1_MiB;
  }
  add_up(sample);
  sample.diagnosis.kind = Kind::kShared;
  sample.diagnosis.sentence =
      "About 64.0 MiB is shared by all processes: copy-on-write works.";
  sample.diagnosis.evidence = {"evidence one", "evidence two"};
  sample.notes = {"a note at the bottom"};
  return sample;
}

}  // namespace cowtop::testing

// Finds out what the processes of a tree have inherited, copied and made.
// Groups them into families and compares their pages.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cow/memory/process_list.h"
#include "cow/memory/usage.h"
#include "cowtop/findings.h"

namespace cowtop {

/// A process whose memory could be read.
struct Member {
  cow::ListedProcess process;
  std::string command;
  cow::Usage usage;
};

/// Examines the processes of one tree; each parent comes before its children.
/// `outside` are processes that are not watched, but were forked from the same
/// processes as these. Adds the number of page maps that it has read to
/// `reads`. Of many workers it reads a sample, and those that smaps_rollup
/// shows to be unlike the others.
Findings examine(const std::vector<Member>& members,
                 const std::vector<cow::ListedProcess>& outside,
                 const std::filesystem::path& proc, std::int64_t& reads);

}  // namespace cowtop

// Finds out what the processes of a tree have inherited, copied, made: groups
// them into families and compares their pages.
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

/// Examines the processes of one tree, a parent before its children. `reads`
/// counts the page maps that were read.
Findings examine(const std::vector<Member>& members,
                 const std::filesystem::path& proc, std::int64_t& reads);

}  // namespace cowtop

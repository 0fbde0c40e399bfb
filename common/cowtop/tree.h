// Which processes are watched, in which order they are shown.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "cow/memory/process_list.h"

namespace cowtop {

/// A process that is watched.
struct Node {
  cow::ListedProcess process;
  int depth = 0;         ///< 0 for a root
  std::size_t tree = 0;  ///< the number of its tree
};

using Processes = std::vector<cow::ListedProcess>;

/// Those of `seen` that still live, and all their descendants: one tree, though
/// it may have several roots, when a parent has ended before its children. They
/// are added to `seen`, those that have ended are taken out.
std::vector<Node> follow(const Processes& all, std::set<cow::ProcessId>& seen);

/// All trees of `user` in which processes share memory through fork: at least
/// two of one image, and the descendants of these. Those that were forked from
/// one that has ended are one tree of several roots. A tree within a tree, such
/// as a pool that was started from a shell, is one of its own.
std::vector<Node> forked_trees(const Processes& all, uid_t user);

}  // namespace cowtop

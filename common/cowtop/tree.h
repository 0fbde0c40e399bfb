// Which processes are watched, and in which order they are shown.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "cow/memory/process_list.h"

namespace cowtop {

/// A watched process.
struct Node {
  cow::ListedProcess process;
  int depth = 0;         ///< 0 for a root
  std::size_t tree = 0;  ///< the number of its tree
};

using Processes = std::vector<cow::ListedProcess>;

/// The processes of `seen` that still live, and all their descendants: one
/// tree. It has several roots if a parent has ended before its children. Adds
/// new ones to `seen`, and removes those that have ended.
std::vector<Node> follow(const Processes& all, std::set<cow::ProcessId>& seen);

/// All trees of `user` in which processes share memory through fork, or could
/// do so. A tree has at least two processes of one image, or a process and at
/// least two children with its name (a spawned pool), and it includes their
/// descendants. If their parent has ended, they are one tree with several
/// roots. A tree inside another one, such as a pool that was started from a
/// shell, is a tree of its own.
std::vector<Node> forked_trees(const Processes& all, uid_t user);

/// A process, and the one that its pages are compared with: the process that it
/// was forked from or, if that has ended, another fork.
struct Kin {
  cow::ListedProcess process;
  cow::ListedProcess relative;

  bool is_worker() const { return process.parent == relative.id.pid; }
};
/// None if the process shares nothing through fork.
std::optional<Kin> kin_of(pid_t pid, const Processes& all);

}  // namespace cowtop

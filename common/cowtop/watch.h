// Looks at a tree of processes again and again, at little cost.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cow/memory/process_list.h"
#include "cowtop/budget.h"
#include "cowtop/examine.h"
#include "cowtop/sample.h"
#include "cowtop/tree.h"

namespace cowtop {

struct WatchOptions {
  /// The wait between two looks, unless they cost so much that it takes more.
  std::chrono::milliseconds interval{1000};
  /// The part of one processor that all looks together may take on average. It
  /// leaves to the screen what is missing to 2 %.
  double share = 0.015;
  /// For tests: another folder, other lists, other clocks.
  std::filesystem::path proc = "/proc";
  std::function<Processes(const std::filesystem::path&)> list =
      cow::list_processes;
  std::function<std::chrono::steady_clock::time_point()> now =
      std::chrono::steady_clock::now;
  std::function<std::chrono::nanoseconds()> cpu_time = own_cpu_time;
};

/// What was read so far, to show that what stands still costs nothing.
struct Reads {
  std::int64_t lists = 0;      ///< passes over stat of all processes
  std::int64_t usages = 0;     ///< smaps_rollup: in proportion to the memory
  std::int64_t page_maps = 0;  ///< processes whose page map was read
};

/// Watches processes. Every look reads what is cheap of all (page faults, RSS);
/// the rest is read only of trees in which something has moved: a process has
/// come, gone or had a page fault, or one that shares memory with them has.
/// What does not show there is less than the kernel's inaccuracy in counting
/// RSS (32 pages for each processor): memory that was given back. Not for use
/// by two threads at once.
class Watch {
 public:
  /// Process `root` and all its descendants, from now on: those once seen stay
  /// watched when their parent ends. It goes on when `root` itself has ended.
  explicit Watch(pid_t root, WatchOptions options = {});
  /// All trees of this user's processes that share memory through fork; those
  /// first whose forked processes cost most.
  explicit Watch(WatchOptions options = {});

  /// One look. Never throws for what a process does: what could not be read is
  /// absent, with the reason.
  Sample look();

  /// From now on, "first seen" is the last look: nothing has become private.
  void start_anew();

  /// True when a look has found nobody of what is watched alive: zombies do not
  /// count. Never of all trees.
  bool ended() const { return ended_; }
  /// The process given, or 0 for all trees.
  pid_t root() const { return root_; }

  std::chrono::milliseconds interval() const { return options_.interval; }
  void set_interval(std::chrono::milliseconds interval) {
    options_.interval = interval;
  }
  const Reads& reads() const { return reads_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  using History = std::deque<std::pair<Time, cow::Bytes>>;
  // What is remembered of a process between looks.
  struct Memory {
    cow::Reading<cow::Usage> usage = cow::Absent{"not read"};
    std::string command;
    cow::Image image;
    std::optional<cow::Bytes> first_uss;
    History history;         // of USS, a look each
    History shared;          // of pages->shared, a comparison each
    cow::Bytes most_shared;  // of all comparisons
  };
  // The same of a tree.
  struct Tree {
    std::set<cow::ProcessId> members;
    std::set<cow::Image> images;
    std::map<cow::ProcessId, std::pair<cow::Bytes, cow::Bytes>> examined;
    Findings findings;
  };
  // What has moved since the last look.
  struct Moved {
    std::set<cow::ProcessId> processes;
    std::set<cow::Image> images;
  };
  // The nodes of a tree, in order.
  using Nodes = std::vector<Node>;

  std::vector<Nodes> select(const Processes& all);
  std::map<cow::ProcessId, bool> living(const Processes& all) const;
  std::vector<Nodes> read_steadily(Sample& sample);
  bool read_moved(const std::vector<Nodes>& trees, const Processes& all);
  Processes list();
  Moved what_moved(const Processes& all);
  static bool has_moved(const Nodes& nodes, const Tree& tree,
                        const Moved& moved);
  void read(const Nodes& nodes);
  void remember(const Nodes& nodes, Time now);
  Row row(const Node& node) const;
  cow::Bytes weight(const Nodes& nodes) const;
  Diagnosis conclude(const Nodes& nodes, Time now);
  bool worth_examining(const Nodes& nodes, const Tree& tree) const;
  void examine_again(const Nodes& nodes, Tree& tree, Time now);
  void remember_shared(const Nodes& nodes, const Tree& tree, Time now);
  void add_recent(std::vector<Found>& found, const Nodes& nodes, Time now);
  static void keep(History& history, Time now, cow::Bytes amount);
  static cow::Bytes rise_per_second(const History& history, Time now);
  void forget(const Processes& all);
  static void name_tree(Sample& sample);
  void note(Sample& sample, std::size_t trees) const;
  void account(Sample& sample, std::chrono::nanoseconds cpu_before);

  WatchOptions options_;
  pid_t root_ = 0;
  bool started_ = false;
  bool ended_ = false;
  Budget budget_;
  Reads reads_;
  std::set<cow::ProcessId> seen_;
  std::map<pid_t, cow::ListedProcess> before_;
  std::map<cow::ProcessId, Memory> memory_;
  std::map<cow::ProcessId, Tree> trees_;  // by their first root
};

}  // namespace cowtop

// Looks at trees of processes again and again, at little cost.
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
#include "cowtop/lister.h"
#include "cowtop/sample.h"
#include "cowtop/tree.h"

namespace cowtop {

/// Waits for this time, or until a signal is handled.
void nap(std::chrono::milliseconds time);

struct WatchOptions {
  /// The wait between two looks; longer if looks are expensive.
  std::chrono::milliseconds interval{1000};
  /// Also watches each process with a part of its command that matches this
  /// shell pattern. But it leaves out cowtop itself and the processes that have
  /// started it. Empty: none.
  std::string name;
  /// With `name`, only processes of this user are watched (if absent, those of
  /// all users). Without roots and `name`, only trees of this user (if absent,
  /// of the user who runs cowtop).
  std::optional<uid_t> user;
  /// How much of a processor cowtop may use on average, in percent: three
  /// quarters for looks, and the rest for the screen. 100: no limit.
  double budget = 2;
  /// Called with each look before it is returned.
  std::function<void(Sample&)> seen = [](Sample&) {};
  /// There will be one look only, so nobody waits for the next.
  bool once = false;
  /// Tests replace these: the folder, the lists, the clocks.
  std::filesystem::path proc = "/proc";
  std::filesystem::path cgroups = "/sys/fs/cgroup";
  std::function<Processes(const std::filesystem::path&)> list = Lister();
  std::function<std::chrono::steady_clock::time_point()> now =
      std::chrono::steady_clock::now;
  std::function<std::chrono::nanoseconds()> cpu_time = own_cpu_time;
  std::function<void(std::chrono::milliseconds)> nap = cowtop::nap;
  /// The children of this process belong to the watched tree as well. It is
  /// cowtop itself, which becomes the parent of what its command has left
  /// behind. 0: nobody's.
  pid_t adopter = 0;
};

/// How much was read until now. Shows that processes that do nothing cost
/// nothing.
struct Reads {
  std::int64_t lists = 0;      ///< readings of stat of all processes
  std::int64_t usages = 0;     ///< smaps_rollup: costs time for each page
  std::int64_t page_maps = 0;  ///< processes whose page map was read
};

/// Watches processes. Every look reads the cheap figures of all (page faults,
/// RSS). It reads the others only for trees in which something has changed.
/// That is the case if a process of the tree has started, has ended or had a
/// page fault. It is also the case if this is true of another process that
/// shares memory with the tree. This can miss only memory that was given back.
/// That is less than the kernel's error in counting RSS (32 pages per
/// processor). Not for two threads at once.
class Watch {
 public:
  /// Watches the processes `roots` and all their descendants, as one tree. A
  /// process that was seen once is watched even if its parent, or a root, ends.
  ///
  /// Without roots and a name, all trees of a user's processes that share
  /// memory through fork. Those whose forked processes cost most come first.
  explicit Watch(std::vector<pid_t> roots, WatchOptions options = {});
  explicit Watch(pid_t root, WatchOptions options = {})
      : Watch(std::vector{root}, std::move(options)) {}
  explicit Watch(WatchOptions options = {})
      : Watch(std::vector<pid_t>(), std::move(options)) {}

  /// One look. Does not throw if a process cannot be read: then its figures are
  /// absent, with the reason.
  Sample look();

  /// Starts anew: "first seen" now means the last look, so nothing has become
  /// private.
  void start_anew();

  /// True if a look has found no watched process alive; zombies do not count.
  /// Always false if all trees are watched.
  bool ended() const { return ended_; }

  std::chrono::milliseconds interval() const { return options_.interval; }
  void set_interval(std::chrono::milliseconds interval) {
    options_.interval = interval;
  }
  const Reads& reads() const { return reads_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  using History = std::deque<std::pair<Time, cow::Bytes>>;
  // What is kept of a process between looks.
  struct Memory {
    cow::Reading<cow::Usage> usage = cow::Absent{"not read"};
    std::string command;
    cow::Image image;
    std::optional<cow::Bytes> first_uss;
    History history;         // of USS, one entry per look
    History faults;          // of page faults, one entry per look
    History shared;          // of pages->shared, one per comparison
    cow::Bytes most_shared;  // of all comparisons
    cow::Bytes most_lost_per_second;
  };
  // The same for a tree.
  struct Tree {
    std::set<cow::ProcessId> members;
    std::set<cow::Image> images;
    std::map<cow::ProcessId, std::pair<cow::Bytes, cow::Bytes>> examined;
    Findings findings;
  };
  // What has changed since the last look.
  struct Moved {
    std::set<cow::ProcessId> processes;
    std::set<cow::Image> images;
  };
  // The nodes of a tree, in order.
  using Nodes = std::vector<Node>;

  bool watches_all() const;
  std::size_t count_hidden() const;
  std::vector<Node> all_trees(const Processes& all) const;
  void find_roots(const Processes& all);
  void find_named(const Processes& all);
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
  Diagnosis conclude(const Nodes& nodes, Time now,
                     std::optional<Copier>& copier);
  bool worth_examining(const Nodes& nodes, const Tree& tree) const;
  void examine_again(const Nodes& nodes, Tree& tree, Time now);
  void remember_shared(const Nodes& nodes, const Tree& tree, Time now);
  void add_recent(std::vector<Found>& found, const Nodes& nodes, Time now);
  static void keep(History& history, Time now, cow::Bytes amount);
  static cow::Bytes rise_per_second(const History& history, Time now);
  void forget(const Processes& all);
  void read_group(Sample& sample) const;
  bool are_at_rest(const std::vector<Nodes>& trees);
  void forget_rates(const std::vector<Nodes>& trees);
  std::vector<cow::ListedProcess> relatives_of(const Nodes& nodes) const;
  void note_missing(pid_t pid, Sample& sample) const;
  void note(Sample& sample, std::size_t trees) const;
  void account(Sample& sample, std::chrono::nanoseconds cpu_before);

  WatchOptions options_;
  std::vector<pid_t> roots_;
  std::vector<pid_t> missing_;  // of the roots, at the first look
  bool started_ = false;
  bool ended_ = false;
  std::chrono::milliseconds waited_{0};  // what the last look has asked for
  Budget budget_;
  Reads reads_;
  std::set<cow::ProcessId> seen_;
  // The processes whose command was already compared with the name.
  std::set<std::pair<cow::ProcessId, cow::Image>> compared_;
  std::map<pid_t, cow::ListedProcess> before_;
  std::map<cow::ProcessId, Memory> memory_;
  std::map<cow::ProcessId, Tree> trees_;  // by their first root
};

}  // namespace cowtop

#include "cowtop/watch.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>

#include "cow/memory/environment.h"
#include "cow/memory/usage.h"
#include "cow/os/cgroup.h"
#include "cow/os/descriptor.h"

namespace cowtop {
namespace {

using cow::Bytes;
using cow::Image;
using cow::ListedProcess;
using cow::ProcessId;
using namespace cow::literals;

// How many looks a rate is taken over: enough to be steady, few enough to show
// what happens now.
constexpr std::size_t kHistory = 5;
// Of all trees, those whose forked processes cost less have no sentence: there
// is too little data.
constexpr Bytes kLeastTree = 4_MiB;

bool moved(const ListedProcess& a, const ListedProcess& b) {
  return a.id != b.id || a.minor_faults != b.minor_faults ||
         a.major_faults != b.major_faults || a.rss != b.rss ||
         a.image != b.image || a.zombie() != b.zombie();
}

cow::Reading<cow::Usage> usage_of(const ListedProcess& process,
                                  const std::filesystem::path& proc) {
  if (process.zombie()) {
    return cow::Absent{"ended and not waited for: a zombie"};
  }
  cow::Reading<cow::Usage> usage = cow::read_usage(process.id.pid, proc);
  if (!usage && process.rss == cow::Pages(0)) {
    return cow::Absent{"there is no memory to read"};
  }
  return usage;
}

// The totals are of all trees, so the sentence says which tree it is about.
Diagnosis of_tree(const Node& root, Diagnosis diagnosis) {
  std::string& sentence = diagnosis.sentence;
  sentence[0] = static_cast<char>(std::tolower(sentence[0]));
  sentence = fmt::format("Of PID {} and its descendants: {}",
                         root.process.id.pid, sentence);
  return diagnosis;
}

}  // namespace

void nap(std::chrono::milliseconds time) {
  ::poll(nullptr, 0, static_cast<int>(time.count()));
}

Watch::Watch(std::vector<pid_t> roots, WatchOptions options)
    : options_(std::move(options)),
      roots_(std::move(roots)),
      budget_(options_.budget == 100 ? 1 : options_.budget / 100 * 0.75) {}

bool Watch::watches_all() const {
  return roots_.empty() && options_.name.empty();
}

// The processes of another user that may not be read. The kernel says 1 for
// the first address of their program and 0 for that of the stack (do_task_stat
// in fs/proc/array.c).
std::size_t Watch::count_hidden() const {
  if (!watches_all() || options_.user.value_or(::geteuid()) == ::geteuid()) {
    return 0;
  }
  return static_cast<std::size_t>(
      std::count_if(before_.begin(), before_.end(), [&](const auto& entry) {
        const ListedProcess& process = entry.second;
        return process.user == *options_.user && process.image == Image{1, 0};
      }));
}

std::vector<Node> Watch::all_trees(const Processes& all) const {
  return forked_trees(all, options_.user.value_or(::geteuid()));
}

// Adds the processes of that name, also those that have started later.
void Watch::find_named(const Processes& all) {
  // What has started cowtop has the name in its command, as cowtop has.
  std::set<pid_t> own;
  for (pid_t pid = ::getpid(); own.insert(pid).second;) {
    const auto found =
        std::find_if(all.begin(), all.end(),
                     [&](const auto& one) { return one.id.pid == pid; });
    if (found != all.end()) pid = found->parent;
  }
  const std::string pattern = "*" + options_.name + "*";
  for (const ListedProcess& process : all) {
    if (own.contains(process.id.pid) || process.zombie() ||
        process.user != options_.user.value_or(process.user) ||
        !compared_.insert({process.id, process.image}).second) {
      continue;
    }
    const std::string command = cow::read_command(process, options_.proc);
    if (::fnmatch(pattern.c_str(), command.c_str(), 0) == 0) {
      seen_.insert(process.id);
    }
  }
}

void Watch::find_roots(const Processes& all) {
  for (const pid_t root : roots_) {
    const auto found = std::find_if(
        all.begin(), all.end(),
        [&](const ListedProcess& one) { return one.id.pid == root; });
    if (found == all.end()) {
      missing_.push_back(root);
    } else {
      seen_.insert(found->id);
    }
  }
}

std::vector<Watch::Nodes> Watch::select(const Processes& all) {
  std::vector<Node> nodes;
  if (watches_all()) {
    nodes = all_trees(all);
  } else {
    if (!started_) find_roots(all);
    if (!options_.name.empty()) find_named(all);
    for (const ListedProcess& process : all) {
      if (options_.adopter != 0 && process.parent == options_.adopter) {
        seen_.insert(process.id);
      }
    }
    nodes = follow(all, seen_);
    ended_ = std::all_of(nodes.begin(), nodes.end(), [](const Node& node) {
      return node.process.zombie();
    });
  }
  started_ = true;
  std::vector<Nodes> trees;
  for (Node& node : nodes) {
    if (node.tree >= trees.size()) trees.resize(node.tree + 1);
    trees[node.tree].push_back(std::move(node));
  }
  return trees;
}

// The processes that have not ended, and whether they have memory. A process
// gives its memory back before it becomes a zombie; until then the others share
// it.
std::map<ProcessId, bool> Watch::living(const Processes& all) const {
  std::set<ProcessId> seen = seen_;
  const std::vector<Node> nodes =
      watches_all() ? all_trees(all) : follow(all, seen);
  std::map<ProcessId, bool> ids;
  for (const Node& node : nodes) {
    if (node.process.zombie()) continue;
    ids[node.process.id] = node.process.image.known();
  }
  return ids;
}

Processes Watch::list() {
  ++reads_.lists;
  return options_.list(options_.proc);
}

Watch::Moved Watch::what_moved(const Processes& all) {
  Moved result;
  std::map<pid_t, ListedProcess> now;
  const auto add = [&](const ListedProcess& process) {
    result.processes.insert(process.id);
    if (process.image.known()) result.images.insert(process.image);
  };
  for (const ListedProcess& process : all) {
    now.emplace(process.id.pid, process);
    const auto earlier = before_.find(process.id.pid);
    if (earlier == before_.end()) {
      add(process);
    } else if (moved(earlier->second, process)) {
      add(process);
      add(earlier->second);
    }
  }
  for (const auto& [pid, process] : before_) {
    if (!now.contains(pid)) add(process);
  }
  before_ = std::move(now);
  return result;
}

bool Watch::has_moved(const Nodes& nodes, const Tree& tree,
                      const Moved& moved) {
  if (nodes.size() != tree.members.size()) return true;
  for (const Node& node : nodes) {
    if (!tree.members.contains(node.process.id) ||
        moved.processes.contains(node.process.id)) {
      return true;
    }
  }
  return std::any_of(
      tree.images.begin(), tree.images.end(),
      [&](const Image& image) { return moved.images.contains(image); });
}

void Watch::read(const Nodes& nodes) {
  for (const Node& node : nodes) {
    Memory& memory = memory_[node.process.id];
    if (node.process.image != memory.image && node.process.image.known()) {
      // The process is new, or has executed another program: starts anew.
      memory = Memory();
      memory.image = node.process.image;
    }
    if (!node.process.zombie()) ++reads_.usages;
    memory.usage = usage_of(node.process, options_.proc);
    if (node.process.zombie() && !memory.command.empty()) continue;
    memory.command = cow::read_command(node.process, options_.proc);
  }
}

void Watch::keep(History& history, Time now, Bytes amount) {
  history.emplace_back(now, amount);
  if (history.size() > kHistory) history.pop_front();
}

// The rise from the first entry until `now`; may be negative.
Bytes Watch::rise_per_second(const History& history, Time now) {
  if (history.empty()) return {};
  const auto [first_time, first] = history.front();
  const std::chrono::duration<double> span = now - first_time;
  if (span.count() <= 0) return {};
  const Bytes rise = history.back().second - first;
  return Bytes(static_cast<std::int64_t>(static_cast<double>(rise.count()) /
                                         span.count()));
}

void Watch::remember(const Nodes& nodes, Time now) {
  for (const Node& node : nodes) {
    Memory& memory = memory_[node.process.id];
    if (!memory.usage) continue;
    const Bytes uss = memory.usage->uss();
    if (!memory.first_uss) memory.first_uss = uss;
    keep(memory.history, now, uss);
    keep(memory.faults, now,
         to_bytes(cow::Pages(node.process.minor_faults +
                             node.process.major_faults)));
  }
}

Row Watch::row(const Node& node) const {
  const Memory& memory = memory_.at(node.process.id);
  Row row;
  row.pid = node.process.id.pid;
  row.parent = node.process.parent;
  row.depth = node.depth;
  row.command = memory.command;
  row.usage = memory.usage;
  if (!memory.usage) return row;
  row.became_private = memory.usage->uss() - *memory.first_uss;
  row.private_per_second =
      rise_per_second(memory.history, memory.history.back().first);
  return row;
}

// What the machine pays for the forked processes, and for spawned ones that are
// several of one name. Other programs that they have started do not count: a
// shell is not a pool because it runs a compiler.
Bytes Watch::weight(const Nodes& nodes) const {
  std::map<Image, int> counts;
  std::map<std::pair<pid_t, std::string>, int> pools;
  for (const Node& node : nodes) {
    ++counts[node.process.image];
    ++pools[{node.process.parent, node.process.name}];
  }
  Bytes sum;
  for (const Node& node : nodes) {
    const auto& usage = memory_.at(node.process.id).usage;
    const int alike = pools[{node.process.parent, node.process.name}];
    if (usage && (counts[node.process.image] > 1 || alike > 1)) {
      sum += usage->pss;
    }
  }
  return sum;
}

// Comparing pages costs about as much as reading smaps_rollup. The result stays
// the same until some memory has changed.
bool Watch::worth_examining(const Nodes& nodes, const Tree& tree) const {
  std::size_t readable = 0;
  for (const Node& node : nodes) {
    const auto& usage = memory_.at(node.process.id).usage;
    if (!usage) continue;
    ++readable;
    const auto before = tree.examined.find(node.process.id);
    if (before == tree.examined.end()) return true;
    const auto& [uss, rss] = before->second;
    const Bytes least = std::max(1_MiB, rss / 100);
    const auto differs = [&](Bytes a, Bytes b) {
      return std::max(a, b) - std::min(a, b) >= least;
    };
    if (differs(usage->uss(), uss) || differs(usage->rss, rss)) return true;
  }
  return readable != tree.examined.size();
}

// Forks of the tree's processes that are not in it.
std::vector<ListedProcess> Watch::relatives_of(const Nodes& nodes) const {
  std::set<Image> images;
  std::set<ProcessId> ids;
  for (const Node& node : nodes) {
    if (node.process.image.known()) images.insert(node.process.image);
    ids.insert(node.process.id);
  }
  std::vector<ListedProcess> others;
  for (const auto& [pid, process] : before_) {
    if (images.contains(process.image) && !ids.contains(process.id)) {
      others.push_back(process);
    }
  }
  return others;
}

// After a long wait a rate is of the past. So this looks whether any process
// has page faults now.
bool Watch::are_at_rest(const std::vector<Nodes>& trees) {
  constexpr std::chrono::milliseconds kLong{2000};
  constexpr std::chrono::milliseconds kMoment{150};
  if (waited_ < std::max(kLong, 2 * options_.interval)) return false;
  options_.nap(kMoment);
  std::map<pid_t, ListedProcess> now;
  for (const ListedProcess& process : list()) now[process.id.pid] = process;
  for (const Nodes& nodes : trees) {
    for (const Node& node : nodes) {
      const auto same = now.find(node.process.id.pid);
      if (same != now.end() && moved(node.process, same->second)) return false;
    }
  }
  return true;
}

void Watch::forget_rates(const std::vector<Nodes>& trees) {
  for (const Nodes& nodes : trees) {
    for (const Node& node : nodes) {
      Memory& memory = memory_.at(node.process.id);
      for (History* history :
           {&memory.history, &memory.faults, &memory.shared}) {
        while (history->size() > 1) history->pop_front();
      }
    }
  }
}

void Watch::examine_again(const Nodes& nodes, Tree& tree, Time now) {
  std::vector<Member> members;
  tree.examined.clear();
  for (const Node& node : nodes) {
    const Memory& memory = memory_.at(node.process.id);
    if (!memory.usage) continue;
    members.push_back({node.process, memory.command, *memory.usage});
    tree.examined[node.process.id] = {memory.usage->uss(), memory.usage->rss};
  }
  tree.findings =
      examine(members, relatives_of(nodes), options_.proc, reads_.page_maps);
  remember_shared(nodes, tree, now);
}

void Watch::remember_shared(const Nodes& nodes, const Tree& tree, Time now) {
  std::map<pid_t, ProcessId> ids;
  for (const Node& node : nodes) {
    ids[node.process.id.pid] = node.process.id;
  }
  for (const Family& family : tree.findings.families) {
    for (const auto* group : {&family.ancestor, &family.workers}) {
      for (const Found& one : *group) {
        if (!one.pages) continue;
        Memory& memory = memory_.at(ids.at(one.pid));
        keep(memory.shared, now, one.pages->shared);
        memory.most_shared = std::max(memory.most_shared, one.pages->shared);
      }
    }
  }
}

// Pages that are no longer shared may also have been given back, or the others
// have written them. So a process has copied at most as many as USS has risen,
// and as it had page faults. This also shows at once when no more are copied,
// although the pages are not compared again.
void Watch::add_recent(std::vector<Found>& found, const Nodes& nodes,
                       Time now) {
  std::map<pid_t, Memory*> memories;
  for (const Node& node : nodes) {
    memories[node.process.id.pid] = &memory_.at(node.process.id);
  }
  for (Found& one : found) {
    const auto entry = memories.find(one.pid);
    if (entry == memories.end() || !one.pages) continue;
    Memory& memory = *entry->second;
    const Bytes fall = Bytes() - rise_per_second(memory.shared, now);
    const Bytes rise = rise_per_second(memory.history, now);
    Bytes most = rise;
    if (one.usage.huge + one.usage.hugetlb == Bytes()) {
      most = std::min(most, rise_per_second(memory.faults, now));
    }
    one.shared_lost_per_second = std::max(Bytes(), std::min(fall, most));
    one.made_per_second = std::max(Bytes(), most - std::max(Bytes(), fall));
    memory.most_lost_per_second =
        std::max(memory.most_lost_per_second, one.shared_lost_per_second);
    one.most_lost_per_second = memory.most_lost_per_second;
    one.lost = memory.most_shared - one.pages->shared;
    one.grown = memory.history.back().second - *memory.first_uss;
  }
}

Diagnosis Watch::conclude(const Nodes& nodes, Time now,
                          std::optional<Copier>& copier) {
  Tree& tree = trees_[nodes.front().process.id];
  if (worth_examining(nodes, tree)) examine_again(nodes, tree, now);
  for (Family& family : tree.findings.families) {
    add_recent(family.ancestor, nodes, now);
    add_recent(family.workers, nodes, now);
  }
  copier = who_copied_most(tree.findings);
  return diagnose(tree.findings);
}

void Watch::forget(const Processes& all) {
  std::set<ProcessId> alive;
  for (const ListedProcess& process : all) alive.insert(process.id);
  std::erase_if(
      memory_, [&](const auto& entry) { return !alive.contains(entry.first); });
  std::erase_if(compared_, [&](const auto& entry) {
    return !alive.contains(entry.first);
  });
  std::erase_if(
      trees_, [&](const auto& entry) { return !alive.contains(entry.first); });
}

void Watch::note_missing(pid_t pid, Sample& sample) const {
  const bool there =
      options_.proc == "/proc" &&
      !std::filesystem::exists(options_.proc / std::to_string(pid)) &&
      (::kill(pid, 0) == 0 || errno == EPERM);
  sample.notes.push_back(
      there ? fmt::format("/proc hides process {} (mounted with hidepid): only "
                          "its user and root see it.",
                          pid)
            : fmt::format("There is no process {}.", pid));
}

void Watch::note(Sample& sample, std::size_t trees) const {
  std::map<std::string, std::vector<pid_t>> unread;
  for (const Row& row : sample.rows) {
    if (row.usage) continue;
    // Without the path, which names the process: the reason is the same for
    // many.
    const std::string& reason = row.usage.reason();
    const std::size_t colon = reason.rfind(": ");
    const bool path = reason.starts_with(options_.proc.string());
    unread[path && colon != reason.npos ? reason.substr(colon + 2) : reason]
        .push_back(row.pid);
  }
  for (const auto& [reason, pids] : unread) {
    constexpr std::size_t kMost = 5;
    const std::size_t named = std::min(kMost, pids.size());
    const auto end = pids.begin() + static_cast<std::ptrdiff_t>(named);
    const std::string more =
        pids.size() > named ? fmt::format(" and {} more", pids.size() - named)
                            : "";
    sample.notes.push_back(
        fmt::format("{} could not be read ({}): PID {}{}.",
                    pids.size() == 1 ? "1 process"
                                     : fmt::format("{} processes", pids.size()),
                    reason, fmt::join(pids.begin(), end, ", "), more));
  }
  if (sample.hidden > 0) {
    sample.notes.push_back(fmt::format(
        "{} of user {} may not be read: only root and that user may.",
        sample.hidden == 1 ? "1 process"
                           : fmt::format("{} processes", sample.hidden),
        *options_.user));
  } else if (sample.rows.empty() && watches_all()) {
    sample.notes.push_back(
        fmt::format("None of {} processes share memory through fork.",
                    options_.user ? "this user's" : "your"));
  } else if (sample.rows.empty() && roots_.empty()) {
    sample.notes.push_back(fmt::format(
        "There is no process with {} in its command.", options_.name));
  }
  for (const pid_t pid : sample.rows.empty() ? roots_ : missing_) {
    note_missing(pid, sample);
  }
  Bytes hugetlb;
  for (const Row& row : sample.rows) {
    if (row.usage) hugetlb += row.usage->hugetlb;
  }
  if (hugetlb > Bytes()) {
    sample.notes.push_back(fmt::format(
        "Huge pages of hugetlbfs are in none of these figures: the processes "
        "have {} of them, where a shared one counts for each.",
        to_string(hugetlb)));
  }
  if (sample.torn) {
    sample.notes.emplace_back(
        "Processes came and went while this was read: the sums may be off.");
  }
  if (trees > 1) {
    sample.notes.push_back(fmt::format(
        "{} trees, in the order of what their forked processes cost.", trees));
  }
}

void Watch::account(Sample& sample, std::chrono::nanoseconds cpu_before) {
  const auto cost = options_.cpu_time() - cpu_before;
  budget_.spend(cost, options_.now());
  const auto least =
      std::chrono::ceil<std::chrono::milliseconds>(budget_.wait());
  sample.until_next = std::max(options_.interval, least);
  waited_ = sample.until_next;
  if (sample.until_next == options_.interval || options_.once) return;
  const auto seconds = [](auto span) {
    return std::chrono::duration<double>(span).count();
  };
  sample.notes.push_back(fmt::format(
      "Reading is expensive here ({:.0f} ms of processor time): the next look "
      "is in {:.1f} s rather than {:.1f} s, to stay under {} % of a processor "
      "(--budget).",
      1000 * seconds(cost), seconds(sample.until_next),
      seconds(options_.interval), options_.budget));
}

void Watch::start_anew() {
  for (auto& [id, memory] : memory_) {
    if (memory.usage) memory.first_uss = memory.usage->uss();
    memory.history.clear();
    memory.faults.clear();
    memory.shared.clear();
    memory.most_lost_per_second = Bytes();
  }
}

// In a container the limit of its control group decides, not the machine.
void Watch::read_group(Sample& sample) const {
  if (sample.rows.empty()) return;
  const auto text = cow::read_file(
      options_.proc / std::to_string(sample.rows.front().pid) / "cgroup");
  if (!text) return;
  const auto group = cow::tightest_cgroup(
      cow::find_cgroups(*text, "memory", options_.cgroups));
  if (group) sample.group = *group;
}

// Reads the trees that have changed. False if there were none.
bool Watch::read_moved(const std::vector<Nodes>& trees, const Processes& all) {
  const Moved moved = what_moved(all);
  forget(all);
  bool any = false;
  for (const Nodes& nodes : trees) {
    Tree& tree = trees_[nodes.front().process.id];
    if (!has_moved(nodes, tree, moved)) continue;
    any = true;
    read(nodes);
    tree.members.clear();
    tree.images.clear();
    for (const Node& node : nodes) {
      tree.members.insert(node.process.id);
      if (node.process.image.known()) tree.images.insert(node.process.image);
    }
  }
  return any;
}

// PSS divides pages among the processes that share them. Figures that were read
// before and after one of them has ended do not add up. So this lists the
// processes again after reading.
std::vector<Watch::Nodes> Watch::read_steadily(Sample& sample) {
  constexpr int kTries = 2;
  Processes all = list();
  for (int tries = 1;; ++tries) {
    std::vector<Nodes> trees = select(all);
    if (!read_moved(trees, all)) return trees;
    const auto before = living(all);
    Processes after = list();
    const auto now = living(after);
    if (now == before) return trees;
    // If all processes have ended, nothing better can be read.
    const bool over = std::none_of(now.begin(), now.end(),
                                   [](const auto& one) { return one.second; });
    if (tries == kTries || over) {
      sample.torn = before.size() > 1 || !over;
      return trees;
    }
    all = std::move(after);
  }
}

Sample Watch::look() {
  const auto cpu_before = options_.cpu_time();
  Sample sample;
  std::vector<Nodes> trees = read_steadily(sample);
  sample.at = std::chrono::system_clock::now();
  const Time now = options_.now();
  for (const Nodes& nodes : trees) remember(nodes, now);
  if (are_at_rest(trees)) forget_rates(trees);
  std::stable_sort(
      trees.begin(), trees.end(),
      [&](const Nodes& a, const Nodes& b) { return weight(a) > weight(b); });
  for (const Nodes& nodes : trees) {
    for (const Node& node : nodes) sample.rows.push_back(row(node));
  }
  for (const Row& row : sample.rows) {
    if (!row.usage) continue;
    sample.totals.rss += row.usage->rss;
    sample.totals.pss += row.usage->pss;
    sample.totals.uss += row.usage->uss();
    sample.totals.swap += row.usage->swap;
  }
  sample.diagnosis = diagnose({});
  for (const Nodes& nodes : trees) {
    std::optional<Copier> copier;
    Diagnosis diagnosis = conclude(nodes, now, copier);
    if (trees.size() > 1) diagnosis = of_tree(nodes.front(), diagnosis);
    if (&nodes == &trees.front()) {
      sample.diagnosis = diagnosis;
      sample.copier = copier;
    } else if (weight(nodes) >= kLeastTree) {
      sample.others.push_back(diagnosis);
    }
  }
  read_group(sample);
  sample.hidden = count_hidden();
  note(sample, trees.size());
  account(sample, cpu_before);
  options_.seen(sample);
  return sample;
}

}  // namespace cowtop

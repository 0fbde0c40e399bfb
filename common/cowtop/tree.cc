#include "cowtop/tree.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace cowtop {
namespace {

using cow::ListedProcess;
using cow::ProcessId;

// From parents to children, the youngest child first.
class Descent {
 public:
  explicit Descent(const Processes& all) {
    for (const ListedProcess& process : all) {
      by_pid_[process.id.pid] = &process;
    }
    for (const ListedProcess& process : all) {
      if (const ListedProcess* parent = parent_of(process)) {
        children_[parent->id.pid].push_back(&process);
      }
    }
    for (auto& [parent, children] : children_) {
      std::sort(children.begin(), children.end(),
                [](const ListedProcess* a, const ListedProcess* b) {
                  return std::pair(a->id.started, a->id.pid) >
                         std::pair(b->id.started, b->id.pid);
                });
    }
  }

  // Null if the parent is not in the list. A process that has started later
  // than its child is not its parent: it only has the id of the parent.
  const ListedProcess* parent_of(const ListedProcess& process) const {
    const auto parent = by_pid_.find(process.parent);
    if (parent == by_pid_.end() || parent->second == &process ||
        parent->second->id.started > process.id.started) {
      return nullptr;
    }
    return parent->second;
  }

  // Appends `root` and its descendants, a parent before its children. Only
  // processes in `some` (empty: all). The list is not of one moment, so it may
  // have a circle; therefore no process is taken twice. The last waiting
  // process is taken first.
  void append(const ListedProcess& root, std::size_t tree,
              const std::set<ProcessId>& some, std::set<ProcessId>& taken,
              std::vector<Node>& nodes) const {
    std::vector<std::pair<const ListedProcess*, int>> waiting{{&root, 0}};
    while (!waiting.empty()) {
      const auto [process, depth] = waiting.back();
      waiting.pop_back();
      if (!some.empty() && !some.contains(process->id)) continue;
      if (!taken.insert(process->id).second) continue;
      nodes.push_back({*process, depth, tree});
      const auto children = children_.find(process->id.pid);
      if (children == children_.end()) continue;
      for (const ListedProcess* child : children->second) {
        waiting.emplace_back(child, depth + 1);
      }
    }
  }

  // The process itself, or its nearest ancestor, that has one of these images;
  // null if there is none.
  const ListedProcess* nearest(const ListedProcess& process,
                               const std::set<cow::Image>& images) const {
    const ListedProcess* next = &process;
    for (std::size_t steps = 0; next != nullptr && steps <= by_pid_.size();
         ++steps) {
      if (images.contains(next->image)) return next;
      next = parent_of(*next);
    }
    return nullptr;
  }

  // The topmost ancestor in `some`.
  const ListedProcess& top(const ListedProcess& process,
                           const std::set<ProcessId>& some) const {
    const ListedProcess* top = &process;
    const ListedProcess* next = parent_of(process);
    for (std::size_t steps = 0; next != nullptr && steps < by_pid_.size();
         ++steps) {
      if (some.contains(next->id)) top = next;
      next = parent_of(*next);
    }
    return *top;
  }

 private:
  std::map<pid_t, const ListedProcess*> by_pid_;
  std::map<pid_t, std::vector<const ListedProcess*>> children_;
};

// The images of processes of `user` that have spawned a pool: several children
// of the same name that are no small helpers.
std::set<cow::Image> spawning_images(const Processes& all, uid_t user) {
  const cow::Pages least = cow::to_pages(cow::Bytes(4 << 20));
  std::map<std::pair<pid_t, std::string>, int> children;
  for (const ListedProcess& process : all) {
    if (process.user != user || process.rss < least) continue;
    ++children[{process.parent, process.name}];
  }
  std::set<cow::Image> images;
  for (const ListedProcess& process : all) {
    if (process.user != user || !process.image.known()) continue;
    const auto pool = children.find({process.id.pid, process.name});
    if (pool != children.end() && pool->second > 1)
      images.insert(process.image);
  }
  return images;
}

// The images that several processes of `user` have.
std::set<cow::Image> shared_images(const Processes& all, uid_t user) {
  std::map<cow::Image, int> counts;
  for (const ListedProcess& process : all) {
    if (process.user == user && process.image.known()) ++counts[process.image];
  }
  std::set<cow::Image> images;
  for (const auto& [image, count] : counts) {
    if (count > 1) images.insert(image);
  }
  return images;
}

void append_tree(const Descent& descent,
                 const std::vector<const ListedProcess*>& members,
                 std::size_t number, std::vector<Node>& nodes) {
  std::set<ProcessId> some;
  for (const ListedProcess* member : members) some.insert(member->id);
  std::set<ProcessId> taken;
  for (const ListedProcess* member : members) {
    descent.append(descent.top(*member, some), number, some, taken, nodes);
  }
}

}  // namespace

std::vector<Node> follow(const Processes& all, std::set<ProcessId>& seen) {
  const Descent descent(all);
  std::vector<const ListedProcess*> roots;
  for (const ListedProcess& process : all) {
    if (seen.contains(process.id)) roots.push_back(&process);
  }
  std::sort(roots.begin(), roots.end(),
            [](const ListedProcess* a, const ListedProcess* b) {
              return a->id.started < b->id.started;
            });
  std::set<ProcessId> taken;
  std::vector<Node> nodes;
  for (const ListedProcess* process : roots) {
    descent.append(descent.top(*process, seen), 0, {}, taken, nodes);
  }
  seen = taken;
  return nodes;
}

std::vector<Node> forked_trees(const Processes& all, uid_t user) {
  std::set<cow::Image> images = shared_images(all, user);
  images.merge(spawning_images(all, user));
  const Descent descent(all);
  // A process belongs to the tree of its nearest such ancestor, or its own.
  std::map<cow::Image, std::vector<const ListedProcess*>> trees;
  for (const ListedProcess& process : all) {
    const ListedProcess* nearest = descent.nearest(process, images);
    if (nearest != nullptr) trees[nearest->image].push_back(&process);
  }
  std::vector<Node> nodes;
  std::size_t number = 0;
  for (const auto& [image, members] : trees) {
    append_tree(descent, members, number++, nodes);
  }
  return nodes;
}

std::optional<Kin> kin_of(pid_t pid, const Processes& all) {
  const auto own =
      std::find_if(all.begin(), all.end(),
                   [&](const ListedProcess& one) { return one.id.pid == pid; });
  if (own == all.end() || !own->image.known()) return std::nullopt;
  std::optional<Kin> kin;
  for (const ListedProcess& other : all) {
    if (other.image != own->image || other.id == own->id) continue;
    if (!kin || other.id.pid == own->parent) kin = Kin{*own, other};
  }
  return kin;
}

}  // namespace cowtop

#include "cowtop/examine.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cow/os/bytes.h"

namespace cowtop {
namespace {

using cow::Bytes;
using namespace cow::literals;
using Group = std::vector<const Member*>;
using States = cow::Reading<PageStates>;

Found found(const Member& member) {
  Found found;
  found.pid = member.process.id.pid;
  found.name = cow::printable(member.process.name);
  found.usage = member.usage;
  return found;
}

// Examines the processes of one image.
class FamilyReader {
 public:
  FamilyReader(Group group, const std::filesystem::path& proc,
               std::int64_t& reads)
      : group_(std::move(group)), proc_(proc), reads_(reads) {
    for (const Member* member : group_) {
      const auto parent =
          std::find_if(group_.begin(), group_.end(), [&](const Member* other) {
            return other->process.id.pid == member->process.parent &&
                   other != member;
          });
      parents_.push_back(parent == group_.end() ? nullptr : *parent);
    }
  }

  Family read() {
    Family family;
    const Member* ancestor = the_ancestor();
    for (std::size_t i = 0; i < group_.size(); ++i) {
      const Member& member = *group_[i];
      Found entry = found(member);
      if (&member == ancestor) {
        entry.pages = compared(member, *first_worker(), Relative::kSibling);
        family.ancestor.push_back(entry);
      } else if (parents_[i] != nullptr) {
        entry.pages = compared(member, *parents_[i], Relative::kAncestor);
        family.workers.push_back(entry);
      } else {
        entry.pages = compared(member, *sibling_of(member), Relative::kSibling);
        family.workers.push_back(entry);
      }
    }
    return family;
  }

 private:
  // The one that all others descend from; nothing if it has ended.
  const Member* the_ancestor() const {
    const Member* top = nullptr;
    for (std::size_t i = 0; i < group_.size(); ++i) {
      if (parents_[i] != nullptr) continue;
      if (top != nullptr) return nullptr;
      top = group_[i];
    }
    return top;
  }

  const Member* first_worker() const {
    return group_[0] == the_ancestor() ? group_[1] : group_[0];
  }
  const Member* sibling_of(const Member& member) const {
    return group_[0] == &member ? group_[1] : group_[0];
  }

  // Kept, because most are compared with the same one.
  const States& states_of(const Member& member) {
    const auto known = kept_.find(&member);
    if (known != kept_.end()) return known->second;
    ++reads_;
    return kept_
        .emplace(&member, read_page_states(member.process.id.pid,
                                           member.usage.rss, false, proc_))
        .first->second;
  }

  bool is_a_relative(const Member& member) const {
    return &member == group_[0] || &member == group_[1] ||
           std::find(parents_.begin(), parents_.end(), &member) !=
               parents_.end();
  }

  cow::Reading<Comparison> compared(const Member& member,
                                    const Member& relative, Relative kind) {
    const States& other = states_of(relative);
    if (!other) return cow::Absent{other.reason()};
    const States& own = states_of(member);
    if (!own) return cow::Absent{own.reason()};
    const Comparison comparison = compare(*own, *other, kind);
    if (!is_a_relative(member)) kept_.erase(&member);
    return comparison;
  }

  Group group_;
  const std::filesystem::path& proc_;
  std::int64_t& reads_;
  std::vector<const Member*> parents_;
  std::map<const Member*, States> kept_;
};

Found alone(const Member& member, const std::filesystem::path& proc,
            std::int64_t& reads) {
  constexpr Bytes kLeast = 1_MiB;
  Found entry = found(member);
  if (member.usage.rss < kLeast) return entry;
  ++reads;
  const States states =
      read_page_states(member.process.id.pid, member.usage.rss, true, proc);
  entry.pages = states ? cow::Reading<Comparison>(
                             compare(*states, PageStates(), Relative::kNone))
                       : cow::Absent{states.reason()};
  return entry;
}

}  // namespace

Findings examine(const std::vector<Member>& members,
                 const std::filesystem::path& proc, std::int64_t& reads) {
  std::map<cow::Image, Group> images;
  for (const Member& member : members) {
    if (member.process.image.known()) {
      images[member.process.image].push_back(&member);
    }
  }
  Findings findings;
  for (const Member& member : members) {
    const auto image = images.find(member.process.image);
    if (image == images.end() || image->second.size() == 1) {
      findings.alone.push_back(alone(member, proc, reads));
    } else if (image->second[0] == &member) {
      findings.families.push_back(
          FamilyReader(image->second, proc, reads).read());
    }
  }
  return findings;
}

}  // namespace cowtop

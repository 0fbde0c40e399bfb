#include "cowtop/examine.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "cow/memory/text.h"
#include "cow/os/bytes.h"
#include "cow/os/descriptor.h"

namespace cowtop {
namespace {

using cow::Bytes;
using namespace cow::literals;
using Group = std::vector<const Member*>;
using States = cow::Reading<PageStates>;

Found found(const Member& member, const std::filesystem::path& proc) {
  Found found;
  found.pid = member.process.id.pid;
  found.parent = member.process.parent;
  found.name = cow::printable(member.process.name);
  // A program can change its name.
  std::error_code hidden;
  found.program = std::filesystem::read_symlink(
                      proc / std::to_string(found.pid) / "exe", hidden)
                      .filename();
  if (found.program.empty()) found.program = found.name;
  found.usage = member.usage;
  // A fault gives a process one page, or one huge page.
  found.touched = to_bytes(cow::Pages(member.process.minor_faults +
                                      member.process.major_faults)) +
                  member.usage.huge + member.usage.hugetlb;
  return found;
}

// The figures of idle workers of one pool differ by some pages.
template <typename Figures, typename Fields>
bool alike(const Figures& a, const Figures& b, const Fields& fields) {
  return std::all_of(fields.begin(), fields.end(), [&](auto field) {
    const auto [less, more] = std::minmax(a.*field, b.*field);
    return more - less <= std::max(128_KiB, more / 256);
  });
}

constexpr std::array kUsages = {
    &cow::Usage::rss,           &cow::Usage::shared_clean,
    &cow::Usage::shared_dirty,  &cow::Usage::private_clean,
    &cow::Usage::private_dirty, &cow::Usage::anonymous,
    &cow::Usage::huge,          &cow::Usage::swap,
    &cow::Usage::hugetlb};

// "rchar: 4096", a line of /proc/PID/io of proc(5).
std::optional<Bytes> io_field(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = cow::take_line(text);
    if (cow::take_word(line) != name) continue;
    const auto value = cow::parse_number<std::int64_t>(cow::take_word(line));
    if (value) return Bytes(*value);
  }
  return std::nullopt;
}

void add_transfer(const std::filesystem::path& proc, Found& found) {
  const auto text = cow::read_file(proc / std::to_string(found.pid) / "io");
  if (!text) return;
  found.received = io_field(*text, "rchar:");
  found.sent = io_field(*text, "wchar:");
}

// Whether the process has ended or runs another program. Then it does not
// matter that it could not be read. (A process without memory no longer has an
// image.)
bool has_gone(const Member& member, const std::filesystem::path& proc) {
  const auto text =
      cow::read_file(proc / std::to_string(member.process.id.pid) / "stat");
  if (!text) return true;
  const auto now = cow::parse_listed(*text);
  return now && (now->zombie() || now->id != member.process.id ||
                 now->image != member.process.image);
}

// Examines the processes of one image. Leaves out those that end meanwhile.
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
      parents_[member] = parent == group_.end() ? nullptr : *parent;
    }
    ancestor_ = the_ancestor();
  }

  // Of many processes, evenly chosen ones are read first.
  Family read() {
    constexpr std::size_t kSample = 16;
    const Group all = group_;
    // Odd, since workers may do the one thing and the other in turn.
    const std::size_t step =
        all.size() > 2 * kSample ? all.size() / kSample | 1 : 1;
    std::vector<std::optional<Found>> entries(all.size());
    for (std::size_t i = 0; i < all.size(); i += step) {
      entries[i] = look_at(*all[i]);
      if (entries[i] && entries[i]->pages) read_.push_back(*entries[i]);
    }
    Family family;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i % step != 0) entries[i] = like_others(*all[i]);
      if (i % step != 0 && !entries[i]) entries[i] = look_at(*all[i]);
      if (!entries[i]) continue;
      add_transfer(proc_, *entries[i]);
      (all[i] == ancestor_ ? family.ancestor : family.workers)
          .push_back(*entries[i]);
    }
    return family;
  }

 private:
  struct Partner {
    const Member* member;  // null if none is left
    Relative kind;
  };

  // Compares one process with its relative; none if it has ended.
  std::optional<Found> look_at(const Member& member) {
    Found entry = found(member, proc_);
    while (std::find(group_.begin(), group_.end(), &member) != group_.end()) {
      const std::size_t before = group_.size();
      const Partner partner = partner_of(member);
      if (partner.member == nullptr && has_gone(member, proc_)) break;
      if (partner.member == nullptr) return entry;
      entry.relative = partner.member->process.id.pid;
      entry.kind = partner.kind;
      entry.pages = compared(member, *partner.member, partner.kind);
      if (group_.size() == before) return entry;
    }
    return std::nullopt;
  }

  // The process with the pages of workers that were read, if it has the same
  // figures as some of them, and these have the same pages.
  std::optional<Found> like_others(const Member& member) const {
    constexpr int kEnough = 3;
    const Partner partner = partner_of(member);
    if (&member == ancestor_ || partner.member == nullptr) return std::nullopt;
    const Found* like = nullptr;
    int count = 0;
    for (const Found& one : read_) {
      if (one.relative != partner.member->process.id.pid ||
          one.kind != partner.kind ||
          !alike(one.usage, member.usage, kUsages)) {
        continue;
      }
      if (like == nullptr) like = &one;
      if (!alike(*one.pages, *like->pages, kClasses)) return std::nullopt;
      ++count;
    }
    if (count < kEnough) return std::nullopt;
    Found entry = found(member, proc_);
    entry.pages = like->pages;
    entry.relative = like->relative;
    entry.kind = like->kind;
    entry.like = like->pid;
    return entry;
  }

  // The process that all others descend from; null if it has ended.
  const Member* the_ancestor() const {
    const Member* top = nullptr;
    for (const Member* member : group_) {
      if (parents_.at(member) != nullptr) continue;
      if (top != nullptr) return nullptr;
      top = member;
    }
    return top;
  }

  Partner partner_of(const Member& member) const {
    if (&member != ancestor_) {
      const Member* parent = parents_.at(&member);
      if (parent == nullptr) parent = ancestor_;
      if (parent != nullptr) return {parent, Relative::kAncestor};
    }
    const auto other =
        std::find_if(group_.begin(), group_.end(),
                     [&](const Member* one) { return one != &member; });
    return {other == group_.end() ? nullptr : *other, Relative::kSibling};
  }

  // The pages are kept, because most processes are compared with the same one.
  const States& states_of(const Member& member) {
    const auto known = kept_.find(&member);
    if (known != kept_.end()) return known->second;
    ++reads_;
    States states =
        read_page_states(member.process.id.pid, member.usage.rss, false, proc_);
    if ((!states || states->ranges.empty()) && has_gone(member, proc_)) {
      states = cow::Absent{"it has ended"};
      leave_out(member);
    }
    return kept_.emplace(&member, std::move(states)).first->second;
  }

  void leave_out(const Member& member) {
    std::erase(group_, &member);
    for (auto& [child, parent] : parents_) {
      if (parent == &member) parent = nullptr;
    }
    // The ancestor is read first, so no process was compared with it before.
    if (&member == ancestor_) ancestor_ = the_ancestor();
  }

  bool is_a_relative(const Member& member) const {
    return &member == group_[0] || &member == group_[1] ||
           std::any_of(
               parents_.begin(), parents_.end(),
               [&](const auto& entry) { return entry.second == &member; });
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
  std::map<const Member*, const Member*> parents_;
  const Member* ancestor_ = nullptr;
  std::map<const Member*, States> kept_;
  std::vector<Found> read_;  // of the sample
};

Found alone(const Member& member, const std::filesystem::path& proc,
            std::int64_t& reads) {
  constexpr Bytes kLeast = 1_MiB;
  Found entry = found(member, proc);
  if (member.usage.rss < kLeast) return entry;
  ++reads;
  const States states =
      read_page_states(member.process.id.pid, member.usage.rss, true, proc);
  entry.pages = states ? cow::Reading<Comparison>(
                             compare(*states, PageStates(), Relative::kNone))
                       : cow::Absent{states.reason()};
  return entry;
}

std::vector<cow::ListedProcess> relatives(
    const Member& member, const std::vector<cow::ListedProcess>& outside) {
  std::vector<cow::ListedProcess> found;
  std::copy_if(outside.begin(), outside.end(), std::back_inserter(found),
               [&](const cow::ListedProcess& other) {
                 return other.image == member.process.image;
               });
  return found;
}

// Compares a process with its parent, or else with any other of its relatives.
Parted parted(const Member& member,
              const std::vector<cow::ListedProcess>& relatives,
              const std::filesystem::path& proc, std::int64_t& reads) {
  const auto parent = std::find_if(
      relatives.begin(), relatives.end(),
      [&](const auto& other) { return other.id.pid == member.process.parent; });
  const bool known = parent != relatives.end();
  const cow::ListedProcess& other = known ? *parent : relatives.front();
  Parted parted{found(member, proc), known ? other.id.pid : 0,
                relatives.size() - (known ? 1 : 0)};
  add_transfer(proc, parted.found);
  reads += 2;
  const States theirs =
      read_page_states(other.id.pid, to_bytes(other.rss), false, proc);
  const States own =
      read_page_states(member.process.id.pid, member.usage.rss, false, proc);
  const States& failed = own ? theirs : own;
  parted.found.relative = other.id.pid;
  parted.found.kind = known ? Relative::kAncestor : Relative::kSibling;
  parted.found.pages =
      own && theirs
          ? cow::Reading<Comparison>(compare(*own, *theirs, parted.found.kind))
          : cow::Absent{failed.reason()};
  return parted;
}

}  // namespace

Findings examine(const std::vector<Member>& members,
                 const std::vector<cow::ListedProcess>& outside,
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
    const std::vector<cow::ListedProcess> forks = relatives(member, outside);
    if (image != images.end() && image->second.size() == 1 && !forks.empty()) {
      findings.parted.push_back(parted(member, forks, proc, reads));
    } else if (image == images.end() || image->second.size() == 1) {
      findings.alone.push_back(alone(member, proc, reads));
    } else if (image->second[0] == &member) {
      const Family family = FamilyReader(image->second, proc, reads).read();
      if (!family.ancestor.empty() || !family.workers.empty()) {
        findings.families.push_back(family);
      }
    }
  }
  return findings;
}

}  // namespace cowtop

#include "cowtop/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cow/inspect/remote_memory.h"
#include "cow/memory/usage.h"
#include "cowtop/findings.h"

namespace cowtop {
namespace {

using cow::ChangedPages;
using cow::ChangedType;
using cow::PageChange;
using cow::Pages;

// What a line of the evidence says, in the order of cow::PageChange.
constexpr std::array<std::string_view, cow::kPageChanges.size()> kMeanings = {
    "identical: written and restored",
    "only reference counts differ",
    "only the garbage collector's heads differ",
    "only hashes differ, which one of them has computed",
    "only counts, heads and hashes differ",
    "data differs"};

struct Cause {
  std::string_view what;
  std::string_view cure;
};

// Why pages with this change, and objects of this type, were written.
Cause cause_of(const ChangedType& type, PageChange change) {
  constexpr std::string_view kArray =
      "keep such values in an array instead of objects: docs/09_refcounts.md";
  switch (change) {
    case PageChange::kIdentical:
      if (type.name.empty()) {
        return {
            "the same values again, or counts or a collector, which cannot "
            "be told apart",
            ""};
      }
      if (!type.collected) {
        return {"reference counts, taken and released", kArray};
      }
      return {"reference counts, or the garbage collector",
              "gc.freeze() before the fork, or an array instead of objects: "
              "docs/12_cures.md"};
    case PageChange::kCounts:
      return {"reference counts", kArray};
    case PageChange::kHeads:
      return {"the garbage collector",
              "gc.freeze() before the fork: docs/11_garbage_collector.md"};
    case PageChange::kHashes:
      return {"hashes", "compute the hashes before the fork: docs/12_cures.md"};
    case PageChange::kSeveral:
      return {"counts, hashes and the collector",
              "gc.freeze() before the fork, and an array instead of objects: "
              "docs/12_cures.md"};
    case PageChange::kData:
      break;
  }
  return {"data",
          "write what all need to shared memory, and results to memory of "
          "their own: docs/13_shared_memory.md"};
}

using namespace cow::literals;

bool is_little(const Why& why) { return to_bytes(why.copied) < 4_MiB; }

std::string what_happened(const Why& why) {
  const Copier& copier = why.copier;
  const std::string amount = to_string(to_bytes(why.copied));
  if (copier.undecided) {
    return fmt::format(
        "PID {} has copied or made {} where PID {} has memory, "
        "too",
        copier.pid, amount, copier.relative);
  }
  if (!copier.wrote) {
    return fmt::format("PID {} and PID {} no longer share {}", copier.pid,
                       copier.relative, amount);
  }
  return fmt::format("PID {} has copied {} that PID {} still has", copier.pid,
                     amount, copier.relative);
}

PageChange main_change(const ChangedType& type) {
  return static_cast<PageChange>(
      std::max_element(type.pages.begin(), type.pages.end()) -
      type.pages.begin());
}

// "98 %"; empty below 1 %.
std::string share(Pages part, Pages all) {
  if (part == Pages(0) || part.count() * 100 < all.count()) return "";
  return fmt::format("{:.0f} %", 100.0 * static_cast<double>(part.count()) /
                                     static_cast<double>(all.count()));
}

// What an ancestor and the worker that it is compared with both have for
// themselves is that worker's.
void consider(const Found& found, bool ancestor, cow::Bytes& most,
              std::optional<Copier>& copier) {
  if (found.relative == 0 || !found.pages) return;
  const Comparison& pages = *found.pages;
  const bool undecided = !ancestor && pages.undecided > pages.copied;
  const cow::Bytes amount = undecided ? pages.undecided : pages.copied;
  if (amount <= most) return;
  most = amount;
  const bool wrote = !found.touched || 2 * *found.touched >= amount;
  copier = Copier{found.pid,       found.relative, found.kind,
                  found.usage.rss, wrote,          undecided};
}

// At most 256 MiB, evenly from all: groups of neighbors, which share pools.
std::vector<std::uint64_t> sample_of(const std::vector<std::uint64_t>& pages) {
  constexpr std::size_t kMostPages = 1 << 16;
  constexpr std::size_t kGroup = 16;
  const std::size_t step = pages.size() / kMostPages + 1;
  std::vector<std::uint64_t> sample;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (i / kGroup % step == 0) sample.push_back(pages[i]);
  }
  return sample;
}

void add_changes(const Why& why, std::vector<std::string>& lines) {
  const ChangedPages& pages = *why.pages;
  for (std::size_t i = 0; i < kMeanings.size(); ++i) {
    const auto change = static_cast<PageChange>(i);
    const std::string part = share(pages.count(change), pages.compared());
    if (part.empty()) continue;
    const bool alike = why.copier.undecided && change == PageChange::kIdentical;
    lines.push_back(fmt::format("by bytes: {} {}{}", part, kMeanings[i],
                                alike ? ", or made alike" : ""));
  }
  if (pages.unread > Pages(0)) {
    lines.push_back(fmt::format("{} could not be read, or had gone",
                                to_string(to_bytes(pages.unread))));
  }
}

// What made the process write; unknown if perhaps it has made the memory.
std::string cause_in(const Why& why, const ChangedType& type) {
  if (why.copier.undecided) return "";
  return fmt::format(": {}", cause_of(type, main_change(type)).what);
}

void add_types(const Why& why, std::vector<std::string>& lines) {
  constexpr std::size_t kMostTypes = 3;
  const std::vector<ChangedType>& types = why.pages->types;
  if (types.size() == 1 && types[0].name.empty()) {
    lines.push_back("no pools of CPython (3.8 to 3.13) were found in them" +
                    cause_in(why, types[0]));
    return;
  }
  for (std::size_t i = 0; i < std::min(kMostTypes, types.size()); ++i) {
    const std::string part = share(types[i].all(), why.pages->compared());
    if (part.empty()) break;
    lines.push_back(fmt::format("by type: {} {}{}", part,
                                types[i].name.empty()
                                    ? "in no object of a Python pool"
                                    : "hold " + types[i].name,
                                cause_in(why, types[i])));
  }
}

Why unexplained(const std::string& reason, const Copier& copier = {}) {
  return {copier, Pages(0), cow::Absent{reason}};
}

cow::Reading<CopiedPages> read_copied(const Copier& copier) {
  const auto ours = read_page_states(copier.pid, copier.rss, false);
  const auto theirs = read_page_states(copier.relative, copier.rss, false);
  if (!ours || !theirs) return cow::Absent{(ours ? theirs : ours).reason()};
  return copied_pages(*ours, *theirs, copier.kind);
}

Why compare(const Copier& copier, const CopiedPages& both) {
  const auto& copied = copier.undecided ? both.undecided : both.copied;
  if (copied.empty()) return unexplained("its copies have gone", copier);
  return {
      copier, Pages(copied.size()),
      cow::compare_memory(cow::memory_of(copier.pid),
                          cow::memory_of(copier.relative), sample_of(copied))};
}

}  // namespace

std::optional<Copier> who_copied_most(const Findings& findings) {
  std::optional<Copier> copier;
  cow::Bytes most;
  for (const Family& family : findings.families) {
    for (const Found& worker : family.workers) {
      consider(worker, false, most, copier);
    }
    for (const Found& ancestor : family.ancestor) {
      consider(ancestor, true, most, copier);
    }
  }
  for (const Parted& parted : findings.parted) {
    consider(parted.found, false, most, copier);
  }
  return copier;
}

Why explain(const std::optional<Copier>& copier) {
  if (!copier) {
    return unexplained("no process has copied pages that another still has");
  }
  const auto both = read_copied(*copier);
  return both ? compare(*copier, *both) : unexplained(both.reason(), *copier);
}

Why explain(const std::optional<Kin>& kin) {
  if (!kin) return unexplained("the process shares nothing through fork");
  const cow::ListedProcess& process = kin->process;
  Copier copier{
      .pid = process.id.pid,
      .relative = kin->relative.id.pid,
      .kind = kin->is_worker() ? Relative::kAncestor : Relative::kSibling,
      .rss = to_bytes(process.rss)};
  const auto both = read_copied(copier);
  if (!both) return unexplained(both.reason(), copier);
  const bool ancestor = kin->relative.parent == copier.pid;
  copier.undecided = !ancestor && both->undecided.size() > both->copied.size();
  const auto copied = static_cast<std::int64_t>(
      (copier.undecided ? both->undecided : both->copied).size());
  if (copied == 0) {
    return unexplained(
        fmt::format("PID {} has copied no pages that PID {} still has",
                    copier.pid, copier.relative));
  }
  const auto usage = cow::read_usage(copier.pid);
  copier.wrote = !usage || copied / 2 <= process.minor_faults +
                                             process.major_faults +
                                             to_pages(usage->huge).count();
  return compare(copier, *both);
}

std::string sentence_of(const Why& why) {
  if (why.copier.pid == 0) {
    return fmt::format("What has changed: {}.", why.pages.reason());
  }
  if (!why.pages) {
    return fmt::format("What PID {} has changed could not be read: {}.",
                       why.copier.pid, why.pages.reason());
  }
  const Pages compared = why.pages->compared() + why.pages->unread;
  return fmt::format("{}. In {}:", what_happened(why),
                     compared < why.copied
                         ? to_string(to_bytes(compared)) + " of these pages"
                         : "these pages");
}

std::string cure_of(const Why& why) {
  if (!why.pages || why.pages->types.empty() || why.copier.undecided ||
      is_little(why)) {
    return "";
  }
  const ChangedType& first = why.pages->types.front();
  return std::string(cause_of(first, main_change(first)).cure);
}

std::vector<std::string> evidence_of(const Why& why) {
  std::vector<std::string> lines;
  if (!why.pages) return lines;
  add_changes(why, lines);
  add_types(why, lines);
  if (is_little(why) && !why.pages->types.empty()) {
    lines.emplace_back("that is little: any worker writes as much");
  }
  const std::string cure = cure_of(why);
  if (!cure.empty()) lines.push_back("to do: " + cure);
  return lines;
}

}  // namespace cowtop

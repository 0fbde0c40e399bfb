#include "cowtop/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>

#include "cowtop/findings.h"

namespace cowtop {
namespace {

using cow::Bytes;
using namespace cow::literals;
using Figure = std::function<Bytes(const Found&)>;

// Smaller amounts are not mentioned: an interpreter has 2 MiB for itself as
// soon as it runs.
constexpr Bytes kLeastToMention = 4_MiB;
// Memory that becomes private at this rate is mentioned, even if it is little
// as yet.
constexpr Bytes kLeastRate = 1_MiB;

Bytes own(const Found& found) { return found.pages->own; }
Bytes copied(const Found& found) { return found.pages->copied; }
Bytes undecided(const Found& found) { return found.pages->undecided; }
Bytes shared(const Found& found) {
  // A page that was read but never written is in the page map, but not in any
  // process's RSS.
  const Bytes anonymous =
      found.usage.anonymous - found.pages->copied - found.pages->own;
  return std::clamp(found.pages->shared, Bytes(), std::max(Bytes(), anonymous));
}
Bytes shared_memory(const Found& found) { return found.pages->shared_memory; }
Bytes alone(const Found& found) {
  return std::min(found.usage.uss(), found.usage.anonymous);
}
Bytes rate(const Found& found) {
  return std::max(Bytes(), found.shared_lost_per_second);
}

Bytes sum(const std::vector<Found>& all, const Figure& figure) {
  Bytes total;
  for (const Found& found : all) total += figure(found);
  return total;
}

Bytes most(const std::vector<Found>& all, const Figure& figure) {
  Bytes largest;
  for (const Found& found : all) largest = std::max(largest, figure(found));
  return largest;
}

// A process with less than this does not count: it may be a worker that has had
// no task yet.
Bytes least_large(const std::vector<Found>& all, const Figure& figure) {
  return std::max(kLeastToMention, most(all, figure) / 4);
}

// The figures of the processes that have much, in ascending order.
std::vector<Bytes> large(const std::vector<Found>& all, const Figure& figure) {
  const Bytes least = least_large(all, figure);
  std::vector<Bytes> figures;
  for (const Found& found : all) {
    if (figure(found) >= least) figures.push_back(figure(found));
  }
  std::sort(figures.begin(), figures.end());
  return figures;
}

// "each of the 4 workers", "3 of the 4 workers", "the worker"
std::string who(std::size_t some, std::size_t all) {
  if (all == 1) return "the worker";
  if (some == all) return fmt::format("each of the {} workers", all);
  return fmt::format("{} of the {} workers", some, all);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text;
}

// Which processes have much, and how much: the median.
struct Typical {
  std::string who;
  Bytes amount;
  bool several;  // whether `who` is plural
};

Typical typical(const std::vector<Found>& all, const Figure& figure) {
  const std::vector<Bytes> figures = large(all, figure);
  return {who(figures.size(), all.size()),
          figures.empty() ? Bytes() : figures[figures.size() / 2],
          figures.size() > 1 && figures.size() < all.size()};
}

std::string line(const Found& found) {
  const std::string head = fmt::format("PID {} ({})", found.pid, found.name);
  if (!found.pages) {
    return fmt::format("{}: pages not read: {}", head, found.pages.reason());
  }
  std::string text = fmt::format(
      "{}: inherited and shared {}, inherited and copied {}, own {}", head,
      to_string(shared(found)), to_string(copied(found)),
      to_string(own(found)));
  if (undecided(found) > Bytes()) {
    text += fmt::format(", one or the other {}", to_string(undecided(found)));
  }
  if (shared_memory(found) > Bytes()) {
    text += fmt::format(", shared memory {}", to_string(shared_memory(found)));
  }
  return text;
}

void add_lines(const std::vector<Found>& all, std::vector<std::string>& lines) {
  constexpr std::size_t kMost = 4;
  for (std::size_t i = 0; i < std::min(kMost, all.size()); ++i) {
    lines.push_back(line(all[i]));
  }
  if (all.size() > kMost) {
    lines.push_back(fmt::format("and {} more", all.size() - kMost));
  }
}

Diagnosis cannot_tell(const std::string& reason) {
  return {Kind::kUnknown, "Can't tell: " + reason + ".", {}};
}

// A family whose pages were all read.
class FamilyCase {
 public:
  explicit FamilyCase(const Family& family)
      : family_(family), workers_(family.workers) {
    shared_ = std::max(most(workers_, shared), most(family.ancestor, shared));
    memory_ = std::max(most(workers_, shared_memory),
                       most(family.ancestor, shared_memory));
  }

  Diagnosis conclude() const {
    if (!most_is_sorted()) {
      return cannot_tell(
          "most of what the processes have for themselves lies in mappings "
          "that could not be compared page by page");
    }
    const Bytes made = sum(workers_, own);
    const Bytes written = sum(workers_, written_figure());
    const Bytes open = sum(workers_, undecided_figure());
    if (is_much(undecided_figure()) && open > std::max(made, written)) {
      return undecided_case();
    }
    if (written >= made && (is_much(written_figure()) || is_underway())) {
      return dirtying();
    }
    if (is_much(own)) return copies();
    if (family_.ancestor.size() == 1 &&
        copied(family_.ancestor[0]) >=
            std::max(kLeastToMention, all_shared() / 4)) {
      return written_by_ancestor();
    }
    if (const Found* one = holder_alone()) return held_by_ancestor(*one);
    if (all_shared() >= kLeastToMention) return shared_case();
    return cannot_tell(
        fmt::format("there is too little data; no process has "
                    "{} of it, shared or for itself",
                    to_string(kLeastToMention)));
  }

 private:
  // Whether most of the undecided pages are known to have been shared before:
  // then they were written.
  bool seen_shared() const {
    return sum(workers_, [](const Found& found) { return found.lost; }) >=
           sum(workers_, undecided) / 2;
  }
  Figure written_figure() const {
    if (!seen_shared()) return copied;
    return [](const Found& found) { return copied(found) + undecided(found); };
  }
  Figure undecided_figure() const {
    if (!seen_shared()) return undecided;
    return [](const Found&) { return Bytes(); };
  }

  Bytes all_shared() const { return std::max(shared_, memory_); }
  Bytes pace() const { return sum(workers_, rate); }

  // Whether it costs enough, compared with what is shared, to be the case.
  bool is_much(const Figure& figure) const {
    return most(workers_, figure) >= kLeastToMention &&
           sum(workers_, figure) >= all_shared() / 2;
  }
  // Whether it is growing fast enough to become the case.
  bool is_underway() const {
    return most(workers_, written_figure()) >= kLeastToMention &&
           pace() >= kLeastRate;
  }

  bool most_is_sorted() const {
    const Bytes all =
        sum(workers_, [](const Found& f) { return f.usage.uss(); });
    const Bytes sorted =
        sum(workers_, [](const Found& f) { return f.pages->exclusive(); });
    const Bytes rest = all - sorted;
    return rest < all / 2 || rest < kLeastToMention * workers_.size();
  }

  // The ancestor, if most of the data is memory that it has made after the
  // workers were forked; otherwise null.
  const Found* holder_alone() const {
    if (family_.ancestor.size() != 1) return nullptr;
    const Found& one = family_.ancestor[0];
    const Bytes amount = own(one) + undecided(one);
    return amount >= kLeastToMention && amount > all_shared() ? &one : nullptr;
  }

  static Diagnosis held_by_ancestor(const Found& one) {
    return cannot_tell(fmt::format(
        "PID {} alone has about {}, {}: the workers {}", one.pid,
        to_string(own(one) + undecided(one)),
        own(one) >= undecided(one) ? "made after the fork"
                                   : "made or written after the fork",
        own(one) >= undecided(one) ? "did not inherit it" : "do not share it"));
  }

  Diagnosis undecided_case() const {
    const Typical one = typical(workers_, undecided_figure());
    const std::string where =
        family_.ancestor.empty()
            ? "the process that they were forked from has ended"
            : "it lies where the parent has memory, too, but no page near it "
              "is shared any longer";
    return cannot_tell(fmt::format(
        "{} {} about {} alone, and {}; it was either copied by writing or made "
        "anew",
        one.who, one.several ? "have" : "has", to_string(one.amount), where));
  }

  Diagnosis dirtying() const {
    const Typical one = typical(workers_, written_figure());
    if (pace() >= kLeastRate) {
      return {Kind::kDirtying,
              fmt::format("What was shared becomes private at {} a second "
                          "(about {} so far in {}): writing copies a page, and "
                          "so does reading that counts references or is "
                          "followed by a collector.",
                          to_string(pace()), to_string(one.amount), one.who),
              {}};
    }
    return {Kind::kDirtying,
            fmt::format("About {} was shared and has been copied since the "
                        "fork in {}: writing copies a page, and so does "
                        "reading that counts references or is followed by a "
                        "collector.",
                        to_string(one.amount), one.who),
            {}};
  }

  Diagnosis copies() const {
    const Typical one = typical(workers_, own);
    return {Kind::kCopies,
            fmt::format("{} {} {} own copy of about {}, as after pickling (or "
                        "a result as large): it was made after the fork, and "
                        "nobody shares it.",
                        capital(one.who), one.several ? "each hold" : "holds",
                        one.several ? "their" : "its", to_string(one.amount)),
            {}};
  }

  Diagnosis written_by_ancestor() const {
    return {Kind::kDirtying,
            fmt::format("About {} was shared and has been copied since the "
                        "fork, because the parent (PID {}) wrote it: the "
                        "workers share the old pages among themselves.",
                        to_string(copied(family_.ancestor[0])),
                        family_.ancestor[0].pid),
            {}};
  }

  Diagnosis shared_case() const {
    if (memory_ > shared_) {
      return {Kind::kShared,
              fmt::format("About {} is shared memory: it exists once for all "
                          "who have mapped it.",
                          to_string(memory_)),
              {}};
    }
    return {Kind::kShared,
            fmt::format("About {} is shared: copy-on-write works, it exists "
                        "once for all processes.",
                        to_string(shared_)),
            {}};
  }

  const Family& family_;
  const std::vector<Found>& workers_;
  Bytes shared_;
  Bytes memory_;
};

Diagnosis of_family(const Family& family) {
  if (family.ancestor.size() + family.workers.size() == 1) {
    const Found& one =
        family.ancestor.empty() ? family.workers[0] : family.ancestor[0];
    return cannot_tell(fmt::format(
        "all that share memory with PID {} ended while they were read",
        one.pid));
  }
  for (const auto* group : {&family.workers, &family.ancestor}) {
    for (const Found& found : *group) {
      if (!found.pages) {
        return cannot_tell(
            fmt::format("the pages of PID {} could not be read "
                        "({})",
                        found.pid, found.pages.reason()));
      }
    }
  }
  // After a fork both processes share at least a page of the stack. Programs
  // that only happen to have the same layout share nothing.
  const Figure anything = [](const Found& found) {
    return found.pages->shared;
  };
  if (most(family.workers, anything) == Bytes()) {
    return cannot_tell(
        "the processes look forked, but no page of theirs is shared; where "
        "addresses are not random (ADDR_NO_RANDOMIZE) spawned ones look so, "
        "too");
  }
  return FamilyCase(family).conclude();
}

// The most shared memory of a process, for processes that are no forks of each
// other.
Bytes most_shared_memory(const std::vector<Found>& all) {
  return most(all, [](const Found& found) {
    return found.pages ? shared_memory(found) : Bytes();
  });
}

bool descends(const Found& found, pid_t from,
              const std::map<pid_t, pid_t>& parents) {
  auto next = parents.find(found.pid);
  for (std::size_t i = 0; next != parents.end() && i <= parents.size(); ++i) {
    if (next->second == from) return true;
    next = parents.find(next->second);
  }
  return false;
}

// All except the process that has started the other large ones, if it is large
// itself. A shell that has started that process does not count.
std::vector<Found> without_starter(const std::vector<Found>& all) {
  const Bytes least = least_large(all, alone);
  std::map<pid_t, pid_t> parents;
  for (const Found& found : all) parents[found.pid] = found.parent;
  const auto is_starter = [&](const Found& one) {
    return alone(one) >= least &&
           std::all_of(all.begin(), all.end(), [&](const Found& other) {
             return other.pid == one.pid || alone(other) < least ||
                    descends(other, one.pid, parents);
           });
  };
  std::vector<Found> others;
  std::remove_copy_if(all.begin(), all.end(), std::back_inserter(others),
                      is_starter);
  return others;
}

Diagnosis of_the_only_large(const std::vector<Found>& all) {
  const auto one = std::max_element(
      all.begin(), all.end(),
      [](const Found& a, const Found& b) { return alone(a) < alone(b); });
  if (all.size() == 1) {
    return cannot_tell(
        "one process has it all, and there is nobody to share it with");
  }
  return cannot_tell(
      fmt::format("PID {} alone has about {}, and the others have inherited "
                  "nothing and hold little",
                  one->pid, to_string(alone(*one))));
}

Diagnosis of_strangers(const std::vector<Found>& all) {
  const std::vector<Found> others = without_starter(all);
  const Typical one = typical(others, alone);
  const Bytes memory = most_shared_memory(all);
  if (memory >= kLeastToMention && memory >= one.amount) {
    return {Kind::kShared,
            fmt::format("About {} is shared memory: it exists once for all "
                        "who have mapped it.",
                        to_string(memory)),
            {}};
  }
  const std::size_t owners = large(all, alone).size();
  if (owners == 0) {
    return cannot_tell(
        fmt::format("there is too little data; no process has "
                    "{} for itself",
                    to_string(kLeastToMention)));
  }
  if (owners == 1 || one.amount == Bytes()) return of_the_only_large(all);
  const std::size_t count = large(others, alone).size();
  return {Kind::kUnrelated,
          fmt::format("Nothing in common: {} has about {} of its own; they "
                      "were spawned, so that they inherited nothing.",
                      count == 1 ? "the other process"
                                 : fmt::format("each of {} processes", count),
                      to_string(one.amount)),
          {}};
}

std::vector<std::string> evidence_of(const Family& family) {
  std::vector<std::string> lines;
  if (family.ancestor.size() + family.workers.size() == 1) return lines;
  if (family.ancestor.empty()) {
    lines.push_back(fmt::format("{} processes forked from one that has ended",
                                family.workers.size()));
  } else {
    lines.push_back(fmt::format("{} forked from PID {} ({})",
                                family.workers.size(), family.ancestor[0].pid,
                                family.ancestor[0].name));
  }
  add_lines(family.workers, lines);
  return lines;
}

std::vector<std::string> evidence_of(const std::vector<Found>& all) {
  std::vector<std::string> lines{
      fmt::format("{} {} own, forked from nobody", all.size(),
                  all.size() == 1 ? "process runs a program of its"
                                  : "processes run a program of their")};
  for (const Found& found : all) {
    if (lines.size() > 4) break;
    lines.push_back(fmt::format("PID {} ({}): private {}", found.pid,
                                found.name, to_string(alone(found))));
  }
  return lines;
}

}  // namespace

Bytes Family::pss() const {
  const Figure figure = [](const Found& found) { return found.usage.pss; };
  return sum(ancestor, figure) + sum(workers, figure);
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kCopies:
      return "copies";
    case Kind::kShared:
      return "shared";
    case Kind::kDirtying:
      return "dirtying";
    case Kind::kUnrelated:
      return "unrelated";
    case Kind::kUnknown:
      break;
  }
  return "unknown";
}

Diagnosis diagnose(const Findings& findings) {
  if (findings.families.empty() && findings.alone.empty()) {
    return cannot_tell("no process could be read");
  }
  const auto heaviest = std::max_element(
      findings.families.begin(), findings.families.end(),
      [](const Family& a, const Family& b) { return a.pss() < b.pss(); });
  const Bytes strangers =
      sum(findings.alone, [](const Found& found) { return found.usage.pss; });
  const bool family =
      heaviest != findings.families.end() && heaviest->pss() >= strangers;
  Diagnosis diagnosis =
      family ? of_family(*heaviest) : of_strangers(findings.alone);
  diagnosis.evidence =
      family ? evidence_of(*heaviest) : evidence_of(findings.alone);
  return diagnosis;
}

}  // namespace cowtop

#include "cowtop/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "cowtop/advice.h"
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
Bytes left(const Found& found) { return found.pages->left; }
Bytes written_files(const Found& found) { return found.pages->written_files; }
Bytes undecided(const Found& found) { return found.pages->undecided; }
Bytes shared(const Found& found) {
  // A page that was read but never written is in the page map, but not in any
  // process's RSS.
  const Bytes anonymous = found.usage.anonymous - copied(found) - left(found) -
                          own(found) - written_files(found);
  return std::clamp(found.pages->shared, Bytes(), std::max(Bytes(), anonymous));
}
Bytes shared_memory(const Found& found) { return found.pages->shared_memory; }
Bytes files(const Found& found) {
  return found.pages->files + found.pages->lone_files;
}
Bytes lone_memory(const Found& found) { return found.pages->lone_memory; }
Bytes huge_pages(const Found& found) { return found.usage.huge; }
Bytes anonymous(const Found& found) { return found.usage.anonymous; }
Bytes uss(const Found& found) { return found.usage.uss(); }
Bytes alone(const Found& found) {
  const Bytes memory = found.pages ? lone_memory(found) : Bytes();
  return std::min(uss(found), found.usage.anonymous + memory);
}
Bytes rate(const Found& found) {
  return std::max(Bytes(), found.shared_lost_per_second);
}
Bytes growth(const Found& found) { return found.made_per_second; }
Bytes most_rate(const Found& found) { return found.most_lost_per_second; }
Bytes made_or_written(const Found& found) {
  return own(found) + undecided(found) + written_files(found);
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

// "each of the 4 workers", "3 of the 4 workers", "1 of the 4 workers (PID 12)",
// "the worker"
std::string who(const std::vector<Found>& all, const Figure& figure) {
  const Bytes least = least_large(all, figure);
  std::vector<pid_t> pids;
  for (const Found& found : all) {
    if (figure(found) >= least) pids.push_back(found.pid);
  }
  if (all.size() == 1) return "the worker";
  if (pids.size() == all.size()) {
    return fmt::format("each of the {} workers", all.size());
  }
  const std::string some =
      fmt::format("{} of the {} workers", pids.size(), all.size());
  return pids.size() == 1 ? fmt::format("{} (PID {})", some, pids[0]) : some;
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
  return {who(all, figure),
          figures.empty() ? Bytes() : figures[figures.size() / 2],
          figures.size() > 1 && figures.size() < all.size()};
}

std::string line(const Found& found) {
  std::string head = fmt::format("PID {} ({})", found.pid, found.name);
  if (found.like != 0) head += fmt::format(", as PID {}", found.like);
  if (!found.pages) {
    return fmt::format("{}: pages not read: {}", head, found.pages.reason());
  }
  std::string text = fmt::format(
      "{}: inherited and shared {}, inherited and copied {}, own {}", head,
      to_string(shared(found)), to_string(copied(found)),
      to_string(own(found)));
  if (left(found) > Bytes()) {
    text +=
        fmt::format(", left to it by the others {}", to_string(left(found)));
  }
  if (written_files(found) > Bytes()) {
    text += fmt::format(", written in private mappings of files {}",
                        to_string(written_files(found)));
  }
  if (undecided(found) > Bytes()) {
    text += fmt::format(", one or the other {}", to_string(undecided(found)));
  }
  if (shared_memory(found) > Bytes()) {
    text += fmt::format(", shared memory {}", to_string(shared_memory(found)));
  }
  if (files(found) >= kLeastToMention) {
    text += fmt::format(", files {}", to_string(files(found)));
  }
  if (lone_memory(found) > Bytes()) {
    text += fmt::format(", shared memory that only it has mapped {}",
                        to_string(lone_memory(found)));
  }
  return text;
}

// First those that have much of `figure`, which the sentence speaks of.
void add_lines(std::vector<Found> all, const Figure& figure,
               std::vector<std::string>& lines) {
  constexpr std::size_t kMost = 4;
  if (figure) {
    const Bytes least = least_large(all, figure);
    std::stable_partition(all.begin(), all.end(), [&](const Found& found) {
      return found.pages && figure(found) >= least;
    });
  }
  for (std::size_t i = 0; i < std::min(kMost, all.size()); ++i) {
    lines.push_back(line(all[i]));
  }
  if (all.size() > kMost) {
    lines.push_back(fmt::format("and {} more", all.size() - kMost));
  }
}

// Sorts what is known not only from the pages. A process has not copied more
// than it had page faults: the others have written the rest.
Found settled(Found found) {
  if (!found.pages || !found.touched) return found;
  Comparison pages = *found.pages;
  pages.left = std::max(Bytes(), pages.copied - *found.touched);
  pages.copied -= pages.left;
  found.pages = pages;
  return found;
}

// The same for a family. What lies where the parent has memory, too, was copied
// if it was seen shared, and made if it was seen to grow, but not shared.
Family settled(Family family) {
  for (Found& worker : family.workers) worker = settled(worker);
  const auto readable = [](const Found& found) { return bool(found.pages); };
  if (!std::all_of(family.workers.begin(), family.workers.end(), readable)) {
    return family;
  }
  const Bytes open = sum(family.workers, undecided);
  const Bytes lost = sum(family.workers, [](const Found& f) { return f.lost; });
  // New memory would be in huge pages, as the parent's is. Writing splits them.
  const Bytes huge = most(family.ancestor, huge_pages);
  const bool split =
      huge >= std::max(kLeastToMention, most(family.workers, undecided) / 2) &&
      most(family.workers, huge_pages) < huge / 2;
  const Bytes grown =
      sum(family.workers, [](const Found& f) { return f.grown; });
  Bytes Comparison::*sort = lost >= open / 2 || split ? &Comparison::copied
                            : grown >= open / 4 * 3 && lost < open / 4
                                ? &Comparison::own
                                : &Comparison::undecided;
  for (Found& worker : family.workers) {
    Comparison pages = *worker.pages;
    pages.*sort += std::exchange(pages.undecided, Bytes());
    worker.pages = pages;
  }
  return family;
}

Diagnosis cannot_tell(const std::string& reason) {
  return {Kind::kUnknown, "Can't tell: " + reason + ".", {}};
}

// A conclusion, and the figure that decides which processes it is about.
struct Said {
  Diagnosis diagnosis;
  Figure figure;
};

// What the rules below ask of a family whose pages were all read, and what they
// say of it.
class FamilyCase {
 public:
  // `stranger` is the process of the tree with the most anonymous memory that
  // is not of the family; null if there is none.
  FamilyCase(const Family& family, const Found* stranger)
      : family_(family), workers_(family.workers), stranger_(stranger) {
    elsewhere_ = most(family.ancestor, anonymous);
    if (stranger != nullptr) {
      elsewhere_ = std::max(elsewhere_, anonymous(*stranger));
    }
    shared_ = std::max(most(workers_, shared), most(family.ancestor, shared));
    // The processes may have mapped different parts. So it is at least what
    // they pay together, without what one has mapped alone.
    const Figure paid = [](const Found& found) {
      return found.usage.pss_shmem - lone_memory(found);
    };
    memory_ = std::max({most(workers_, shared_memory),
                        most(family.ancestor, shared_memory),
                        sum(workers_, paid) + sum(family.ancestor, paid)});
    files_ = std::max(most(workers_, files), most(family.ancestor, files));
    lone_ = sum(workers_, lone_memory);
    made_ = sum(workers_, own);
    written_ = sum(workers_, copied);
    open_ = sum(workers_, undecided);
  }

  // The first rule that holds.
  Said conclude() const;

 private:
  struct Rule {
    bool (FamilyCase::*holds)() const;
    Said (FamilyCase::*says)() const;
  };
  static const std::vector<Rule> kRules;

  Bytes all_shared() const { return std::max({shared_, memory_, files_}); }
  Bytes pace() const { return sum(workers_, rate); }
  // What the machine pays for the family.
  Bytes paid() const {
    return shared_ + memory_ + sum(workers_, uss) + sum(family_.ancestor, uss);
  }

  // Whether it costs enough to be the case: a fifth of all.
  bool is_much(const Figure& figure) const {
    return most(workers_, figure) >= kLeastToMention &&
           sum(workers_, figure) >= paid() / 5;
  }
  // Whether it costs enough to be told beside the case: a twentieth of all.
  bool is_notable(const std::vector<Found>& all, const Figure& figure) const {
    return most(all, figure) >= kLeastToMention &&
           sum(all, figure) >= paid() / 20;
  }
  // "24 % of what the machine pays"
  std::string part(Bytes amount) const {
    return fmt::format(
        "{} % of what the machine pays",
        100 * amount.count() / std::max<std::int64_t>(1, paid().count()));
  }

  bool is_unsorted() const {
    const Bytes all = sum(workers_, uss);
    const Bytes sorted =
        sum(workers_, [](const Found& f) { return f.pages->exclusive(); });
    const Bytes rest = all - sorted;
    return rest >= all / 2 && rest >= kLeastToMention * workers_.size();
  }
  Said unsorted() const {
    return {cannot_tell("most of what the processes have for themselves lies "
                        "in mappings that could not be compared page by page"),
            alone};
  }

  bool is_undecided() const {
    return is_much(undecided) && open_ > std::max(made_, written_);
  }
  Said written_or_made() const {
    const Typical one = typical(workers_, undecided);
    const std::string where =
        family_.ancestor.empty()
            ? "the process that they were forked from has ended"
            : "it lies where the parent has memory, too, but no page near it "
              "is shared any longer";
    return {cannot_tell(fmt::format("{} {} about {} alone, and {}; it was "
                                    "either copied by writing or made anew",
                                    one.who, one.several ? "have" : "has",
                                    to_string(one.amount), where)),
            undecided};
  }

  // Once it was seen, it stays the case: the copies are still there.
  bool is_dirtying() const {
    const bool underway =
        most(workers_, copied) >= kLeastToMention &&
        std::max(pace(), sum(workers_, most_rate)) >= kLeastRate;
    return written_ >= std::max(made_, lone_) && (is_much(copied) || underway);
  }
  Said dirtying() const {
    const Typical one = typical(workers_, copied);
    const bool some_left = shared_ > written_;
    const std::string left =
        fmt::format("about {} is still shared", to_string(shared_));
    if (pace() >= kLeastRate) {
      return {{Kind::kDirtying,
               fmt::format("What was shared becomes private at {} a second "
                           "(about {} so far in {}{}): writing copies a page, "
                           "and so does reading that counts references or is "
                           "followed by a collector.",
                           to_string(pace()), to_string(one.amount), one.who,
                           some_left ? "; " + left : ""),
               {}},
              copied};
    }
    const std::string aside =
        some_left ? fmt::format(" ({}; {})", part(written_), left) : "";
    return {{Kind::kDirtying,
             fmt::format("About {} was shared and has been copied since the "
                         "fork in {}{}: writing copies a page, and so does "
                         "reading that counts references or is followed by a "
                         "collector.",
                         to_string(one.amount), one.who, aside),
             {}},
            copied};
  }

  // Whether it looks like something that was sent to the workers, or by them:
  // somebody else holds as much, and it went through read(2) or write(2), where
  // that is known. Objects are larger than what they are pickled to.
  bool is_sent() const {
    const Bytes amount = typical(workers_, own).amount;
    if (elsewhere_ < amount / 4 * 3) return false;
    constexpr int kLargerThanPickled = 8;
    return std::any_of(workers_.begin(), workers_.end(), [&](const Found& one) {
      return own(one) >= amount / 4 && (!one.received || !one.sent ||
                                        std::max(*one.received, *one.sent) >=
                                            own(one) / kLargerThanPickled);
    });
  }

  bool is_growing() const {
    return sum(workers_, growth) >= kLeastRate && made_ >= lone_ &&
           (is_much(own) || most(workers_, own) >= 4 * kLeastToMention) &&
           !is_sent();
  }
  Said growing() const {
    const Typical one = typical(workers_, own);
    return {
        {Kind::kCopies,
         fmt::format("{} {}: {} a second in all, about {} so far (a leak, "
                     "a cache, or a result as large). It was made after "
                     "the fork, and nobody shares it.",
                     capital(one.who), one.several ? "grow" : "grows",
                     to_string(sum(workers_, growth)), to_string(one.amount)),
         {}},
        own};
  }

  bool is_made() const { return is_much(own) && made_ >= lone_; }
  Said made() const {
    if (is_sent()) return sent();
    const Typical one = typical(workers_, own);
    return {{Kind::kCopies,
             fmt::format("{} {} made about {} for {} (imports, a cache, "
                         "buffers, a leak, or a result as large): it was made "
                         "after the fork, and nobody shares it.{}",
                         capital(one.who), one.several ? "have" : "has",
                         to_string(one.amount),
                         one.several ? "themselves" : "itself", besides(made_)),
             {}},
            own};
  }
  Said sent() const {
    const Typical one = typical(workers_, own);
    return {{Kind::kCopies,
             fmt::format("{} {} {} own copy of about {}, as after pickling (or "
                         "a result as large): it was made after the fork, and "
                         "nobody shares it.{}",
                         capital(one.who), one.several ? "each hold" : "holds",
                         one.several ? "their" : "its", to_string(one.amount),
                         besides(made_)),
             {}},
            own};
  }
  // What is shared besides, if that is more than the case itself.
  std::string besides(Bytes amount) const {
    if (all_shared() <= amount) return "";
    return fmt::format(" That is {}; about {} is shared.", part(amount),
                       to_string(all_shared()));
  }

  bool is_written_file() const { return is_much(written_files); }
  Said written_file() const {
    const Typical one = typical(workers_, written_files);
    Diagnosis diagnosis{
        Kind::kCopies,
        fmt::format("{} {} written about {} of files that {} privately: a "
                    "written page is no longer the file's, and nobody shares "
                    "it.{}",
                    capital(one.who), one.several ? "have" : "has",
                    to_string(one.amount),
                    one.several ? "they have mapped" : "it has mapped",
                    besides(sum(workers_, written_files))),
        {}};
    diagnosis.advice =
        "map the file before the workers are forked, or for reading only "
        "(mmap_mode=\"r\"), and write to memory of their own: "
        "docs/13_shared_memory.md";
    return {diagnosis, written_files};
  }

  bool is_lone() const { return is_much(lone_memory); }
  Said lone() const {
    const Typical one = typical(workers_, lone_memory);
    return {{Kind::kCopies,
             fmt::format("{} {} about {} of shared memory that no other "
                         "process has mapped: it costs as much as a copy.{}",
                         capital(one.who), one.several ? "each have" : "has",
                         to_string(one.amount), besides(lone_)),
             {}},
            lone_memory};
  }

  // What the ancestor has written is left to the workers: to all of them
  // together, or to the only one.
  Bytes written_by_ancestor_bytes() const {
    return std::max(most(family_.ancestor, copied), most(workers_, left));
  }
  bool is_written_by_ancestor() const {
    if (family_.ancestor.size() != 1) return false;
    const bool underway =
        std::max(rate(family_.ancestor[0]), most_rate(family_.ancestor[0])) >=
        kLeastRate;
    return written_by_ancestor_bytes() >=
           (underway ? kLeastToMention
                     : std::max(kLeastToMention, all_shared() / 4));
  }
  Said written_by_ancestor() const {
    const Found& one = family_.ancestor[0];
    const std::string amount = to_string(written_by_ancestor_bytes());
    const std::string_view rest = workers_.size() == 1
                                      ? "the worker keeps the old pages"
                                      : "the workers share the old pages among "
                                        "themselves";
    const std::string text =
        rate(one) >= kLeastRate
            ? fmt::format(
                  "What was shared becomes private at {} a second "
                  "(about {} so far), because the parent (PID {}) "
                  "writes it: {}.",
                  to_string(rate(one)), amount, one.pid, rest)
            : fmt::format(
                  "About {} was shared and has been copied since the "
                  "fork, because the parent (PID {}) wrote it: {}.",
                  amount, one.pid, rest);
    return {{Kind::kDirtying, text, {}}, left};
  }

  // Whether most of the data is memory that the ancestor has made after the
  // workers were forked.
  bool is_held_by_ancestor() const {
    return family_.ancestor.size() == 1 &&
           made_or_written(family_.ancestor[0]) >=
               std::max(kLeastToMention, all_shared() + Bytes(1));
  }
  Said held_by_ancestor() const {
    const Found& one = family_.ancestor[0];
    const bool made = own(one) >= undecided(one);
    return {cannot_tell(fmt::format(
                "PID {} alone has about {}, {} after the fork, or given back "
                "by the workers since: they do not share it",
                one.pid, to_string(made_or_written(one)),
                made ? "made" : "made or written")),
            made_or_written};
  }

  bool is_shared() const { return all_shared() >= kLeastToMention; }
  Said sharing() const {
    const bool inherited = shared_ == all_shared();
    const std::string_view once =
        is_held_by_stranger() ? "it exists once for the workers"
        : inherited           ? "it exists once for all processes"
                              : "it exists once for all who have mapped it";
    const std::string what =
        fmt::format("About {} is {}", to_string(all_shared()),
                    inherited                 ? "shared"
                    : memory_ == all_shared() ? "shared memory"
                                              : "files, in the kernel's cache");
    const auto [but, figure] = exceptions();
    if (!but.empty()) {
      return {
          {Kind::kShared,
           fmt::format("{}: {}. But {}.", what, once, fmt::join(but, ", and ")),
           {}},
          figure};
    }
    return {{Kind::kShared,
             fmt::format("{}: {}{}.", what,
                         inherited ? "copy-on-write works, " : "", once),
             {}},
            {}};
  }
  // Such as the program, where the workers are forked from a fork server that
  // has loaded the same.
  bool is_held_by_stranger() const {
    return stranger_ != nullptr && shared_ == all_shared() &&
           anonymous(*stranger_) >= shared_ / 2;
  }
  // What is not shared and costs too much to be left out, and the first such
  // figure.
  std::pair<std::vector<std::string>, Figure> exceptions() const {
    struct Part {
      Figure figure;
      std::string_view what;
    };
    const Part parts[] = {
        {copied, "has been copied since the fork in"},
        {own, "was made after the fork in"},
        {undecided, "was copied or made after the fork in"},
        {written_files, "was written in private mappings of files in"},
        {lone_memory, "is shared memory that nobody else has mapped in"}};
    std::pair<std::vector<std::string>, Figure> found;
    const auto add = [&](const std::string& text, const Figure& figure) {
      found.first.push_back(text);
      if (!found.second) found.second = figure;
    };
    for (const auto& [figure, what] : parts) {
      if (!is_notable(workers_, figure)) continue;
      const Typical one = typical(workers_, figure);
      add(fmt::format("about {} {} {} ({})", to_string(one.amount), what,
                      one.who, part(sum(workers_, figure))),
          figure);
    }
    if (is_notable(family_.ancestor, made_or_written)) {
      const Found& one = family_.ancestor[0];
      add(fmt::format("PID {} alone has about {} ({})", one.pid,
                      to_string(made_or_written(one)),
                      part(made_or_written(one))),
          {});
    }
    if (is_notable(family_.ancestor, lone_memory)) {
      const Found& one = family_.ancestor[0];
      add(fmt::format("PID {} alone has mapped about {} of shared memory ({})",
                      one.pid, to_string(lone_memory(one)),
                      part(lone_memory(one))),
          {});
    }
    if (is_held_by_stranger()) {
      add(fmt::format("PID {} ({}), which none of them was forked from, has "
                      "about {} as well",
                      stranger_->pid, stranger_->name,
                      to_string(anonymous(*stranger_))),
          {});
    }
    return found;
  }

  bool is_lone_in_ancestor() const {
    return most(family_.ancestor, lone_memory) >= kLeastToMention;
  }
  Said lone_in_ancestor() const {
    const Found& one = family_.ancestor[0];
    return {cannot_tell(fmt::format(
                "PID {} alone has mapped about {} of shared memory; the "
                "workers have not touched it",
                one.pid, to_string(lone_memory(one)))),
            {}};
  }

  bool is_anything() const { return true; }
  Said too_little() const {
    return {cannot_tell(fmt::format("there is too little data; no process has "
                                    "{} of it, shared or for itself",
                                    to_string(kLeastToMention))),
            {}};
  }

  const Family& family_;
  const std::vector<Found>& workers_;
  const Found* stranger_;
  Bytes elsewhere_;  // the most anonymous memory of any process but the workers
  // The largest in a process.
  Bytes shared_;
  Bytes memory_;
  Bytes files_;
  // Of all workers.
  Bytes made_;
  Bytes written_;
  Bytes open_;
  Bytes lone_;
};

const std::vector<FamilyCase::Rule> FamilyCase::kRules = {
    {&FamilyCase::is_unsorted, &FamilyCase::unsorted},
    {&FamilyCase::is_undecided, &FamilyCase::written_or_made},
    {&FamilyCase::is_dirtying, &FamilyCase::dirtying},
    {&FamilyCase::is_growing, &FamilyCase::growing},
    {&FamilyCase::is_made, &FamilyCase::made},
    {&FamilyCase::is_written_file, &FamilyCase::written_file},
    {&FamilyCase::is_lone, &FamilyCase::lone},
    {&FamilyCase::is_written_by_ancestor, &FamilyCase::written_by_ancestor},
    {&FamilyCase::is_held_by_ancestor, &FamilyCase::held_by_ancestor},
    {&FamilyCase::is_shared, &FamilyCase::sharing},
    {&FamilyCase::is_lone_in_ancestor, &FamilyCase::lone_in_ancestor},
    {&FamilyCase::is_anything, &FamilyCase::too_little},
};

Said FamilyCase::conclude() const {
  const auto rule =
      std::find_if(kRules.begin(), kRules.end(),
                   [&](const Rule& one) { return (this->*one.holds)(); });
  return (this->*rule->says)();
}

Said of_family(const Family& family, const Found* stranger) {
  if (family.ancestor.size() + family.workers.size() == 1) {
    const Found& one =
        family.ancestor.empty() ? family.workers[0] : family.ancestor[0];
    return {cannot_tell(fmt::format("all that share memory with PID {} ended "
                                    "while they were read",
                                    one.pid)),
            {}};
  }
  for (const auto* group : {&family.workers, &family.ancestor}) {
    for (const Found& found : *group) {
      if (!found.pages) {
        return {cannot_tell(fmt::format("the pages of PID {} could not be read "
                                        "({})",
                                        found.pid, found.pages.reason())),
                {}};
      }
    }
  }
  // After a fork both processes share at least a page of the stack. Programs
  // that only happen to have the same layout share nothing.
  const Figure anything = [](const Found& found) {
    return found.pages->shared;
  };
  if (most(family.workers, anything) == Bytes()) {
    return {cannot_tell(
                "the processes look forked, but no page of theirs is shared; "
                "where addresses are not random (ADDR_NO_RANDOMIZE) spawned "
                "ones look so, too"),
            {}};
  }
  return FamilyCase(family, stranger).conclude();
}

// "PID 4711 and 3 siblings"
std::string relatives_of(const Parted& parted, std::string_view parent) {
  const std::size_t count = parted.others;
  if (parted.from == 0) {
    return fmt::format("{} other fork{} of the same process", count,
                       count == 1 ? "" : "s");
  }
  if (count == 0) return std::string(parent);
  return fmt::format("{} and {} sibling{}", parent, count,
                     count == 1 ? "" : "s");
}

// A worker that was looked at alone, judged by its relatives that are not
// watched.
Diagnosis of_parted(const Parted& parted) {
  const Found found = settled(parted.found);
  if (!found.pages) {
    return cannot_tell(
        fmt::format("PID {} is a fork, but the pages could not be read ({})",
                    found.pid, found.pages.reason()));
  }
  const Bytes together =
      std::max({shared(found), shared_memory(found), files(found)});
  const Bytes most =
      std::max({together, copied(found), own(found), lone_memory(found),
                undecided(found), written_files(found)});
  const std::string head =
      parted.from == 0 ? fmt::format("PID {}", found.pid)
                       : fmt::format("PID {} was forked from PID {} and",
                                     found.pid, parted.from);
  const std::string shares =
      fmt::format("shares about {} with {}", to_string(together),
                  relatives_of(parted, "it"));
  const std::string look =
      parted.from == 0
          ? "To see all of them: cowtop, without a PID."
          : fmt::format("To see all of them: cowtop {}.", parted.from);
  const auto say = [&](Kind kind, const std::string& what) {
    return Diagnosis{kind, fmt::format("{} {}. {}", head, what, look), {}};
  };
  if (most < kLeastToMention) {
    return say(Kind::kUnknown, "holds too little data to tell");
  }
  const auto is_case = [&](Bytes amount) {
    return amount >= kLeastToMention && amount >= together / 4 &&
           amount == std::max({copied(found), own(found), lone_memory(found),
                               undecided(found), written_files(found)});
  };
  if (is_case(copied(found))) {
    return say(Kind::kDirtying,
               fmt::format("has copied about {} of what it inherited; it {}",
                           to_string(copied(found)), shares));
  }
  if (is_case(own(found))) {
    return say(Kind::kCopies,
               fmt::format("has about {} of its own, made after the fork; it "
                           "{}",
                           to_string(own(found)), shares));
  }
  if (is_case(written_files(found))) {
    return say(Kind::kCopies,
               fmt::format("has written about {} of files that it has mapped "
                           "privately; it {}",
                           to_string(written_files(found)), shares));
  }
  if (is_case(lone_memory(found))) {
    return say(Kind::kCopies,
               fmt::format("has about {} of shared memory that no other "
                           "process has mapped; it {}",
                           to_string(lone_memory(found)), shares));
  }
  if (is_case(undecided(found))) {
    return say(Kind::kUnknown,
               fmt::format("has about {} alone, copied by writing or made "
                           "after the fork; it {}",
                           to_string(undecided(found)), shares));
  }
  return say(Kind::kShared, shares + ": copy-on-write works");
}

// The most of `figure`, of those processes whose pages could be read.
Bytes most_readable(const std::vector<Found>& all, const Figure& figure) {
  return most(all, [&](const Found& found) {
    return found.pages ? figure(found) : Bytes();
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
  const Bytes memory = most_readable(all, shared_memory);
  const Bytes file = most_readable(all, files);
  const Bytes most_shared = std::max(memory, file);
  if (most_shared >= kLeastToMention && most_shared >= one.amount) {
    return {Kind::kShared,
            fmt::format("About {} is {}: it exists once for all who have "
                        "mapped it.",
                        to_string(most_shared),
                        memory >= file ? "shared memory"
                                       : "files, in the kernel's cache"),
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

std::vector<std::string> evidence_of(const Family& family,
                                     const Figure& figure) {
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
  add_lines(family.workers, figure, lines);
  return lines;
}

std::vector<std::string> evidence_of(std::vector<Found> all) {
  const Bytes least = least_large(all, alone);
  std::stable_partition(all.begin(), all.end(), [&](const Found& found) {
    return alone(found) >= least;
  });
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
  if (findings.families.empty() && findings.alone.empty() &&
      findings.parted.empty()) {
    return cannot_tell("no process could be read");
  }
  const auto heaviest = std::max_element(
      findings.families.begin(), findings.families.end(),
      [](const Family& a, const Family& b) { return a.pss() < b.pss(); });
  const Bytes strangers =
      sum(findings.alone, [](const Found& found) { return found.usage.pss; });
  // One large process besides, such as the program beside its fork server, is
  // told with the family.
  const bool family =
      heaviest != findings.families.end() &&
      (heaviest->pss() >= strangers ||
       (large(findings.alone, alone).size() == 1 &&
        heaviest->pss() >= std::max(kLeastToMention, strangers / 4)));
  const auto parted =
      std::max_element(findings.parted.begin(), findings.parted.end(),
                       [](const Parted& a, const Parted& b) {
                         return a.found.usage.pss < b.found.usage.pss;
                       });
  const bool one = parted != findings.parted.end();
  if (one && parted->found.usage.pss >=
                 std::max(strangers, family ? heaviest->pss() : Bytes())) {
    Diagnosis diagnosis = of_parted(*parted);
    diagnosis.evidence = {line(settled(parted->found))};
    diagnosis.advice = advice_for(diagnosis.kind, parted->found.program);
    return diagnosis;
  }
  if (!family) {
    Diagnosis diagnosis = of_strangers(findings.alone);
    diagnosis.evidence = evidence_of(findings.alone);
    diagnosis.advice =
        advice_for(diagnosis.kind, findings.alone.front().program);
    return diagnosis;
  }
  const Family sorted = settled(*heaviest);
  const auto stranger =
      std::max_element(findings.alone.begin(), findings.alone.end(),
                       [](const Found& a, const Found& b) {
                         return anonymous(a) < anonymous(b);
                       });
  Said said = of_family(
      sorted, stranger == findings.alone.end() ? nullptr : &*stranger);
  said.diagnosis.evidence = evidence_of(sorted, said.figure);
  const Found& first =
      sorted.workers.empty() ? sorted.ancestor[0] : sorted.workers[0];
  if (said.diagnosis.advice.empty()) {
    said.diagnosis.advice = advice_for(said.diagnosis.kind, first.program);
  }
  return said.diagnosis;
}

}  // namespace cowtop

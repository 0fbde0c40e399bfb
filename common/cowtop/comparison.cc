#include "cowtop/comparison.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cow/os/bytes.h"

namespace cowtop {
namespace {

// Goes through the pages of the relative. The addresses must be ascending.
class Walk {
 public:
  explicit Walk(const PageStates& states)
      : next_(states.ranges.begin()), end_(states.ranges.end()) {}

  // The relative's page at `address`, in private memory.
  PageState at(std::uint64_t address) {
    while (next_ != end_ && address >= end_of(*next_)) ++next_;
    if (next_ == end_ || address < next_->begin || next_->shared_mapping) {
      return PageState::kNone;
    }
    return next_->pages[(address - next_->begin) / page_];
  }

 private:
  std::uint64_t end_of(const PageRange& range) const {
    return range.begin + range.pages.size() * page_;
  }

  std::uint64_t page_ = cow::page_size().size();
  std::vector<PageRange>::const_iterator next_;
  std::vector<PageRange>::const_iterator end_;
};

// Whether the relative has a mapping with exactly the same addresses.
bool has_the_same(const PageStates& relative, const PageRange& range) {
  const auto other = std::lower_bound(
      relative.ranges.begin(), relative.ranges.end(), range.begin,
      [](const PageRange& one, std::uint64_t begin) {
        return one.begin < begin;
      });
  return other != relative.ranges.end() && other->begin == range.begin &&
         other->pages.size() == range.pages.size() && !other->shared_mapping;
}

// Whether the relative has the same part of the same file at this address.
bool has_file(const PageStates& relative, const PageStates& states,
              std::uint64_t address) {
  const auto find = [&](const PageStates& one) {
    const auto next = std::upper_bound(
        one.files.begin(), one.files.end(), address,
        [](std::uint64_t at, const auto& file) { return at < file.begin; });
    return next != one.files.begin() && address < (next - 1)->end ? &*(next - 1)
                                                                  : nullptr;
  };
  const cow::MappingRange* const ours = find(states);
  const cow::MappingRange* const theirs = find(relative);
  return ours != nullptr && theirs != nullptr && ours->name == theirs->name &&
         ours->begin - ours->offset == theirs->begin - theirs->offset;
}

// Counts of pages.
struct Counts {
  std::int64_t shared = 0;
  std::int64_t both = 0;       // exclusive here, and the relative has a page
  std::int64_t inherited = 0;  // exclusive here, certainly inherited
  std::int64_t own = 0;
  std::int64_t written_files = 0;
  std::int64_t files = 0;
  std::int64_t lone_files = 0;
};

void count(PageState here, PageState there, bool file, Counts& counts) {
  if (here == PageState::kNone) return;
  if (here == PageState::kFileShared) {
    ++counts.files;
  } else if (here == PageState::kFileExclusive) {
    ++counts.lone_files;
  } else if (here == PageState::kShared) {
    ++counts.shared;
  } else if (there == PageState::kExclusive) {
    ++counts.both;
  } else if (there == PageState::kShared) {
    ++counts.inherited;  // the relative shares it with another process
  } else {
    ++(file ? counts.written_files : counts.own);
  }
}

// Goes through the pages of a process and calls
// `use(range, address, here, there, has)` for each. `there` is the relative's
// page. What the relative has not written in the same private mapping of a file
// counts as a page that it shares: with the file. `has` is whether it has the
// page at all.
template <typename Use>
void for_each_page(const PageStates& states, const PageStates& relative,
                   Relative kind, Use use) {
  Walk walk(relative);
  const std::uint64_t page = cow::page_size().size();
  for (std::size_t i = 0; i < states.ranges.size(); ++i) {
    const PageRange& range = states.ranges[i];
    std::uint64_t address = range.begin;
    for (const PageState here : range.pages) {
      PageState there = range.shared_mapping || kind == Relative::kNone
                            ? PageState::kNone
                            : walk.at(address);
      const bool has = there != PageState::kNone;
      if (range.file && here == PageState::kExclusive &&
          there != PageState::kExclusive && there != PageState::kShared &&
          kind != Relative::kNone && has_file(relative, states, address)) {
        there = kind == Relative::kAncestor ? PageState::kShared
                                            : PageState::kExclusive;
      }
      use(i, address, here, there, has);
      address += page;
    }
  }
}

std::vector<Counts> count_all(const PageStates& states,
                              const PageStates& relative, Relative kind) {
  std::vector<Counts> all(states.ranges.size());
  for_each_page(
      states, relative, kind,
      [&](std::size_t i, std::uint64_t, PageState here, PageState there, bool) {
        count(here, there, states.ranges[i].file, all[i]);
      });
  return all;
}

// When the pages of a mapping that both processes have for themselves came to
// be.
enum class Origin {
  kInherited,  // before the fork
  kMade,       // after it, in both
  kUnknown,
};

// Tells it from how the kernel joins mappings. Fork gives the child the same
// mappings, with the same bounds. New memory is joined to a mapping that it
// touches; but in a forked process not to an inherited one.
// - So if any page of a mapping is still shared, all of it was inherited.
// - A bound where the child's memory touches an inherited mapping, and the
//   ancestor has no bound, shows that it was made after the fork.
// - Other memory with the same bounds in both may have been made after the fork
//   in both, at one address because they run alike. That it touches an
//   inherited mapping proves nothing, since unlike ones are not joined: numpy
//   asks for huge pages. But the kernel puts new mappings below all others. So
//   it was inherited if an inherited one lies below it.
class Origins {
 public:
  Origins(const PageStates& states, const PageStates& ancestor,
          const std::vector<Counts>& counts)
      : ranges_(states.ranges), ancestor_(ancestor), counts_(counts) {
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      if (is_inherited(i) && !ranges_[i].shared_mapping)
        inherited_.push_back(i);
    }
  }

  Origin of(std::size_t i, Relative kind) const {
    if (kind != Relative::kAncestor || counts_[i].both == 0) {
      return Origin::kUnknown;
    }
    if (is_inherited(i)) return Origin::kInherited;
    const Side below = side(i, -1);
    const Side above = side(i, +1);
    if (below == Side::kSeam || above == Side::kSeam) return Origin::kMade;
    if (below == Side::kUnknown || above == Side::kUnknown ||
        !has_the_same(ancestor_, ranges_[i])) {
      return Origin::kUnknown;
    }
    return lies_above_inherited(i) ? Origin::kInherited : Origin::kUnknown;
  }

 private:
  // How the row of touching mappings ends.
  enum class Side {
    kFree,  // with nothing alike, or an inherited mapping that was not joined
    kSeam,  // with an inherited mapping, at a bound that the ancestor has not
    kUnknown,
  };

  bool is_inherited(std::size_t i) const {
    return counts_[i].shared > 0 || counts_[i].inherited > 0;
  }
  std::uint64_t end(std::size_t i) const {
    return ranges_[i].begin + ranges_[i].pages.size() * cow::page_size().size();
  }

  Side side(std::size_t i, int step) const {
    for (;;) {
      const Neighbor next = step < 0 ? ranges_[i].before : ranges_[i].after;
      if (next == Neighbor::kNone) return Side::kFree;
      if (next == Neighbor::kUnknown) return Side::kUnknown;
      if (step < 0 ? i == 0 : i + 1 == ranges_.size()) return Side::kUnknown;
      const std::size_t other = step < 0 ? i - 1 : i + 1;
      const std::uint64_t bound = step < 0 ? ranges_[i].begin : end(i);
      if ((step < 0 ? end(other) : ranges_[other].begin) != bound) {
        return Side::kUnknown;  // the neighbor was not read
      }
      const bool seam = !std::binary_search(ancestor_.bounds.begin(),
                                            ancestor_.bounds.end(), bound);
      if (is_inherited(other)) return seam ? Side::kSeam : Side::kFree;
      if (seam) {
        return ranges_[i].heap && step < 0 ? Side::kSeam : Side::kUnknown;
      }
      i = other;
    }
  }

  // The heap and the program lie far below all other mappings.
  bool lies_above_inherited(std::size_t i) const {
    constexpr std::uint64_t kFar = std::uint64_t{1} << 40;
    return std::any_of(
        inherited_.begin(), inherited_.end(), [&](std::size_t other) {
          return other < i && ranges_[i].begin - ranges_[other].begin < kFar;
        });
  }

  const std::vector<PageRange>& ranges_;
  const PageStates& ancestor_;
  const std::vector<Counts>& counts_;
  std::vector<std::size_t> inherited_;
};

}  // namespace

Comparison& Comparison::operator+=(const Comparison& other) {
  for (const auto field : kClasses) {
    this->*field += other.*field;
  }
  return *this;
}

Comparison compare(const PageStates& states, const PageStates& relative,
                   Relative kind) {
  Comparison sum;
  for (const Comparison& range : compare_ranges(states, relative, kind)) {
    sum += range;
  }
  return sum;
}

std::vector<Comparison> compare_ranges(const PageStates& states,
                                       const PageStates& relative,
                                       Relative kind) {
  std::vector<Comparison> sums;
  const std::vector<Counts> all = count_all(states, relative, kind);
  const Origins origins(states, relative, all);
  const auto bytes = [](std::int64_t pages) {
    return to_bytes(cow::Pages(pages));
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Counts& counts = all[i];
    Comparison& sum = sums.emplace_back();
    sum.files += bytes(counts.files);
    sum.lone_files += bytes(counts.lone_files);
    if (states.ranges[i].shared_mapping) {
      sum.shared_memory += bytes(counts.shared);
      sum.lone_memory += bytes(counts.own);
      continue;
    }
    sum.shared += bytes(counts.shared);
    sum.copied += bytes(counts.inherited);
    sum.own += bytes(counts.own);
    sum.written_files += bytes(counts.written_files);
    const Origin origin = origins.of(i, kind);
    (origin == Origin::kInherited ? sum.copied
     : origin == Origin::kMade    ? sum.own
                                  : sum.undecided) += bytes(counts.both);
  }
  return sums;
}

CopiedPages copied_pages(const PageStates& states, const PageStates& relative,
                         Relative kind) {
  CopiedPages found;
  const std::vector<Counts> all = count_all(states, relative, kind);
  const Origins origins(states, relative, all);
  std::vector<Origin> origin(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) origin[i] = origins.of(i, kind);
  for_each_page(states, relative, kind,
                [&](std::size_t i, std::uint64_t address, PageState here,
                    PageState there, bool has) {
                  if (here != PageState::kExclusive || !has ||
                      states.ranges[i].shared_mapping) {
                    return;
                  }
                  const bool both = there == PageState::kExclusive;
                  if (!both && there != PageState::kShared) return;
                  if (!both || origin[i] == Origin::kInherited) {
                    found.copied.push_back(address);
                  } else if (origin[i] == Origin::kUnknown) {
                    found.undecided.push_back(address);
                  }
                });
  return found;
}

}  // namespace cowtop

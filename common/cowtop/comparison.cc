#include "cowtop/comparison.h"

#include <algorithm>
#include <cstdint>

#include "cow/os/bytes.h"

namespace cowtop {
namespace {

// Walks through the pages of the relative, for addresses that never go back.
class Walk {
 public:
  explicit Walk(const PageStates& states)
      : next_(states.ranges.begin()), end_(states.ranges.end()) {}

  // What the relative has at `address`, in private memory.
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

// Whether the relative has a mapping of the very same addresses.
bool has_the_same(const PageStates& relative, const PageRange& range) {
  return std::any_of(relative.ranges.begin(), relative.ranges.end(),
                     [&](const PageRange& other) {
                       return other.begin == range.begin &&
                              other.pages.size() == range.pages.size() &&
                              !other.shared_mapping;
                     });
}

// Counts of pages.
struct Counts {
  std::int64_t shared = 0;
  std::int64_t both = 0;       // exclusive here, and the relative has one
  std::int64_t inherited = 0;  // exclusive here, certainly inherited
  std::int64_t own = 0;
};

void count(PageState here, PageState there, Counts& counts) {
  if (here == PageState::kNone) return;
  if (here == PageState::kShared) {
    ++counts.shared;
  } else if (there == PageState::kNone) {
    ++counts.own;
  } else if (there == PageState::kShared) {
    ++counts.inherited;  // as whoever the relative shares it with
  } else {
    ++counts.both;
  }
}

// Whether a mapping was there before the fork.
// - New memory of a forked process gets mappings of its own: the kernel does
//   not join them to inherited ones. So a mapping of which anything is still
//   shared was inherited as a whole.
// - A mapping that is made later is put next to one that is there, and joined
//   to it in the ancestor, where that was not inherited. So one with the same
//   bounds in both, and next to none that it could be joined to, was inherited
//   as well. Of memory between guards that cannot be said.
bool was_inherited(const PageRange& range, const Counts& counts,
                   const PageStates& ancestor) {
  return counts.shared > 0 || counts.inherited > 0 ||
         (range.isolated && has_the_same(ancestor, range));
}

}  // namespace

Comparison compare(const PageStates& states, const PageStates& relative,
                   Relative kind) {
  Comparison sum;
  Walk walk(relative);
  const std::uint64_t page = cow::page_size().size();
  const auto bytes = [&](std::int64_t pages) {
    return cow::Bytes(page) * pages;
  };
  for (const PageRange& range : states.ranges) {
    Counts counts;
    std::uint64_t address = range.begin;
    for (const PageState here : range.pages) {
      const PageState there = range.shared_mapping || kind == Relative::kNone
                                  ? PageState::kNone
                                  : walk.at(address);
      count(here, there, counts);
      address += page;
    }
    if (range.shared_mapping) {
      sum.shared_memory += bytes(counts.shared);
      sum.lone_memory += bytes(counts.own);
      continue;
    }
    sum.shared += bytes(counts.shared);
    sum.copied += bytes(counts.inherited);
    sum.own += bytes(counts.own);
    const bool inherited = kind == Relative::kAncestor && counts.both > 0 &&
                           was_inherited(range, counts, relative);
    (inherited ? sum.copied : sum.undecided) += bytes(counts.both);
  }
  return sum;
}

}  // namespace cowtop

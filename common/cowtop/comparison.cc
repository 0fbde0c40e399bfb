#include "cowtop/comparison.h"

#include <algorithm>
#include <cstdint>

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
  std::int64_t both = 0;       // exclusive here, and the relative has a page
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
    ++counts.inherited;  // the relative shares it with another process
  } else {
    ++counts.both;
  }
}

// Whether a mapping existed before the fork.
// - New memory of a forked process gets new mappings: the kernel does not join
//   them to inherited ones. So if any page of a mapping is still shared, all of
//   the mapping was inherited.
// - The kernel puts a new mapping next to an existing one. It joins the two if
//   the existing one was not inherited, as in the ancestor. So a mapping that
//   has the same bounds in both processes, and no neighbor to join it to, was
//   inherited as well. This does not work for memory between guards.
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

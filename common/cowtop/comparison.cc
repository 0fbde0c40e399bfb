#include "cowtop/comparison.h"

#include <cstdint>

#include "cow/os/bytes.h"

namespace cowtop {
namespace {

using cow::Pages;

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

// Counts of pages.
struct Counts {
  std::int64_t shared = 0;
  std::int64_t both = 0;       // exclusive here, and the relative has one
  std::int64_t inherited = 0;  // exclusive here, certainly inherited
  std::int64_t own = 0;
};

void count(PageState here, PageState there, Relative kind, Counts& counts) {
  if (here == PageState::kNone) return;
  if (here == PageState::kShared) {
    ++counts.shared;
  } else if (there == PageState::kNone) {
    ++counts.own;
  } else if (kind == Relative::kSibling && there == PageState::kShared) {
    ++counts.inherited;  // the sibling has it from the common ancestor
  } else {
    ++counts.both;
  }
}

void add(const Counts& counts, Relative kind, Comparison& sum) {
  const auto bytes = [](std::int64_t pages) {
    return cow::to_bytes(Pages(pages));
  };
  sum.shared += bytes(counts.shared);
  sum.copied += bytes(counts.inherited);
  sum.own += bytes(counts.own);
  // A process that was forked gets its new memory in mappings of its own: the
  // kernel does not join them to inherited ones. So a mapping of which anything
  // is still shared was inherited as a whole.
  const bool inherited = kind == Relative::kAncestor && counts.shared > 0;
  (inherited ? sum.copied : sum.undecided) += bytes(counts.both);
}

}  // namespace

Comparison compare(const PageStates& states, const PageStates& relative,
                   Relative kind) {
  Comparison sum;
  Walk walk(relative);
  const std::uint64_t page = cow::page_size().size();
  for (const PageRange& range : states.ranges) {
    Counts counts;
    std::uint64_t address = range.begin;
    for (const PageState here : range.pages) {
      const PageState there = range.shared_mapping || kind == Relative::kNone
                                  ? PageState::kNone
                                  : walk.at(address);
      count(here, there, kind, counts);
      address += page;
    }
    if (range.shared_mapping) {
      sum.shared_memory += cow::to_bytes(Pages(counts.shared));
      sum.lone_memory += cow::to_bytes(Pages(counts.own));
    } else {
      add(counts, kind, sum);
    }
  }
  return sum;
}

}  // namespace cowtop

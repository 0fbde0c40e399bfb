// What became of the memory that a process was forked with: its pages laid over
// those of a relative, address by address. fork keeps every page where it is.
#pragma once

#include "cow/os/bytes.h"
#include "cowtop/page_states.h"

namespace cowtop {

/// Who the pages are compared with.
enum class Relative {
  kNone,      ///< nobody: all that is exclusive is the process' own
  kAncestor,  ///< the process that it was forked from
  kSibling,   ///< one that was forked from the same, which has ended
};

/// The pages of one process, sorted by what they are.
struct Comparison {
  /// Inherited and intact: others have the same page.
  cow::Bytes shared = {};
  /// Inherited, and exclusive now: it was written, here or by the others.
  cow::Bytes copied = {};
  /// Exclusive, where the relative has nothing: made after the fork.
  cow::Bytes own = {};
  /// Exclusive, where the relative has a page as well, in a mapping that shows
  /// no sign of having been there before the fork. Either all of it was
  /// written; or it was made after the fork in both, and lies at the same
  /// address because the two processes are so alike.
  cow::Bytes undecided = {};
  /// Of files and shared memory that are mapped to be shared, and that others
  /// have mapped, too.
  cow::Bytes shared_memory = {};
  /// The same, but nobody else has it mapped.
  cow::Bytes lone_memory = {};

  /// The part of USS that was sorted.
  cow::Bytes exclusive() const {
    return copied + own + undecided + lone_memory;
  }
};

/// Compares the pages of a process with those of `relative`, at the same
/// addresses.
Comparison compare(const PageStates& states, const PageStates& relative,
                   Relative kind);

}  // namespace cowtop

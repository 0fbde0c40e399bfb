// What happened to the memory that a process was forked with. Its pages are
// compared with those of a relative at the same addresses, because a fork keeps
// the address of every page.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cow/os/bytes.h"
#include "cowtop/page_states.h"

namespace cowtop {

/// The process that the pages are compared with.
enum class Relative {
  kNone,      ///< none: all exclusive pages are its own
  kAncestor,  ///< the process that it was forked from
  kSibling,   ///< another fork of an ancestor that has ended
};

/// The pages of one process, sorted by what they are.
struct Comparison {
  /// Inherited and not written: other processes have the same page.
  cow::Bytes shared = {};
  /// Inherited and now exclusive: this process or the others have written to
  /// it. Includes pages that it has written in an inherited private mapping of
  /// a file.
  cow::Bytes copied = {};
  /// Inherited and now exclusive, but this process has not written to it: it
  /// had too few page faults. The others have written to their copies.
  cow::Bytes left = {};
  /// Exclusive, and the relative has no page there: made after the fork.
  cow::Bytes own = {};
  /// Exclusive, written in a private mapping of a file that the relative does
  /// not have: mapped after the fork.
  cow::Bytes written_files = {};
  /// Exclusive, and the relative has a page there, too; but it is unknown
  /// whether the mapping existed before the fork. Perhaps all of it was
  /// inherited and then written. Perhaps both processes made it after the fork,
  /// at the same address because they run alike.
  cow::Bytes undecided = {};
  /// In shared mappings that do not belong to a file. Other processes have
  /// these pages mapped, too.
  cow::Bytes shared_memory = {};
  /// In shared mappings, and no other process has it mapped.
  cow::Bytes lone_memory = {};
  /// `files`: pages of mapped files that nobody has written in memory, and that
  /// other processes have mapped, too. `lone_files`: the same, but only this
  /// process has them mapped. The kernel keeps each once, for whoever reads the
  /// file.
  cow::Bytes files = {};
  cow::Bytes lone_files = {};

  Comparison& operator+=(const Comparison& other);

  /// The part of USS that is in one of these classes.
  cow::Bytes exclusive() const {
    return copied + left + own + written_files + undecided + lone_memory +
           lone_files;
  }
};

/// All classes.
inline constexpr std::array kClasses = {
    &Comparison::shared,        &Comparison::copied,
    &Comparison::left,          &Comparison::own,
    &Comparison::written_files, &Comparison::undecided,
    &Comparison::shared_memory, &Comparison::lone_memory,
    &Comparison::files,         &Comparison::lone_files};

/// Compares the pages of a process with the pages of `relative` at the same
/// addresses.
Comparison compare(const PageStates& states, const PageStates& relative,
                   Relative kind);
/// The same for each range of `states` apart, in their order.
std::vector<Comparison> compare_ranges(const PageStates& states,
                                       const PageStates& relative,
                                       Relative kind);

/// The addresses of the pages that count as copied, and of those that count as
/// undecided; each ascending. Without pages of a file that the relative has
/// mapped, but not touched.
struct CopiedPages {
  std::vector<std::uint64_t> copied;
  std::vector<std::uint64_t> undecided;
};
CopiedPages copied_pages(const PageStates& states, const PageStates& relative,
                         Relative kind);

}  // namespace cowtop

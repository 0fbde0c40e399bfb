// What has changed in the pages that a process has copied: cowtop --why.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "cow/inspect/changed_pages.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"
#include "cowtop/comparison.h"
#include "cowtop/tree.h"

namespace cowtop {

struct Findings;

/// A process that has copied pages, and the one that it is compared with.
struct Copier {
  pid_t pid = 0;
  pid_t relative = 0;
  Relative kind = Relative::kNone;
  cow::Bytes rss = {};
  /// It had the page faults for that. Otherwise the relative has written.
  bool wrote = true;
  /// Perhaps both have made this memory after the fork, at one address.
  bool undecided = false;
};

/// The process that has copied most; none if none has copied anything. It can
/// be the one that the others were forked from.
std::optional<Copier> who_copied_most(const Findings& findings);

struct Why {
  Copier copier;
  cow::Pages copied;  ///< how many pages were copied; if there are many, only
                      ///< some of them are compared
  cow::Reading<cow::ChangedPages> pages = cow::Absent{"not compared"};
};

/// Compares the pages that the process has copied with those of the other.
Why explain(const std::optional<Copier>& copier);
/// The same for a process that was asked for, whatever others have copied.
/// Compares it with its parent or, if it was not forked from that, with another
/// fork.
Why explain(const std::optional<Kin>& kin);

/// One sentence: who has copied how much, or why nothing can be said.
std::string sentence_of(const Why& why);
/// What to do, and where to read on; empty if nothing, or if it is unknown.
std::string cure_of(const Why& why);
/// The kinds of changes, the types of the objects, and what to do: a line each.
std::vector<std::string> evidence_of(const Why& why);

}  // namespace cowtop

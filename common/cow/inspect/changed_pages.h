// A process has copied some pages, and another process still has the old ones.
// This file says what the first process has changed in them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cow/inspect/page_changes.h"
#include "cow/inspect/remote_memory.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

/// Pages that hold objects of one type of CPython for the most part.
struct ChangedType {
  std::string name;        ///< empty: no objects were recognized
  bool collected = false;  ///< the garbage collector knows these objects
  std::array<Pages, kPageChanges.size()> pages;  ///< by PageChange

  Pages all() const;
};

/// The result, over all pages that were compared.
struct ChangedPages {
  std::vector<ChangedType> types;  ///< the most pages first
  Pages unread;                    ///< gone before they were read

  Pages compared() const;
  Pages count(PageChange change) const;
};

/// Compares the pages at these ascending addresses in two processes. Asks
/// `changed` what lies in the pages, and beside them, because objects and pools
/// go beyond a page. Reads half a megabyte at a time. If a page changes
/// meanwhile, either its old or its new content is compared.
Reading<ChangedPages> compare_memory(const ReadPieces& changed,
                                     const ReadPieces& original,
                                     const std::vector<std::uint64_t>& pages);

}  // namespace cow

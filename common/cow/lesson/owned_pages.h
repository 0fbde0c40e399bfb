// Which pages of a region belong to one process alone. A worker's pages are
// counted in three independent ways, and the parent's in two.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/lesson/page_picture.h"
#include "cow/memory/region.h"
#include "cow/os/bytes.h"
#include "cow/pool/pool.h"

namespace cow {

/// A moment, and how many pages of a region each process then has alone.
struct OwnedPages {
  Moment held;
  /// The parent's pages: exclusive in the page map, and private in smaps.
  Figure parent;
  /// The same two counts for each worker, then the page faults of each.
  Figure workers;
  /// How many huge pages the region has in the parent, and in each worker.
  Figure parent_huge = {};
  Figure workers_huge = {};
  /// For the picture: the pages of the parent and of each worker.
  std::vector<PageRow> rows = {};
};

/// For a task: writes to `count` pages of `region`, from page `first` on.
/// Returns how many page faults that took.
std::int64_t write_and_count_faults(const Region& region, Pages first,
                                    Pages count);

/// Measures a map whose tasks return the result of `write_and_count_faults` for
/// `region`, and counts the region's pages while the workers wait. Throws as
/// Lesson::measure does, and NotPossible if a page map cannot be read.
OwnedPages measure_pages(Lesson& lesson, std::string_view name,
                         Pending<std::vector<std::int64_t>> writing,
                         const Region& region);

/// Draws several of them, each under a heading.
PagePicture owned_pages_picture(
    std::string title,
    const std::vector<std::pair<std::string, OwnedPages>>& groups);

}  // namespace cow

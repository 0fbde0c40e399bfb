// Which pages of a region belong to one process alone: a worker's counted in
// three ways that know nothing of each other, the parent's in two.
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

/// A moment, and the pages of a region that a process has alone then.
struct OwnedPages {
  Moment held;
  /// The parent's: exclusive by the page map, private by smaps.
  Figure parent;
  /// The same two of each worker, and then the page faults that each had.
  Figure workers;
  /// For the picture: the parent's pages, and those of each worker.
  std::vector<PageRow> rows = {};
};

/// For a task: writes to `count` pages of `region` from `first` on, and returns
/// how many page faults that took.
std::int64_t write_and_count_faults(const Region& region, Pages first,
                                    Pages count);

/// Measures a map whose tasks return `write_and_count_faults` of `region`, and
/// looks at the region's pages while the workers wait. Throws as
/// Lesson::measure does, and NotPossible if a page map cannot be read.
OwnedPages measure_pages(Lesson& lesson, std::string_view name,
                         Pending<std::vector<std::int64_t>> writing,
                         const Region& region);

/// Draws the pages of several, each under a heading.
PagePicture owned_pages_picture(
    std::string title,
    const std::vector<std::pair<std::string, OwnedPages>>& groups);

}  // namespace cow

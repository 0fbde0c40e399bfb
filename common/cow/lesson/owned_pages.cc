#include "cow/lesson/owned_pages.h"

#include <cstddef>

#include "cow/memory/process.h"

namespace cow {
namespace {

enum Kind : std::uint8_t { kShared, kCopied, kNowItsOwn };  // in the picture

// Counts the pages of the region that a process has alone, and its huge pages.
// Draws its pages as of kind `own`.
PageRow look_at(const Region& region, pid_t pid, Kind own,
                std::vector<std::int64_t>& counts,
                std::vector<std::int64_t>& huge) {
  const auto map = region.page_map(pid);
  if (!map) throw NotPossible(map.reason());
  const Usage usage = region.usage(pid)->usage;
  counts.insert(counts.end(), {count_pages(*map).exclusive.count(),
                               to_pages(usage.uss()).count()});
  huge.push_back(usage.huge.count() / kHugePage.count());
  PageRow row;
  for (const Page& page : *map) {
    row.pages.push_back(page.exclusive ? own : kShared);
  }
  return row;
}

}  // namespace

std::int64_t write_and_count_faults(const Region& region, Pages first,
                                    Pages count) {
  const auto write = [](const Region& to, Pages begin, Pages pages) {
    const std::int64_t before = own_minor_faults();
    to.write(begin, pages);
    return own_minor_faults() - before;
  };
  // A first call, because the pages of the code itself also come by page
  // faults.
  write(Region(Pages(1)), Pages(0), Pages(1));
  return write(region, first, count);
}

OwnedPages measure_pages(Lesson& lesson, std::string_view name,
                         Pending<std::vector<std::int64_t>> writing,
                         const Region& region) {
  std::vector<PageRow> rows;
  std::vector<std::int64_t> parent;
  std::vector<std::int64_t> workers;
  std::vector<std::int64_t> parent_huge;
  std::vector<std::int64_t> workers_huge;
  Moment held = lesson.measure_work(name, writing, [&](const Moment& now) {
    rows = {look_at(region, now.parent.pid, kNowItsOwn, parent, parent_huge)};
    for (const Process& worker : now.workers) {
      rows.push_back(
          look_at(region, worker.pid, kCopied, workers, workers_huge));
    }
    name_processes(rows);
  });
  const std::vector<std::int64_t> faults = writing.get();
  // Only the first task of each worker was measured.
  workers.insert(workers.end(), faults.begin(),
                 faults.begin() + lesson.workers());
  OwnedPages owned{
      .held = held,
      .parent = held.counted("pages of parent", parent),
      .workers = held.counted("pages of workers", workers),
      .parent_huge = held.counted("huge pages of parent", parent_huge),
      .workers_huge = held.counted("huge pages of workers", workers_huge),
      .rows = std::move(rows)};
  return owned;
}

PagePicture owned_pages_picture(
    std::string title,
    const std::vector<std::pair<std::string, OwnedPages>>& groups) {
  PagePicture picture{std::move(title),
                      {{"shared", ".", kSkyBlue},
                       {"copied", "#", kVermilion},
                       {"now its own", "o", kOrange}},
                      {}};
  for (const auto& [heading, owned] : groups) picture.add(heading, owned.rows);
  return picture;
}

}  // namespace cow

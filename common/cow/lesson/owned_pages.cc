#include "cow/lesson/owned_pages.h"

#include <cstddef>

#include "cow/memory/process.h"

namespace cow {
namespace {

enum Kind : std::uint8_t { kShared, kCopied, kNowItsOwn };  // in the picture

// Counts what a process owns of the region, and draws it as of kind `own`.
PageRow look_at(const Region& region, pid_t pid, Kind own,
                std::vector<std::int64_t>& counts) {
  const auto map = region.page_map(pid);
  if (!map) throw NotPossible(map.reason());
  const Bytes uss_size = region.usage(pid)->usage.uss();
  counts.insert(counts.end(), {count_pages(*map).exclusive.count(),
                               to_pages(uss_size).count()});
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
  // Code comes by page faults as well: the first call is for its pages.
  write(Region(Pages(1)), Pages(0), Pages(1));
  return write(region, first, count);
}

OwnedPages measure_pages(Lesson& lesson, std::string_view name,
                         Pending<std::vector<std::int64_t>> writing,
                         const Region& region) {
  std::vector<PageRow> rows;
  std::vector<std::int64_t> parent;
  std::vector<std::int64_t> workers;
  Moment held = lesson.measure_work(name, writing, [&](const Moment& now) {
    rows = {look_at(region, now.parent.pid, kNowItsOwn, parent)};
    for (const Process& worker : now.workers) {
      rows.push_back(look_at(region, worker.pid, kCopied, workers));
    }
    name_processes(rows);
  });
  const std::vector<std::int64_t> faults = writing.get();
  // The first task of each worker was looked at, and no later one.
  workers.insert(workers.end(), faults.begin(),
                 faults.begin() + lesson.workers());
  OwnedPages owned{.held = held,
                   .parent = held.counted("pages of parent", parent),
                   .workers = held.counted("pages of workers", workers),
                   .rows = std::move(rows)};
  return owned;
}

PagePicture owned_pages_picture(
    std::string title,
    const std::vector<std::pair<std::string, OwnedPages>>& groups) {
  PagePicture picture{std::move(title),
                      {{"shared", ".", kGrey, kDarkGrey},
                       {"copied", "#", kOrange},
                       {"now its own", "o", kBlue}},
                      {}};
  for (const auto& [heading, owned] : groups) picture.add(heading, owned.rows);
  return picture;
}

}  // namespace cow

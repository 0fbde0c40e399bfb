// 08 page_map: a worker writes to what it inherited. What does that copy?
//
// The parent has D bytes in R pages, which the workers inherit. Each of them
// writes a part f of the pages: all the same part, in one pool after the other
// from none to all; and in the last pool, each a part of its own.
//
// What you should see: each page that is written is copied, and no other. Three
// counts that know nothing of each other agree: a worker's page faults, its
// exclusive pages by the page map, its private ones by smaps. And a parent that
// wrote nothing may own pages: the old ones, once every worker has a copy.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/memory/region.h"
#include "cow/pool/pool.h"

namespace {

using cow::Pages;
using cow::Term;
using Counts = std::vector<std::int64_t>;

constexpr cow::About kAbout{
    .name = "08_page_map",
    .question = "A worker writes to what it inherited: what does that copy?",
    .takeaway =
        "The pages that are written, once for each writer, and no other. The "
        "old page stays with those who did not write: maybe with one alone.",
    .next = "09_refcounts, because reading can be writing.",
    .options = {.chunk_size = 1, .svg = true}};

const cow::Region* region = nullptr;  // the global: every worker inherits it
using Part = std::pair<std::int64_t, std::int64_t>;  // first page, how many

// The task: writes its part and says how many page faults that took.
std::int64_t write_part(const Part& part) {
  const cow::Region warm_up(Pages(1));
  std::int64_t faults = 0;
  // Code comes by page faults as well: the first round is for its pages.
  for (const auto& [to, pages] :
       {std::pair(&warm_up, Part(0, 1)), std::pair(region, part)}) {
    const std::int64_t before = cow::own_minor_faults();
    to->write(Pages(pages.first), Pages(pages.second));
    faults = cow::own_minor_faults() - before;
  }
  cow::wait_to_be_measured();
  return faults;
}

// What is counted of one pool while its workers stand still.
struct Seen {
  cow::Moment held;
  Counts parent;   // exclusive pages (page map), private (smaps)
  Counts workers;  // the same of each, and then its faults
  std::vector<cow::PageRow> maps;  // the parent's, and one a worker
};

enum Kind : std::uint8_t { kShared, kCopy, kLeft };  // of pages, in the picture

// Counts what a process owns of the region, and draws it as of kind `own`.
cow::PageRow look_at(const cow::Process& process, Counts& counts, Kind own) {
  const auto map = region->page_map(process.pid);
  if (!map) throw cow::NotPossible(map.reason());
  const cow::Bytes uss = region->usage(process.pid)->usage.uss();
  counts.insert(counts.end(), {cow::count_pages(*map).exclusive.count(),
                               cow::to_pages(uss).count()});
  cow::PageRow row;
  for (const cow::Page& page : *map) {
    row.pages.push_back(page.exclusive ? own : kShared);
  }
  return row;
}

// Each worker writes `count` pages of `all`, the i-th from i * `stride` on.
Seen write_pages(cow::Lesson& lesson, std::string_view moment, const Term& all,
                 const Term& count, const Term& stride = 0) {
  const cow::Region built_before_the_fork(Pages(all.value()));
  region = &built_before_the_fork;
  std::vector<Part> parts;
  for (const int i : lesson.items()) {
    parts.emplace_back(i % lesson.workers() * stride.value(), count.value());
  }
  cow::Pool pool({.workers = lesson.workers()});
  auto writing = pool.map_async(write_part, parts, lesson.chunk_size());
  Seen seen;
  seen.held = lesson.observe_any(moment, writing, [&](const cow::Moment& now) {
    seen.maps = {look_at(now.parent, seen.parent, kLeft)};
    for (const cow::Process& worker : now.workers) {
      seen.maps.push_back(look_at(worker, seen.workers, kCopy));
    }
    cow::name_processes(seen.maps);
  });
  const Counts faults = writing.get();  // the first ones were looked at
  seen.workers.insert(seen.workers.end(), faults.begin(),
                      faults.begin() + lesson.workers());
  lesson.claim({.says = fmt::format("{}: faults = exclusive = private", moment),
                .measured = seen.held.counted("pages of workers", seen.workers),
                .expected = cow::exactly(count),
                .otherwise = "more is written than that, or pages swapped"});
  return seen;
}

// fD: what a worker wrote; rest: its share of what it did not; left: the pages
// that only the parent still has.
void claim_memory(cow::Lesson& lesson, const std::string& who, const Seen& seen,
                  const Term& fD, const Term& rest, const Term& left) {
  const auto [D, N, n, T] = lesson.symbols();
  const char* otherwise = "the workers do not write the pages they should";
  lesson.claim({.says = who + ": a worker owns what it wrote (USS)",
                .measured = seen.held.each_worker(cow::uss),
                .expected = cow::about(fD + seen.held.base(cow::uss)),
                .otherwise = otherwise});
  lesson.claim({.says = who + ": and has its share of the rest (PSS)",
                .measured = seen.held.each_worker(cow::pss),
                .expected = cow::about(fD + rest + seen.held.base(cow::pss)),
                .otherwise = otherwise});
  lesson.claim(
      {.says = who + ": the machine pays for each copy (ΣPSS)",
       .measured = seen.held.total(cow::pss),
       .expected = cow::about(D + N * fD + seen.held.sum_of_bases(cow::pss),
                              lesson.processes()),
       .otherwise = otherwise});
  lesson.claim({.says = who + ": pages that are the parent's alone",
                .measured = seen.held.counted("pages of parent", seen.parent),
                .expected = cow::exactly(left),
                .otherwise = otherwise});
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs(((N + 1) * D).bytes());
  const Term R("R", cow::to_pages(lesson.data()).count());

  write_pages(lesson, cow::kOverNothing, 1, 0);
  const Seen before = write_pages(lesson, "the same pages, f = 0", R, 0);
  write_pages(lesson, "the same pages, f = 1/R", R, 1);
  const Seen same = write_pages(lesson, "the same pages, f = 1/16", R, R / 16);
  write_pages(lesson, "the same pages, f = 1/4", R, R / 4);
  write_pages(lesson, "the same pages, f = 1", R, R);
  // A sixteenth each, as long as there are no more workers than that.
  const Term k = lesson.workers() > 16 ? N : Term(16);
  const Seen own = write_pages(lesson, "pages of their own", R, R / k, R / N);

  claim_memory(lesson, "same", same, D / 16, (D - D / 16) / (N + 1), R / 16);
  // The old pages of a part are shared by the parent and the other workers.
  claim_memory(lesson, "own", own, D / k,
               (D - N * (D / k)) / (N + 1) + (N - 1) * (D / k) / N,
               lesson.workers() == 1 ? R / k : Term(0));

  cow::PagePicture picture{"What is written is copied, and nothing else",
                           {{"shared", ".", cow::kGrey, cow::kDarkGrey},
                            {"copied", "#", cow::kOrange},
                            {"now its own", "o", cow::kBlue}},
                           {}};
  picture.add("Before: nobody has written", before.maps);
  picture.add("After: every worker has written the same sixteenth", same.maps);
  picture.add("After: each worker has written a part of its own", own.maps);
  lesson.show(picture);
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, kAbout, experiment);
}

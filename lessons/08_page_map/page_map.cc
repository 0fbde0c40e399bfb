// 08 page_map: a worker writes to what it inherited. What does that copy?
//
// The parent has D bytes in R pages, which the workers inherit. Each worker
// writes a fraction f of the pages. In the first five pools all write the same
// pages, from none to all; in the last one, each writes pages of its own.
//
// What you should see: each page that is written is copied, and no other. Three
// independent counts agree: a worker's page faults, its exclusive pages in the
// page map, its private pages in smaps. And a parent that wrote nothing may own
// pages: the old ones, once every worker has a copy of them.
// How to read these programs: docs/reading_a_lesson.md.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cow/lesson/owned_pages.h"
#include "cow/memory/region.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using cow::Formula;
using cow::Pages;

// The global: memory in which pages can be counted. Every worker inherits it.
const cow::Region* region = nullptr;

using Part = std::pair<std::int64_t, std::int64_t>;  // first page, how many

// The task: writes its part and says how many page faults that took.
std::int64_t write_part(const Part& part) {
  const std::int64_t faults = cow::write_and_count_faults(
      *region, Pages(part.first), Pages(part.second));
  cow::wait_to_be_measured();
  return faults;
}

// Each worker writes `count` pages of `all`, the i-th from i * `stride` on.
cow::OwnedPages write_pages(cow::Lesson& lesson, const std::string& name,
                            const Formula& all, const Formula& count,
                            const Formula& stride = 0) {
  const cow::Region built_before_the_fork(Pages(all.value()));
  region = &built_before_the_fork;
  std::vector<Part> parts;
  for (const int i : lesson.items()) {
    parts.emplace_back(i % lesson.workers() * stride.value(), count.value());
  }
  cow::Pool pool({.workers = lesson.workers()});
  auto owned = cow::measure_pages(
      lesson, name, pool.map_async(write_part, parts, lesson.chunk_size()),
      *region);
  lesson.claim(name + ": faults = exclusive = private", owned.workers, count,
               "more is written than that, or pages were swapped");
  return owned;
}

// fD: what a worker wrote; rest: its share of what it did not; left: the pages
// that only the parent still has.
void claim_memory(cow::Lesson& lesson, const std::string& name,
                  const cow::OwnedPages& owned, const Formula& fD,
                  const Formula& rest, const Formula& left) {
  const auto [D, N, n, T] = lesson.symbols();
  const cow::Moment& held = owned.held;
  lesson.claim(name + ": a worker owns what it wrote (USS)",
               held.each_worker(cow::uss), cow::above_base(fD));
  lesson.claim(name + ": a worker shares the rest of D (PSS)",
               held.each_worker(cow::pss), cow::above_base(fD + rest));
  lesson.claim(name + ": the machine pays for each copy (ΣPSS)",
               held.total(cow::pss), cow::above_base(D + N * fD));
  lesson.claim(name + ": pages that only the parent has", owned.parent, left);
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D);
  const Formula R("R", cow::to_pages(lesson.data()).count());

  lesson.measure_base([&](cow::Bytes) {
    write_pages(lesson, "over nothing", /*all=*/1, /*count=*/0);
  });
  const auto before = write_pages(lesson, "the same pages, f = 0", R, 0);
  write_pages(lesson, "the same pages, f = 1/R", R, 1);
  const auto same = write_pages(lesson, "the same pages, f = 1/16", R, R / 16);
  write_pages(lesson, "the same pages, f = 1/4", R, R / 4);
  write_pages(lesson, "the same pages, f = 1", R, R);
  // A sixteenth each; with more than 16 workers, one part of N.
  const Formula k = lesson.workers() > 16 ? N : Formula(16);
  const auto own = write_pages(lesson, "pages of their own", R, R / k, R / N);

  claim_memory(lesson, "same", same, D / 16, (D - D / 16) / (N + 1), R / 16);
  // The old pages of a part are shared by the parent and the other workers.
  claim_memory(lesson, "own", own, D / k,
               (D - N * (D / k)) / (N + 1) + (N - 1) * (D / k) / N,
               lesson.workers() == 1 ? R / k : Formula(0));

  lesson.show(cow::owned_pages_picture(
      "What is written is copied, and nothing else",
      {{"Before: nobody has written", before},
       {"After: every worker has written the same sixteenth", same},
       {"After: each worker has written a part of its own", own}}));
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "08_page_map", experiment,
                         {.chunk_size = 1, .svg = true});
}

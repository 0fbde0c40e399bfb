// 14 fork_cost: what does fork cost, and when is it cheaper to copy everything?
//
// Fork copies no page of the data. It copies the page table, 8 bytes a page,
// and each page that is written later costs a page fault. First, workers are
// forked over D in pages of 4 KiB and of 2 MiB (huge pages). Then the parent
// goes on writing while workers save what was there at the fork: a snapshot.
//
// What you should see: page tables take D/512 with both kinds of pages. A byte
// written in a huge page copies 4 KiB. Beside a snapshot, each page that is
// written costs one copy. Fork takes less time with huge pages.
// How to read these programs: docs/reading_a_lesson.md.

#include <random>
#include <string>
#include <vector>

#include "cow/lesson/owned_pages.h"
#include "cow/lesson/timing.h"
#include "cow/report/report.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;
using cow::Formula;
using cow::Pages;
using cow::PageSize;

const cow::Region* region = nullptr;  // the global that every worker inherits

// The task: writes one byte into every second part of 2 MiB.
std::int64_t write_few_bytes(int /*i*/) {
  std::int64_t faults = 0;
  for (Pages at; at < region->pages(); at = at + Pages(2 * 512)) {
    faults += cow::write_and_count_faults(*region, at, Pages(1));
  }
  cow::wait_to_be_measured();
  return faults;
}

// Forks workers over so much memory, in pages of one size.
cow::OwnedPages fork_over(cow::Lesson& lesson, const std::string& name,
                          PageSize page_size, Pages pages) {
  const cow::Region data(pages, page_size);
  region = &data;
  cow::Pool pool({.workers = lesson.workers()});
  return cow::measure_pages(
      lesson, name, pool.map_async(write_few_bytes, lesson.items()), data);
}

// The parent has so many huge pages; a worker that wrote has so many left.
void claim_pages(cow::Lesson& lesson, const cow::OwnedPages& owned,
                 const Formula& H, const Formula& huge, const Formula& left) {
  const auto [D, N, n, T] = lesson.symbols();
  const std::string& name = owned.held.name;
  lesson.claim(name + ": page tables of a worker",
               owned.held.each_worker(cow::page_tables),
               cow::above_base(D / 512, 16_KiB, 16_KiB));
  lesson.claim(name + ": huge pages of the parent", owned.parent_huge, huge);
  lesson.claim(name + ": huge pages of a worker", owned.workers_huge, left);
  lesson.claim(name + ": bytes written = pages of 4 KiB copied", owned.workers,
               (H + 1) / 2, "before Linux 5.8, a byte copies all 2 MiB");
}

// The task: saves the snapshot. If it is not what was there at the fork, ones,
// the result is wrong.
double save(int i) {
  const bool is_right = region->read() == region->pages().count();
  cow::wait_to_be_measured();
  return is_right ? i * i : -1;
}

void save_and_write(cow::Lesson& lesson, const std::string& name,
                    const Formula& R, const Formula& k) {
  const auto [D, N, n, T] = lesson.symbols();
  const cow::Region data(Pages(R.value()));
  region = &data;
  cow::Pool pool({.workers = lesson.workers()});  // the fork: a snapshot
  std::mt19937_64 random;
  std::int64_t different = 0;  // of the pages that are written
  for (std::int64_t i = 0; i < k.value(); ++i) {
    std::byte* page = data.page(Pages(random() % data.pages().size()));
    if (*page == std::byte{1}) ++different;
    *page = std::byte{2};
  }
  std::vector<std::int64_t> copied;
  const auto held = lesson.measure(
      name, pool.map_async(save, lesson.items()), [&](const cow::Moment& now) {
        const pid_t pid = now.parent.pid;
        copied = {cow::count_pages(*data.page_map(pid)).exclusive.count(),
                  cow::to_pages(data.usage(pid)->usage.uss()).count()};
      });
  const Formula w("w", different);
  lesson.claim(name + ": different pages that were written", different,
               cow::different_ones(R, k));
  lesson.claim(name + ": pages that the parent copied", copied, w);
  lesson.claim(name + ": the machine pays for those (ΣPSS)",
               held.total(cow::pss),
               cow::above_base(D + Formula("P", cow::page_size()) * w));
}

// Shown and not claimed.
void show_times(cow::Lesson& lesson, bool has_huge) {
  const cow::Bytes D = lesson.data();
  cow::Chart chart{
      "With small pages, fork takes longer the more data there is",
      "To start a child, in µs: points are measured, each line is "
      "the one that lies nearest to them.",
      "µs",
      {"D, MiB", "D", "MiB"},
      {cow::time_beside(D, PageSize::kBase, "fork, 4 KiB", cow::time_to_fork),
       cow::time_beside(D, PageSize::kBase, "posix_spawn",
                        cow::time_to_spawn)}};
  if (has_huge) {
    chart.curves.push_back(
        cow::time_beside(D, PageSize::kHuge, "fork, 2 MiB", cow::time_to_fork));
  }
  lesson.show("To start a child takes, beside D of data", cow::to_text(chart));
  lesson.show(chart);
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory(2 * D);
  const Formula R("R", cow::to_pages(lesson.data()).count());
  const Formula H("H", (R.value() + 511) / 512);
  const Pages pages(512 * H.value());
  lesson.measure_base(
      [&](cow::Bytes) { fork_over(lesson, "", PageSize::kBase, Pages(1)); });
  const auto small = fork_over(lesson, "4 KiB", PageSize::kBase, pages);
  claim_pages(lesson, small, H, 0, 0);
  const auto large = fork_over(lesson, "2 MiB", PageSize::kHuge, pages);
  const bool has_huge = large.parent_huge.values[0] == H.value();
  if (has_huge) {
    claim_pages(lesson, large, H, H, H / 2);
  } else {
    lesson.show("2 MiB", "  not on this machine: the kernel gives too few\n");
  }
  save_and_write(lesson, "k = R/4", R, {"k", R.value() / 4});
  save_and_write(lesson, "k = R", R, {"k", R.value()});
  save_and_write(lesson, "k = 4·R", R, {"k", 4 * R.value()});
  show_times(lesson, has_huge);
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "14_fork_cost", experiment,
                         {.huge_pages = true});
}

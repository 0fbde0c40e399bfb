// 11 garbage_collector: does a worker that touches nothing keep what it shares?
//
// A garbage collector marks all that the program can reach, and ends the rest.
// The parent builds a list of M small lists before the fork (in a heap with
// CPython's layout). The workers touch none of them, but in each a collector
// runs once. Its marks are in the headers of the lists, or in a table beside
// them; or the parent has frozen the lists before the fork.
//
// What you should see: marks in headers copy every page that holds a list.
// Marks in a table copy the table: a bit for each list. Frozen lists are not
// copied. How to read these programs: docs/reading_a_lesson.md.

#include <bit>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "cow/lesson/counted_pages.h"
#include "cow/object/collector.h"
#include "cow/object/heap.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using cow::Formula;

constexpr cow::Bytes kSlot{64};  // of a list, which has 56 bytes

// The globals that the workers inherit.
cow::List* rows = nullptr;
cow::Collector* collector = nullptr;

// The tasks. Neither touches a row. The second collects, as gc.collect() does
// in CPython, or as its collector does that comes by itself.
double square(int i) {
  cow::wait_to_be_measured();
  return i * i;
}

double collect(int i) {
  const std::int64_t ended = collector->collect(*rows);  // none: all are in use
  return square(i) + static_cast<double>(ended);
}

// M lists, each with room for one item, in a list. So each has a buffer, too.
cow::Ref<cow::List> make_rows(cow::Heap& heap, std::int64_t M) {
  cow::Ref<cow::List> all = heap.new_list(M);
  for (std::int64_t k = 0; k < M; ++k) all->set(k, heap.new_list(1));
  return all;
}

// The pages that can hold marks, and the others. In a header, the mark lies in
// front of the count: now and then in the page before.
cow::CountedPages pages_of(cow::Heap& heap) {
  const auto number = [](const void* address) {
    return std::bit_cast<std::uintptr_t>(address) / cow::page_size().size();
  };
  std::set<std::uintptr_t> with_marks;
  heap.for_each_list([&](cow::List& list) {
    with_marks.insert(with_marks.end(), number(&list.links().mark));
  });
  cow::CountedPages pages;
  for (const cow::HeapPage& page : heap.pages()) {
    if (page.use == cow::PageUse::kUnused) continue;
    const bool marks = with_marks.count(number(page.address)) > 0;
    (marks ? pages.with_counts : pages.without).push_back(page.address);
  }
  return pages;
}

struct How {
  std::string_view name;
  cow::Marks marks = cow::Marks::kInHeaders;
  bool frozen = false;
  double (*task)(int) = collect;
};

// Runs the task in a pool: which pages of the heap have the workers copied?
cow::Copies run(cow::Lesson& lesson, cow::Heap& heap, const How& how) {
  cow::Collector built_before_the_fork(heap, how.marks);
  collector = &built_before_the_fork;
  if (how.frozen) collector->freeze();
  const cow::CountedPages pages = pages_of(heap);
  cow::Pool pool({.workers = lesson.workers()});
  return cow::measure_copies(lesson, how.name, pool, how.task, pages);
}

// `all` is what each worker has copied: the sum, and next to nothing else.
void claim(cow::Lesson& lesson, const cow::Copies& copies, const Formula& lists,
           const Formula& others, const Formula& all) {
  const std::string& name = copies.held.name;
  lesson.claim(name + ": pages with lists, copied", copies.with_counts, lists);
  lesson.claim(name + ": other pages, copied", copies.without, others);
  lesson.claim(name + ": a worker's own (USS)",
               copies.held.each_worker(cow::uss),
               cow::nothing_but(all * Formula("P", cow::page_size())));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D + D / 2);
  const Formula s("s", kSlot);
  const Formula M("M", D.value() / s.value());

  lesson.measure_base([&](cow::Bytes) {
    cow::Heap heap;
    const cow::Ref<cow::List> nothing = make_rows(heap, 0);
    rows = nothing.get();
    run(lesson, heap, {.name = "nothing"});
  });
  cow::Heap heap;
  const cow::Ref<cow::List> all = make_rows(heap, M.value());
  rows = all.get();
  const auto off = run(lesson, heap, {.name = "no collection", .task = square});
  const auto in_headers = run(lesson, heap, {.name = "marks in headers"});
  const auto in_table =
      run(lesson, heap,
          {.name = "marks in a table", .marks = cow::Marks::kInTable});
  const auto frozen = run(lesson, heap, {.name = "frozen", .frozen = true});

  const Formula C("C", off.pages_with_counts.count());
  lesson.claim("the lists are M slots of s bytes",
               cow::to_bytes(off.pages_with_counts), cow::about(M * s));
  // A page of the table has w bits, one for each list. The stack lies behind
  // the last of them: two entries of 16 bytes, as there are lists in a list.
  const Formula w("w", 8 * cow::page_size().count());
  const Formula S("S", 8 * 2 * 16);
  const Formula table = (M + S) / w + 1;
  claim(lesson, off, 0, 0, 0);
  claim(lesson, in_headers, C, 1, C + 1);  // 1: the stack
  claim(lesson, in_table, 0, table, table);
  claim(lesson, frozen, 0, 0, 0);

  lesson.show(
      cow::copies_picture("The collector marks what nobody touched",
                          "Before: a worker was forked and has done nothing",
                          "After: a collector has run in it, once",
                          {{"headers", in_headers, "lists", "others"},
                           {"table", in_table, "lists", "others"},
                           {"frozen", frozen, "lists", "others"}}));
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "11_garbage_collector", experiment,
                         {.svg = true, .object_size = kSlot});
}

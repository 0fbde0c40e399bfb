// 09 refcounts: can a worker that only reads make copies?
//
// A reference count lies beside the value that it belongs to. Reading the value
// takes a reference, and that changes the count. The parent builds numbers in
// three forms before the fork: M floats in a list, each an object (in a heap
// with CPython's layout); one array of the same D bytes, which is one object;
// and M numbers in a vector of shared_ptr. The workers only add them up.
//
// What you should see: adding up the floats, or the shared_ptr by copy, copies
// each page that holds a count: M objects in slots of s bytes. Reading the
// array copies one page, the shared_ptr by reference none. How to read these
// programs: docs/reading_a_lesson.md.

#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/counted_pages.h"
#include "cow/object/heap.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using cow::Formula;

constexpr cow::Bytes kSlot{32};  // of a float; a block of make_shared's, too

using Pointers = std::vector<std::shared_ptr<double>>;

// The globals that the workers inherit. All numbers in them are 1.
const cow::Ref<cow::List>* list = nullptr;
const cow::Ref<cow::Array>* array = nullptr;
const Pointers* pointers = nullptr;

// The end of each task. All numbers are 1, so their mean is 1, too.
double finish(double sum, std::int64_t count, int i) {
  cow::wait_to_be_measured();
  return sum / static_cast<double>(count) * i * i;
}

double add_floats(int i) {  // as `for number in numbers` does it in CPython
  const cow::Ref<cow::List> numbers = *list;
  double sum = 0;
  for (std::int64_t k = 0; k < numbers->size(); ++k) {
    const cow::Ref<cow::Float> number = numbers->at<cow::Float>(k);  // counts
    sum += number->value;
  }
  return finish(sum, numbers->size(), i);
}

double add_array(int i) {
  const cow::Ref<cow::Array> numbers = *array;  // counts, once for all
  double sum = 0;
  for (const double number : numbers->values()) sum += number;
  return finish(sum, numbers->length(), i);
}

double add_by_copy(int i) {
  double sum = 0;
  // NOLINTNEXTLINE(performance-for-range-copy): that is the experiment.
  for (auto p : *pointers) sum += *p;  // counts: p is one more owner
  return finish(sum, std::ssize(*pointers), i);
}

double add_by_reference(int i) {
  double sum = 0;
  for (const auto& p : *pointers) sum += *p;
  return finish(sum, std::ssize(*pointers), i);
}

// Runs `task` in a pool: which pages of `what` have the workers copied?
template <typename Counted>
cow::Copies read_all(cow::Lesson& lesson, std::string_view name,
                     double (*task)(int), const Counted& what) {
  const cow::CountedPages pages = cow::counted_pages(what);
  cow::Pool pool({.workers = lesson.workers()});
  return cow::measure_copies(lesson, name, pool, task, pages);
}

cow::Copies read_floats(cow::Lesson& lesson, std::int64_t M) {
  cow::Heap heap;
  const cow::Ref<cow::List> numbers = heap.new_list(M);
  for (std::int64_t k = 0; k < M; ++k) numbers->set(k, heap.new_float(1));
  list = &numbers;
  return read_all(lesson, "floats", add_floats, heap);
}

cow::Copies read_array(cow::Lesson& lesson) {
  cow::Heap heap;
  const auto numbers = heap.new_array(lesson.data().count() / 8, 1);
  array = &numbers;
  return read_all(lesson, "one array", add_array, heap);
}

// Each worker has copied `pages` that hold counts, and nothing else.
void claim(cow::Lesson& lesson, const cow::Copies& copies,
           const Formula& pages) {
  const std::string& name = copies.held.name;
  lesson.claim(name + ": pages with counts, copied", copies.with_counts, pages);
  lesson.claim(name + ": pages without, copied", copies.without, 0);
  lesson.claim(name + ": a worker's own (USS)",
               copies.held.each_worker(cow::uss),
               cow::nothing_but(pages * Formula("P", cow::page_size())));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D + D / 2);
  const Formula s("s", kSlot);
  const Formula M("M", D.value() / s.value());

  lesson.measure_base([&](cow::Bytes) { read_floats(lesson, 1); });
  const auto floats = read_floats(lesson, M.value());
  lesson.claim("the floats are M slots of s bytes",
               cow::to_bytes(floats.pages_with_counts), cow::about(M * s));
  const auto one_array = read_array(lesson);

  Pointers numbers(static_cast<std::size_t>(M.value()));
  for (auto& p : numbers) p = std::make_shared<double>(1);
  pointers = &numbers;
  const auto by_copy =
      read_all(lesson, "shared_ptr by copy", add_by_copy, numbers);
  const auto by_reference =
      read_all(lesson, "shared_ptr by reference", add_by_reference, numbers);

  claim(lesson, floats, Formula("C", floats.pages_with_counts.count()));
  claim(lesson, one_array, 1);
  claim(lesson, by_copy, Formula("B", by_copy.pages_with_counts.count()));
  claim(lesson, by_reference, 0);

  lesson.show(cow::copies_picture(
      "Where each number has a count, reading copies all of them",
      "Before: a worker was forked and has read nothing",
      "After: it has read every number once, and written none",
      {{"floats", floats, "floats", "pointers"},
       {"one array", one_array, "header", "numbers"},
       {"by copy", by_copy, "blocks", "shared_ptr"},
       {"by reference", by_reference, "blocks", "shared_ptr"}}));
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "09_refcounts", experiment,
                         {.svg = true, .object_size = kSlot});
}

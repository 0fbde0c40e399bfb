// 09 refcounts: can a worker that only reads make copies?
//
// Where objects are counted, the count lies beside the value, and who reads the
// one takes a reference, which changes the other. The same M numbers, built
// before the fork in three forms: a list of floats, each an object (in a heap
// with CPython's layout); one large array, which is one object; and a vector of
// shared_ptr. The workers add them up, nothing else.
//
// What you should see: adding up the floats, or the shared_ptr by copy, copies
// each page that holds a count: M objects in slots of s bytes. Of the array it
// copies one page, by reference none. Pages without counts stay shared.

#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>

#include "cow/lesson/counted_pages.h"
#include "cow/lesson/lesson.h"
#include "cow/object/heap.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;
using cow::Term;

constexpr cow::Bytes kSlot = 32_B;  // of a float; a block of make_shared's, too
static_assert(kSlot == cow::kSharedBlock);

constexpr cow::About kAbout{
    .name = "09_refcounts",
    .question = "A worker only reads what it inherited: can that copy it?",
    .takeaway =
        "Yes, if each value has a count beside it: to read it is to write "
        "there. A large array has one count, and a C++ reference has none.",
    .next = "docs/README.md lists the whole course.",
    .options = {.svg = true, .object_size = kSlot}};

using Pointers = std::vector<std::shared_ptr<double>>;

// The globals that the workers inherit. All numbers in them are 1.
const cow::Ref<cow::List>* list = nullptr;
const cow::Ref<cow::Array>* array = nullptr;
const Pointers* pointers = nullptr;

// The end of each task: its worker holds what it has read.
double square(double sum, std::int64_t count, int i) {
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
  return square(sum, numbers->size(), i);
}

double add_array(int i) {
  const cow::Ref<cow::Array> numbers = *array;  // counts, once for all
  double sum = 0;
  for (const double number : numbers->values()) sum += number;
  return square(sum, numbers->length(), i);
}

double add_by_copy(int i) {
  double sum = 0;
  // NOLINTNEXTLINE(performance-for-range-copy): that is the experiment.
  for (auto p : *pointers) sum += *p;  // counts: p is one more owner
  return square(sum, std::ssize(*pointers), i);
}

double add_by_reference(int i) {
  double sum = 0;
  for (const auto& p : *pointers) sum += *p;
  return square(sum, std::ssize(*pointers), i);
}

// One pool; what its workers have copied when they hold what they have read.
cow::Copies read_all(cow::Lesson& lesson, std::string_view moment,
                     double (*task)(int), const cow::CountedPages& pages) {
  cow::Pool pool({.workers = lesson.workers()});
  return cow::observe_copies(lesson, moment, pool, task, pages);
}

cow::Copies read_floats(cow::Lesson& lesson, std::string_view moment,
                        std::int64_t M) {
  cow::Heap heap;
  const cow::Ref<cow::List> numbers = heap.new_list(M);
  for (std::int64_t k = 0; k < M; ++k) numbers->set(k, heap.new_float(1));
  list = &numbers;
  return read_all(lesson, moment, add_floats, cow::counted_pages(heap));
}

cow::Copies read_array(cow::Lesson& lesson) {
  cow::Heap heap;
  const auto numbers = heap.new_array(lesson.data().count() / 8, 1);
  array = &numbers;
  return read_all(lesson, "one array", add_array, cow::counted_pages(heap));
}

// Each worker has copied `pages` that hold counts, and nothing else.
void claim(cow::Lesson& lesson, const cow::Copies& copies, const Term& pages) {
  const cow::Moment& held = copies.held;
  lesson.claim({.says = held.name + ": pages with counts, copied",
                .measured = held.counted("with counts", copies.with_counts),
                .expected = cow::exactly(pages),
                .otherwise = "reading counts elsewhere, or not at all"});
  lesson.claim({.says = held.name + ": pages without, copied",
                .measured = held.counted("without", copies.without),
                .expected = cow::exactly(0),
                .otherwise = "the task writes to more than counts"});
  const Term own = pages * Term("P", cow::page_size());
  lesson.claim({.says = held.name + ": a worker's own (USS)",
                .measured = held.each_worker(cow::uss),
                .expected = cow::between(own.bytes() + cow::page_size(),
                                         own + held.base(cow::uss),
                                         own.bytes() + 256_KiB),
                .otherwise = "something else is written, or swapped"});
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs(((N + 1) * D + D / 2).bytes());
  const Term s("s", kSlot);
  const Term M("M", D.value() / s.value());

  read_floats(lesson, cow::kOverNothing, 1);
  const auto floats = read_floats(lesson, "floats", M.value());
  const auto one_array = read_array(lesson);

  Pointers numbers(static_cast<std::size_t>(M.value()));
  for (auto& p : numbers) p = std::make_shared<double>(1);
  pointers = &numbers;
  const auto pages = cow::counted_pages(numbers);
  const auto by_copy =
      read_all(lesson, "shared_ptr by copy", add_by_copy, pages);
  const auto by_reference =
      read_all(lesson, "shared_ptr by reference", add_by_reference, pages);

  lesson.claim({.says = "the floats are M slots of s bytes",
                .measured = floats.held.measured(
                    "pages with counts", cow::to_bytes(floats.all_with_counts)),
                .expected = cow::about(M * s)});
  claim(lesson, floats, Term("C", floats.all_with_counts.count()));
  claim(lesson, one_array, 1);
  claim(lesson, by_copy, Term("B", by_copy.all_with_counts.count()));
  claim(lesson, by_reference, 0);
  lesson.claim({.says = "the results are right",
                .measured = floats.held.results(),
                .expected = cow::exactly(n)});

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
  return cow::run_lesson(argc, argv, kAbout, experiment);
}

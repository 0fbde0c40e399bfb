// 12 cures: a worker must read small objects. How does it copy none of them?
//
// The parent makes a list of M floats before the fork, in a heap with CPython's
// layout. The ways below differ in how a worker reads an object, or in what the
// parent does to each object before the fork. All of them borrow the list.
//
// What you should see: four ways copy no page of the floats. One of these keeps
// the counts in a table and copies the table, 512 counts a page. Two ways that
// look like cures copy as much as plain counting does.

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/counted_pages.h"
#include "cow/lesson/reading_times.h"
#include "cow/object/count_table.h"
#include "cow/object/heap.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using cow::CountTable;
using cow::Formula;
using Index = std::int64_t;
using Number = cow::Ref<cow::Float>;

constexpr cow::Bytes kSlot{32};  // of a float

// The globals that the workers inherit. All numbers in them are 1.
Index objects = 1;
const cow::List* list = nullptr;
Eigen::VectorXd buffer;         // object k has the numbers from offsets[k] on,
Eigen::VectorX<Index> offsets;  // up to offsets[k + 1]
std::optional<cow::ReadingTimes> times;

// How a worker reads object k.
double counting(Index k) {
  const Number number = list->at<cow::Float>(k);
  return number->value;
}
double borrowing(Index k) { return list->borrow<cow::Float>(k)->value; }
double from_buffer(Index k) {
  return buffer.segment(offsets[k], offsets[k + 1] - offsets[k]).sum();
}
double biased(Index k) {  // the owner counts in one half, all others in this
  const cow::Float* number = list->borrow<cow::Float>(k);
  volatile Index& word = const_cast<Index&>(number->count);
  word = word + (Index{1} << 32);
  word = word - (Index{1} << 32);
  return number->value;
}

// What the parent does to object k before the fork.
void nothing(Number&, Index, CountTable&) {}
void immortal(Number& number, Index, CountTable&) { make_immortal(*number); }
void half_immortal(Number& number, Index k, CountTable&) {
  if (k % 2 == 0) make_immortal(*number);
}
void table(Number& number, Index, CountTable& counts) {
  counts.take_count_of(*number);
}
void flatten(Number& number, Index k, CountTable&) {
  buffer[k] = number->value;
  offsets[k + 1] = k + 1;
  number = {};  // that was the last reference: the object ends
}

// The task: reads all objects, and then once more.
template <double (*kRead)(Index)>
double add_up(int i) {
  const double total = times->twice(i == 0, [] {
    double sum = 0;
    for (Index k = 0; k < objects; ++k) sum += kRead(k);
    return sum;
  });
  cow::wait_to_be_measured();
  return total / static_cast<double>(objects) * i * i;
}

struct Way {
  std::string_view name;
  double (*task)(int);
  void (*treat)(Number& number, Index k, CountTable& counts);
};
constexpr Way kWays[] = {{"counted", add_up<counting>, nothing},
                         {"half immortal", add_up<counting>, half_immortal},
                         {"biased", add_up<biased>, nothing},
                         {"immortal", add_up<counting>, immortal},
                         {"borrowed", add_up<borrowing>, nothing},
                         {"side table", add_up<counting>, table},
                         {"flat", add_up<from_buffer>, flatten}};

// Reads by `way` in a pool: which pages have the workers copied?
cow::Copies read_all(cow::Lesson& lesson, const Way& way) {
  CountTable counts(objects);
  cow::Heap heap;
  const cow::Ref<cow::List> numbers = heap.new_list(objects);
  for (Index k = 0; k < objects; ++k) {
    Number number = heap.new_float(1);
    way.treat(number, k, counts);
    numbers->set(k, std::move(number));
  }
  list = numbers.get();
  auto pages = cow::counted_pages(heap, cow::Kind::kFloat, counts);
  if (way.treat == flatten)
    pages.without = cow::pages_of(buffer.data(), 8 * cow::Bytes(objects));
  cow::Pool pool({.workers = lesson.workers()});
  return cow::measure_copies(lesson, way.name, pool, way.task, pages);
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 2) * D);
  const Index M = D.value() / kSlot.count();
  buffer.resize(M);
  offsets.setZero(M + 1);
  times.emplace();
  lesson.measure_base([&](cow::Bytes) { read_all(lesson, kWays[0]); });
  objects = M;
  std::vector<cow::Copies> runs;
  for (const Way& way : kWays) {
    runs.push_back(read_all(lesson, way));
    times->keep(way.name, M);
  }

  const Formula C("C", runs[0].pages_with_counts.count());
  const Formula K("⌈8·M/P⌉", cow::to_pages(M * cow::Bytes(8)).count());
  const std::vector<Formula> expected{C, C, C, 0, 0, K, 0};
  for (std::size_t k = 0; k < runs.size(); ++k)
    claim_copies(lesson, runs[k], expected[k]);
  lesson.show("CPU time that worker 0 took for an object", times->table());
  const auto row = [&](std::size_t k) {
    return cow::CopiesRow{runs[k].held.name, runs[k], "counts", "others"};
  };
  lesson.show(cow::copies_picture("Where nobody counts, nothing is copied",
                                  "Just forked", "Every object was read",
                                  {row(1), row(3), row(5), row(6)}));
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "12_cures", experiment,
                         {.svg = true, .object_size = kSlot});
}

// 02 read_the_meter: which of the kernel's figures is what the machine spends?
//
// Three pools over the same amount of data. In the first, the parent has filled
// an array, and the workers inherit it: nothing is copied. In the second, the
// array is reserved but was never written to. In the third, that array is
// passed by value, as in lesson 01: each worker gets a copy.
//
// What you should see: top's column, RSS, counts a shared page in full in every
// process. By the sum of RSS, the first pool, which holds the data once, looks
// more expensive than the third, which holds it N times. PSS divides each page
// by the number of processes that map it, and its sum is what the machine
// spends. USS is what the machine gets back if a process ends. None of these
// figures includes page tables, or memory that was never touched.
// How to read these programs: docs/reading_a_lesson.md.

#include <Eigen/Core>
#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/memory/environment.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;

double stand_still(int i) {
  cow::wait_to_be_measured();
  return i * i;
}

using Array = std::shared_ptr<const Eigen::VectorXd>;

double hold_a_copy(const std::pair<Array, int>& item) {
  return stand_still(item.second);
}

// The parent has `array` when the workers are forked: they inherit it.
cow::Moment inherit(cow::Lesson& lesson, std::string_view name,
                    const Eigen::VectorXd& /*array*/) {
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.measure(name, pool.map_async(stand_still, lesson.items()));
}

// The parent sends `array` to the workers.
cow::Moment pass(cow::Lesson& lesson, std::string_view name,
                 const Array& array) {
  std::vector<std::pair<Array, int>> items;
  for (const int i : lesson.items()) items.emplace_back(array, i);
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.measure(name, pool.map_async(hold_a_copy, items));
}

// One worker that inherits. Its page tables take D/512. If a figure included
// them, its claim would fail: from 32 MiB of data on it allows D/1024.
void claim_worker(cow::Lesson& lesson, const cow::Moment& shared) {
  const auto [D, N, n, T] = lesson.symbols();
  const cow::Bytes slack = std::max(lesson.data() / 1024, 32_KiB);
  // The base is the largest of the workers'. Others may map less of the
  // program, so more is allowed below.
  lesson.claim("a worker's RSS counts all of D", shared.each_worker(cow::rss),
               cow::above_base(D, 256_KiB, slack),
               "page tables are counted in it");
  lesson.claim("a worker's PSS is its share", shared.each_worker(cow::pss),
               cow::above_base(D / (N + 1), slack, slack),
               "page tables are counted in it");
  lesson.claim("a worker's USS is next to nothing",
               shared.each_worker(cow::uss), cow::above_base(0, slack, slack),
               "it writes, or page tables are counted in it");
  lesson.claim("a worker's page tables take D/512 more",
               shared.each_worker(cow::page_tables),
               cow::above_base(D / 512, 16_KiB, 16_KiB),
               "this machine's pages are not 4 KiB");
  lesson.claim("a worker's peak RSS is D, though it copied nothing",
               shared.each_worker(cow::peak_rss), cow::above_base(D));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  // To send an array, the parent reads it. That costs D if the kernel has no
  // zero page.
  const bool zero_page = cow::has_zero_page();
  const auto passed_data = zero_page ? N * D : (N + 1) * D;
  lesson.needs_memory(passed_data);
  const auto size = lesson.data().count() / 8;

  lesson.measure_base([&](cow::Bytes) {
    inherit(lesson, "one number", Eigen::VectorXd::Ones(1));
  });
  const auto shared = inherit(lesson, "filled before the fork: inherited",
                              Eigen::VectorXd::Ones(size));
  // Eigen leaves new memory as it is: reserved, like calloc's or np.zeros'.
  const auto reserved = inherit(lesson, "reserved, never touched: inherited",
                                Eigen::VectorXd(size));
  const auto passed = pass(lesson, "reserved, then passed by value",
                           std::make_shared<const Eigen::VectorXd>(size));

  // By ΣRSS the pool that shares looks worse than the one that holds N copies;
  // ΣPSS tells the truth.
  lesson.claim("inherited: ΣRSS counts D in every process",
               shared.total(cow::rss), cow::above_base((N + 1) * D));
  lesson.claim("passed: ΣRSS counts the N copies", passed.total(cow::rss),
               cow::above_base(passed_data), "the parent touched the array");
  lesson.claim("inherited: ΣPSS counts D once", shared.total(cow::pss),
               cow::above_base(D), "somebody holds a copy");
  lesson.claim("passed: ΣPSS counts the N copies", passed.total(cow::pss),
               cow::above_base(passed_data), "the parent touched the array");
  const cow::Bytes few_pages = 64_KiB * (lesson.workers() + 1);
  lesson.claim("never touched: not even ΣRSS counts it",
               reserved.total(cow::rss),
               cow::above_base(0, few_pages, few_pages));
  claim_worker(lesson, shared);
  if (!zero_page) {
    lesson.show(
        "This kernel has no zero page",
        "  Where the parent only reads its array, that takes D, too.\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "02_read_the_meter", experiment);
}

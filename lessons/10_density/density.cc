// 10 density: a worker reads one object in a hundred. How much does that copy?
//
// The parent has M objects in slots of s bytes, so P/s of them in each page.
// Each worker reads a share q of them, drawn at random: it takes a reference to
// each, as every use of an object does in CPython. A page stays shared only if
// none of its objects was drawn. That is so for (1 − q)^(P/s) of the pages.
//
// What you should see: of objects of 32 bytes, one in a hundred copies 72 pages
// in a hundred. As many objects side by side copy one page in a hundred. In
// which order they are read makes no difference. How to read these programs:
// docs/reading_a_lesson.md.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "cow/lesson/chance.h"
#include "cow/lesson/owned_pages.h"
#include "cow/memory/region.h"
#include "cow/object/ref.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;
using cow::Formula;
using Draw = std::vector<std::int64_t>;  // which objects: from 0 to M − 1

// The globals that the workers inherit: memory with an object in each slot of s
// bytes, and which of them item i reads. These are plain numbers, not objects.
std::byte* memory = nullptr;
std::int64_t slot = 0;
std::vector<Draw> draws;

std::int64_t read_and_count_faults(std::byte* first, const Draw& drawn) {
  const std::int64_t before = cow::own_minor_faults();
  for (const std::int64_t k : drawn) {  // each reference counts: a write
    const cow::Ref reference(*reinterpret_cast<cow::Object*>(first + k * slot));
  }
  return cow::own_minor_faults() - before;
}

std::int64_t read_drawn(int i) {                 // the task
  cow::Object own{.count = 1, .type = nullptr};  // code comes by faults, too
  read_and_count_faults(reinterpret_cast<std::byte*>(&own), {0});
  const Draw& drawn = draws[static_cast<std::size_t>(i)];
  const std::int64_t faults = read_and_count_faults(memory, drawn);
  cow::wait_to_be_measured();
  return faults;
}

// Has item i read what is in draws[i].
cow::OwnedPages read_objects(cow::Lesson& lesson, const std::string& name,
                             const Formula& R, std::int64_t s) {
  const cow::Region built_before_the_fork{cow::Pages(R.value())};
  memory = built_before_the_fork.data();
  slot = s;
  const std::int64_t in_a_page = cow::page_size().count() / s;
  for (std::int64_t k = 0; k < R.value() * in_a_page; ++k) {
    new (memory + k * s) cow::Object{.count = 1, .type = nullptr};
  }
  cow::Pool pool({.workers = lesson.workers()});
  auto owned = cow::measure_pages(
      lesson, name,
      pool.map_async(read_drawn, lesson.items(), lesson.chunk_size()),
      built_before_the_fork);
  std::int64_t exact = 0;  // so many draws are in the page map of a worker
  for (std::size_t i = 0; i + 1 < owned.rows.size(); ++i) {
    std::vector<std::uint8_t> copied(built_before_the_fork.pages().size());
    for (const std::int64_t k : draws[i]) copied.data()[k / in_a_page] = 1;
    exact += std::ranges::count(owned.rows, copied, &cow::PageRow::pages) > 0;
  }
  lesson.claim(name + ": the pages of what it drew, and no other", exact,
               lesson.symbols().N);
  return owned;
}

// Each worker reads a share q of objects in slots of s bytes, at random.
cow::OwnedPages read_at_random(cow::Lesson& lesson, const Formula& R,
                               const Formula& q, const Formula& s,
                               cow::Chart& chart) {
  const auto [D, N, n, T] = lesson.symbols();
  const Formula P("P", cow::page_size());
  const Formula p = 1 - pow(1 - q, P / s);
  const double k = (P / s).before_rounding();
  std::mt19937_64 chance(static_cast<std::uint64_t>(lesson.seed()));
  for (Draw& drawn : draws) {  // no object twice
    Draw all(static_cast<std::size_t>((R * P / s).value()));
    std::iota(all.begin(), all.end(), 0);
    drawn.resize(static_cast<std::size_t>((q * R * P / s).value()));
    std::ranges::sample(all, drawn.begin(), std::ssize(drawn), chance);
  }
  const std::string name = "s = " + std::to_string(s.value());
  const auto owned = read_objects(lesson, name, R, s.value());
  lesson.claim(name + ": pages that each worker copied", owned.workers,
               by_chance(R * p, deviation_of_pages(R, k, q)));
  lesson.claim(name + ": pages that only the parent still has", owned.parent,
               by_chance(R * pow(p, N), deviation_of_pages(R, k, q, N)));
  const cow::Bytes slack = (D / 64 + 256_KiB).bytes();
  lesson.claim(name + ": a worker's own (USS)",
               owned.held.each_worker(cow::uss),
               cow::above_base(R * p * P, slack, slack));
  const double copied = cow::average(owned.workers.values);
  const auto y = [k](double x) { return 100 - 100 * std::pow(1 - x / 100, k); };
  const cow::ChartPoint measured(100 * q.before_rounding(),
                                 100 * copied / R.before_rounding());
  chart.curves.push_back(cow::curve_of(name + " bytes", 5, y, measured));
  return owned;
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 2) * D);
  const Formula R("R", cow::to_pages(lesson.data()).count());
  // Nearly the share that was asked for: so many objects as fill whole pages.
  const double r = R.before_rounding();
  const double full = std::clamp(std::round(lesson.share() * r), 1., r - 1);
  const Formula q = Formula::share("q", full / r);
  draws.assign(lesson.items().size(), {0});
  lesson.measure_base(
      [&](cow::Bytes) { read_objects(lesson, "over nothing", 1, 32); });
  cow::Chart chart{"One object is enough to copy its page",
                   "Copied pages: points are measured, curves are the formula.",
                   "%",
                   {"q, share of the objects that are read, in %", "q", "%"}};
  cow::OwnedPages owned;
  for (const cow::Bytes s : {4096_B, 512_B, 64_B, 32_B}) {
    owned = read_at_random(lesson, R, q, Formula("s", s), chart);
  }
  lesson.show(chart);
  for (Draw& drawn : draws) std::ranges::shuffle(drawn, std::mt19937_64());
  std::string name = "s = 32, in another order";
  const auto shuffled = read_objects(lesson, name, R, 32);
  lesson.claim(name + ": the same pages", owned.rows == shuffled.rows, 1);
  for (Draw& drawn : draws) std::iota(drawn.begin(), drawn.end(), 64);
  name = "s = 32, side by side";
  owned = read_objects(lesson, name, R, 32);
  lesson.claim(name + ": pages each worker copied", owned.workers, q * R + 1);
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "10_density", experiment,
                         {.chunk_size = 1, .share = 0.01});
}

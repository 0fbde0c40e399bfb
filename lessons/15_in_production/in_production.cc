// 15 in_production: workers share what they inherited. Do they still, days on?
//
// The parent builds M floats before the fork. Its workers serve requests. Each
// request reads some of the floats: any of them with probability q. To read one
// is to copy its page (lesson 09). The workers of the first pool are forked
// once. Those of the second are replaced when they have served 16 requests.
//
// What you should see: each request copies some more pages, until hardly any is
// shared. A new worker has copied none yet: the teeth of a saw.
// How to read these programs: docs/reading_a_lesson.md.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cow/lesson/counted_pages.h"
#include "cow/report/run_lesson.h"

namespace {

using cow::Formula;
using Counts = std::vector<std::int64_t>;

constexpr cow::Bytes kSlot{32};    // of a float
constexpr double kShare = 0.0005;  // q
constexpr int kBatch = 4;          // requests
constexpr int kLife = 16;          // requests, until a worker is replaced
constexpr int kLast = 64;          // requests in all to each place in the pool

const cow::Ref<cow::List>* floats = nullptr;  // built before the fork
cow::PageList pages;                          // where the floats are
std::vector<bool> has_read;                   // of each page: this process has

// A request: reads each float with probability q.
void serve_request(std::mt19937& random) {
  std::geometric_distribution<std::int64_t> passed_over(kShare);
  const cow::List& list = **floats;
  auto i = passed_over(random);
  for (; i < list.size(); i += 1 + passed_over(random)) {
    const auto number = list.at<cow::Float>(i);  // changes its count
    const auto* at = reinterpret_cast<const std::byte*>(number.get());
    const auto next = std::upper_bound(pages.begin(), pages.end(), at);
    has_read[static_cast<std::size_t>(next - pages.begin() - 1)] = true;
  }
}

// The task: a batch of requests. How many pages does this worker have for
// itself by now, and how many has it read since it was forked?
std::pair<std::int64_t, std::int64_t> serve(int i) {
  static std::mt19937 random(static_cast<unsigned>(i));  // by its first batch
  for (int request = 0; request < kBatch; ++request) serve_request(random);
  cow::wait_to_be_measured();
  return {cow::count_exclusive(pages).count(),
          std::count(has_read.begin(), has_read.end(), true)};
}

Formula M() { return {"M", (*floats)->size()}; }
Formula C() { return {"C", std::ssize(pages)}; }

// The pages that a worker has copied after k requests, on average.
Formula law(int k) {
  return C() * (1 - pow(1 - Formula::share("q", kShare), k * M() / C()));
}

double percent(double copied) { return 100 * copied / C().before_rounding(); }

// What a worker has copied with its last k requests, and all together.
void claim(cow::Lesson& lesson, const cow::Moment& held, const Counts& copied,
           int k) {
  const double mean = law(k).before_rounding();
  const Formula P("P", cow::page_size());
  lesson.claim(
      held.name + ": pages copied", copied,
      cow::by_chance(law(k), std::sqrt(mean * (1 - percent(mean) / 100))));
  const auto sum = std::accumulate(copied.begin(), copied.end(), 0L);
  lesson.claim(held.name + ": what all pay (ΣPSS)", held.total(cow::pss),
               cow::above_base(M() * cow::Bytes(8) + P * (C() + sum)));
}

cow::Curve serve_for_days(cow::Lesson& lesson, const std::string& name,
                          int life) {
  cow::Pool pool(
      {.workers = lesson.workers(), .max_tasks_per_child = life / kBatch});
  cow::Curve curve{.name = name, .formula = {{0, 0}}, .measured = {}};
  Counts unread;  // pages that were copied, and that no request had read
  for (int k = kBatch; k <= kLast; k += kBatch) {
    const bool shown = k == 16 || k == 52 || k == 64;
    cow::Moment held;
    const auto answers = lesson.ask_each_worker(
        pool, serve, [&](const cow::Moment& now) { held = now; },
        shown ? fmt::format("{}, k = {}", name, k) : "");
    Counts copied;
    for (const auto& [own, read] : answers) {
      copied.push_back(own);
      unread.push_back(own - read);
    }
    const int since_fork = (k - 1) % life + 1;
    if (shown) claim(lesson, held, copied, since_fork);
    const double mean = law(since_fork).before_rounding();
    curve.measured.push_back({1. * k, percent(cow::average(copied))});
    curve.formula.push_back({1. * k, percent(mean)});
    if (since_fork == life && k < kLast) curve.formula.push_back({1. * k, 0});
  }
  lesson.claim(name + ": pages copied minus pages read", unread, 0);
  return curve;
}

template <typename Use>
void with_floats(std::int64_t count, Use use) {
  cow::Heap heap;
  const cow::Ref<cow::List> list = heap.new_list(count);
  for (std::int64_t i = 0; i < count; ++i) list->set(i, heap.new_float(1));
  floats = &list;
  pages = cow::counted_pages(heap).with_counts;
  has_read.assign(pages.size(), false);
  use();
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D + D / 2);
  lesson.measure_base([&](cow::Bytes) {
    with_floats(1, [&] {
      cow::Pool pool({.workers = lesson.workers()});
      lesson.ask_each_worker(pool, serve, {}, "over nothing");
    });
  });
  with_floats(D.value() / kSlot.count(), [&] {
    lesson.show(
        {.title = "Sharing decays, and a new worker restores it",
         .subtitle = "How many of the pages of the floats a worker has copied.",
         .y_unit = "%",
         .x = {"k, requests to each worker", "k", ""},
         .curves = {serve_for_days(lesson, "forked once", kLast),
                    serve_for_days(lesson, "replaced", kLife)}});
  });
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "15_in_production", experiment,
                         {.object_size = kSlot});
}

// 02 read_the_meter: which of the kernel's figures is what the machine spends?
//
// Three pools over the same amount of data. In the first, the parent has filled
// an array, and the workers inherit it: nothing is copied. In the second, the
// array is reserved but was never written to. In the third, that array is
// passed by value, as in lesson 01: each worker gets a copy.
//
// What you should see: top's column, RSS, counts a shared page in full in every
// process. Added up it makes the first pool, which holds the data once, look
// more expensive than the third, which holds it N times. PSS divides each page
// by the number of processes that map it, and its sum is what the machine
// spends. USS is what a process would give back if it ended. And two things are
// in none of the three: page tables, and memory that was never touched.

#include <Eigen/Core>
#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;

constexpr cow::About kAbout{
    .name = "02_read_the_meter",
    .question = "Does top show what a pool of workers costs the machine?",
    .takeaway =
        "Add up PSS, never RSS: by RSS the pool that shares looks worse than "
        "the one that copies. USS tells what one worker holds alone.",
    .next = "03_bound_method: what exactly is in a message."};

double stand_still(int i) {
  cow::wait_to_be_measured();
  return i * i;
}

using Array = std::shared_ptr<const Eigen::VectorXd>;

double hold_a_copy(const std::pair<Array, int>& item) {
  return stand_still(item.second);
}

// The parent has `array` when the workers are forked: they inherit it.
cow::Moment inherit(cow::Lesson& lesson, std::string_view moment,
                    const Eigen::VectorXd& /*array*/) {
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.observe(moment, pool.map_async(stand_still, lesson.items()));
}

// The parent sends `array` to the workers.
cow::Moment pass(cow::Lesson& lesson, std::string_view moment,
                 const Array& array) {
  std::vector<std::pair<Array, int>> items;
  for (const int i : lesson.items()) items.emplace_back(array, i);
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.observe(moment, pool.map_async(hold_a_copy, items));
}

// By ΣRSS the pool that shares looks worse than the one that holds N copies;
// ΣPSS tells the truth.
void claim_sums(cow::Lesson& lesson, const cow::Moment& shared,
                const cow::Moment& reserved, const cow::Moment& passed) {
  const auto [D, N, n, T] = lesson.symbols();
  const int all = lesson.processes();
  lesson.claim(
      {.says = "inherited: ΣRSS counts D in every process",
       .measured = shared.total(cow::rss),
       .expected = cow::about((N + 1) * D + shared.sum_of_bases(cow::rss), all),
       .otherwise = "the array was not touched before the fork"});
  lesson.claim(
      {.says = "passed: ΣRSS counts the N copies",
       .measured = passed.total(cow::rss),
       .expected = cow::about(N * D + passed.sum_of_bases(cow::rss), all),
       .otherwise = "the parent touched the array"});
  lesson.claim({.says = "inherited: ΣPSS counts D once",
                .measured = shared.total(cow::pss),
                .expected = cow::about(D + shared.sum_of_bases(cow::pss), all),
                .otherwise = "somebody holds a copy"});
  lesson.claim(
      {.says = "passed: ΣPSS counts the N copies",
       .measured = passed.total(cow::pss),
       .expected = cow::about(N * D + passed.sum_of_bases(cow::pss), all),
       .otherwise = "the parent touched the array"});
  lesson.claim({.says = "never touched: not even ΣRSS counts it",
                .measured = reserved.total(cow::rss),
                .expected = cow::within(64_KiB * lesson.processes(),
                                        reserved.sum_of_bases(cow::rss)),
                .otherwise = "the array was touched"});
}

// One worker that inherits. Its page tables take D/512: were they part of RSS,
// PSS or USS, that claim would fail, because it allows half of it.
void claim_worker(cow::Lesson& lesson, const cow::Moment& shared) {
  const auto [D, N, n, T] = lesson.symbols();
  const cow::Bytes slack = std::max(lesson.data() / 1024, 32_KiB);
  // b_rss is that of the worker that maps most of the program and its
  // libraries; the others may map less.
  const cow::Term all = D + shared.base(cow::rss);
  lesson.claim({.says = "a worker's RSS is all that it maps",
                .measured = shared.each_worker(cow::rss),
                .expected = cow::between(all.bytes() - 256_KiB, all,
                                         all.bytes() + slack),
                .otherwise = "page tables are counted in it"});
  lesson.claim(
      {.says = "a worker's PSS is its share",
       .measured = shared.each_worker(cow::pss),
       .expected = cow::within(slack, D / (N + 1) + shared.base(cow::pss)),
       .otherwise = "page tables are counted in it"});
  lesson.claim({.says = "a worker's USS is next to nothing",
                .measured = shared.each_worker(cow::uss),
                .expected = cow::within(slack, shared.base(cow::uss)),
                .otherwise = "it writes, or page tables are counted in it"});
  lesson.claim(
      {.says = "a worker's page tables take D/512 more",
       .measured = shared.each_worker(cow::page_tables),
       .expected = cow::within(16_KiB, D / 512 + shared.base(cow::page_tables)),
       .otherwise = "this machine's pages are not 4 KiB"});
  lesson.claim({.says = "a worker's peak RSS is D, though it copied nothing",
                .measured = shared.each_worker(cow::peak_rss),
                .expected = cow::about(D + shared.base(cow::peak_rss)),
                .otherwise = "the array was not touched before the fork"});
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs((N * D).bytes());
  const auto size = lesson.data().count() / 8;

  inherit(lesson, cow::kOverNothing, Eigen::VectorXd::Ones(1));
  const auto shared = inherit(lesson, "filled before the fork: inherited",
                              Eigen::VectorXd::Ones(size));
  // Eigen leaves new memory as it is: reserved, like calloc's or np.zeros'.
  const auto reserved = inherit(lesson, "reserved, never touched: inherited",
                                Eigen::VectorXd(size));
  const auto passed = pass(lesson, "reserved, then passed by value",
                           std::make_shared<const Eigen::VectorXd>(size));

  claim_sums(lesson, shared, reserved, passed);
  claim_worker(lesson, shared);
  lesson.claim({.says = "the results are right",
                .measured = passed.results(),
                .expected = cow::exactly(n)});
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, kAbout, experiment);
}

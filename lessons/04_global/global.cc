// 04 global: how do workers get at a large object without a copy each?
//
// The cure of lesson 01, in two steps. Build the object before the pool forks,
// where a worker can find it without being told: here, through a global
// pointer. And send the workers only what differs from item to item: a number.
//
// What you should see: a few dozen bytes a batch in the pipe, workers that own
// next to nothing (USS) although each maps the whole object (RSS), and a total
// (ΣPSS) of one object, not of N + 1. Each worker reads all of it: reading a
// large array writes nothing, so nothing is copied.

#include <Eigen/Core>
#include <string_view>

#include "cow/lesson/lesson.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;

constexpr cow::About kAbout{
    .name = "04_global",
    .question = "How do workers get at a large object without a copy each?",
    .takeaway =
        "Build it before the pool forks, reach it through a global, send only "
        "the index: the workers inherit it and nothing is copied.",
    .next = "05_registry, for several objects."};

/// The object of lesson 01. It needs no serialize(): it is never pickled.
struct Analysis {
  explicit Analysis(cow::Bytes size)
      : numbers(Eigen::VectorXd::Ones(size.count() / 8)) {}

  double analyze(int i) const {
    const double mean = numbers.mean();  // reads all of it
    cow::wait_to_be_measured();          // here the question's program slept
    return mean * i * i;
  }

  Eigen::VectorXd numbers;
};

const Analysis* analysis = nullptr;  // the global: a forked worker inherits it

double analyze(int i) {  // the task: only i crosses the pipe
  return analysis->analyze(i);
}

cow::Moment share_global(cow::Lesson& lesson, std::string_view moment,
                         cow::Bytes size) {
  const Analysis built_before_the_fork(size);
  analysis = &built_before_the_fork;

  cow::Pool pool({.workers = lesson.workers()});
  return lesson.observe(moment, pool.map_async(analyze, lesson.items()));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  const int all = lesson.processes();
  lesson.needs(D.bytes());

  share_global(lesson, cow::kOverNothing, cow::kNothing);
  const auto held =
      share_global(lesson, "every worker holds its task", lesson.data());

  // A batch is a header and the function (h); an item is i (m).
  const cow::Term h("h", cow::kBatchHeader + cow::kFunction);
  const cow::Term m("m", cow::Bytes(sizeof(int)));
  lesson.claim({.says = "only indexes go through the pipe",
                .measured = held.pipe_bytes(),
                .expected = cow::exactly(T * h + n * m),
                .otherwise = "the object itself is pickled"});
  lesson.claim(
      {.says = "a worker owns nothing of D (USS)",
       .measured = held.each_worker(cow::uss),
       .expected = cow::between(cow::page_size(), held.base(cow::uss), 256_KiB),
       .otherwise = "the task writes to the object, or gets a copy"});
  lesson.claim({.says = "a worker maps all of D (RSS)",
                .measured = held.each_worker(cow::rss),
                .expected = cow::about(D + held.base(cow::rss)),
                .otherwise = "the object was made after the fork, or its pages "
                             "were never touched"});
  lesson.claim({.says = "a worker's share is one of N + 1 (PSS)",
                .measured = held.each_worker(cow::pss),
                .expected = cow::about(D / (N + 1) + held.base(cow::pss)),
                .otherwise = "somebody does not share the object"});
  lesson.claim({.says = "the data exists once (ΣPSS)",
                .measured = held.total(cow::pss),
                .expected = cow::about(D + held.sum_of_bases(cow::pss), all),
                .otherwise = "somebody holds a copy"});
  lesson.claim({.says = "the results are right",
                .measured = held.results(),
                .expected = cow::exactly(n)});
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, kAbout, experiment);
}

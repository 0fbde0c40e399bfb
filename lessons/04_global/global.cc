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
// How to read these programs: docs/reading_a_lesson.md.

#include <Eigen/Core>

#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;

/// The object of lesson 01. It needs no serialize(): it is never pickled.
struct Analysis {
  explicit Analysis(cow::Bytes size)
      : numbers(Eigen::VectorXd::Ones(size.count() / 8)) {}

  double analyze(int i) const {
    const double mean = numbers.mean();  // reads all of it
    cow::wait_to_be_measured();          // so that its memory can be read
    return mean * i * i;
  }

  Eigen::VectorXd numbers;
};

const Analysis* analysis = nullptr;  // the global: a forked worker inherits it

double analyze(int i) {  // the task: only i crosses the pipe
  return analysis->analyze(i);
}

cow::Moment share_global(cow::Lesson& lesson, cow::Bytes size) {
  const Analysis built_before_the_fork(size);
  analysis = &built_before_the_fork;

  cow::Pool pool({.workers = lesson.workers()});
  return lesson.measure(pool.map_async(analyze, lesson.items()));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory(D);

  const auto held = lesson.run(share_global);  // over nothing, then over D

  const cow::Formula h("h", 48_B + 8_B);  // a batch: its header, the function
  const cow::Formula m("m", 4_B);         // an item: i
  lesson.claim("only indexes go through the pipe", held.pipe_bytes(),
               T * h + n * m);
  lesson.claim("a worker owns nothing of D (USS)", held.each_worker(cow::uss),
               cow::nearly_nothing(), "the task writes to the object");
  lesson.claim("a worker maps all of D (RSS)", held.each_worker(cow::rss),
               cow::above_base(D), "the object was made after the fork");
  lesson.claim("a worker's share is one of N + 1 (PSS)",
               held.each_worker(cow::pss), cow::above_base(D / (N + 1)));
  lesson.claim("the data exists once (ΣPSS)", held.total(cow::pss),
               cow::above_base(D));
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "04_global", experiment);
}

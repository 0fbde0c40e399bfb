// 06 class_static: can the global live inside a class, and who sets it?
//
// A static member is a global that belongs to a class. A static method that
// reads it is a plain function, so only the index is sent. And a pool has an
// initializer: a function that every worker calls before its first task, with
// arguments. A forked worker inherits the arguments like everything else. The
// parent has to send them to a worker that was started in another way.
//
// What you should see: the figures of lesson 04, however many instances of the
// class there are. A static that is set after the pool was made is not seen.
// Under fork an initializer's argument costs nothing. Under spawn and with a
// fork server each worker gets a copy of it: through the pipe, and then in
// memory. How to read these programs: docs/reading_a_lesson.md.

#include <Eigen/Core>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;
using cow::StartMethod;

using Numbers = std::shared_ptr<const Eigen::VectorXd>;

Numbers numbers_of(cow::Bytes size) {
  return std::make_shared<const Eigen::VectorXd>(
      Eigen::VectorXd::Ones(size.count() / 8));
}

class Analysis {
 public:
  static void use(const Numbers& numbers) { numbers_ = numbers; }
  static bool is_set(int /*i*/) {
    cow::wait_to_be_measured();
    return numbers_ != nullptr;
  }

  static double analyze(int i) {  // the task: static, so only i is sent
    const double mean = numbers_->mean();
    cow::wait_to_be_measured();
    return mean * i * i;
  }

  std::string name;  // what an instance has of its own

 private:
  inline static Numbers numbers_;  // one for all instances, and for all workers
};

cow::Moment share_static(cow::Lesson& lesson, cow::Bytes size,
                         std::size_t instances) {
  Analysis::use(numbers_of(size));
  const std::vector<Analysis> many(instances);

  cow::Pool pool({.workers = lesson.workers()});
  return lesson.measure("a static, and 1,000 instances",
                        pool.map_async(Analysis::analyze, lesson.items()));
}

void claim_static(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.measure_base(
      [&](cow::Bytes nothing) { share_static(lesson, nothing, 1); });
  const auto held = share_static(lesson, lesson.data(), 1000);

  const cow::Formula h("h", 48_B + 8_B);  // a batch: its header, the function
  const cow::Formula m("m", 4_B);         // an item: i
  lesson.claim("static: only indexes go through the pipe", held.pipe_bytes(),
               T * h + n * m);
  lesson.claim("static: a worker owns nothing of D (USS)",
               held.each_worker(cow::uss), cow::nearly_nothing(),
               "the static was set after the fork, or is written to");
  lesson.claim("static: the data exists once (ΣPSS)", held.total(cow::pss),
               cow::above_base(D), "an instance has data of its own");

  Analysis::use(nullptr);
  cow::Pool pool({.workers = lesson.workers()});
  Analysis::use(numbers_of(8_B));  // too late: they are forked
  lesson.claim("static: set after the pool, workers that see it",
               lesson.count_workers(pool, Analysis::is_set), 0);
}

// The parent's own static stays empty: each worker sets its own.
void claim_initializer(cow::Lesson& lesson, StartMethod method) {
  const auto [D, N, n, T] = lesson.symbols();
  const std::string name(to_string(method));
  cow::Bytes sent;  // to the workers, for their initializers
  const auto held = lesson.run([&](cow::Bytes size) {
    Analysis::use(nullptr);
    cow::Pool pool({.workers = lesson.workers(),
                    .start_method = method,
                    .initializer = {Analysis::use, numbers_of(size)}});
    auto moment =
        lesson.measure("initializer, " + name,
                       pool.map_async(Analysis::analyze, lesson.items()));
    sent = pool.initialization().to_workers;
    return moment;
  });

  // A message: header, function; the array's id, rows and columns.
  const cow::Formula a("a", 48_B + 8_B + 4_B + 16_B);
  const bool inherited = method == StartMethod::kFork;
  lesson.claim(name + ": what the initializer takes in the pipes", sent,
               inherited ? cow::Formula(0_B) : N * (D + a));
  lesson.claim(name + ": what it costs (ΣPSS)", held.total(cow::pss),
               cow::above_base(inherited ? D : (N + 1) * D));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D);
  claim_static(lesson);
  claim_initializer(lesson, StartMethod::kFork);
  claim_initializer(lesson, StartMethod::kSpawn);
  claim_initializer(lesson, StartMethod::kForkServer);
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "06_class_static", experiment,
                         {.start_method = "fork, spawn, forkserver"});
}

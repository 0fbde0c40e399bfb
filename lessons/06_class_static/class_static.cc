// 06 class_static: can the global be encapsulated, and who sets it?
//
// A static member is a global with a fence: it belongs to a class, and a static
// method that reads it is a plain function, so only the index is sent. And a
// pool has an initializer: a function that every worker calls before its first
// task, with arguments. Under fork it inherits them like everything else; a
// worker that was started in another way has to be sent them.
//
// What you should see: the figures of lesson 04, however many instances of the
// class there are. A static that is set after the pool was made is not seen.
// And an initializer that costs nothing under fork costs a copy of its argument
// in each worker under spawn and with a fork server: through the pipe, and then
// in memory.

#include <Eigen/Core>
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;
using cow::StartMethod;

constexpr cow::About kAbout{
    .name = "06_class_static",
    .question = "Can the global live inside a class, and who sets it?",
    .takeaway =
        "A static member, set before the pool forks, is shared like a global. "
        "An initializer's arguments are free under fork, and only there.",
    .next = "07_start_methods: what a worker has that was not forked.",
    .start_method = "fork, spawn, forkserver"};

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

cow::Moment share_static(cow::Lesson& lesson, std::string_view moment,
                         cow::Bytes size, std::size_t instances) {
  Analysis::use(numbers_of(size));
  const std::vector<Analysis> many(instances);

  cow::Pool pool({.workers = lesson.workers()});
  return lesson.observe(moment,
                        pool.map_async(Analysis::analyze, lesson.items()));
}

struct Initialized {
  cow::Moment held;
  cow::Bytes sent;  // to the workers, for their initializers
};

// The parent's own static stays empty: each worker sets its own.
Initialized share_by_initializer(cow::Lesson& lesson, std::string_view moment,
                                 cow::Bytes size, StartMethod method) {
  Analysis::use(nullptr);
  cow::Pool pool({.workers = lesson.workers(),
                  .start_method = method,
                  .initializer = {Analysis::use, numbers_of(size)}});
  auto held =
      lesson.observe(moment, pool.map_async(Analysis::analyze, lesson.items()));
  return {std::move(held), pool.initialization().to_workers};
}

// How many workers see a static that is set when they already stand.
std::int64_t see_it_set_after_the_pool(cow::Lesson& lesson) {
  Analysis::use(nullptr);
  cow::Pool pool({.workers = lesson.workers()});
  Analysis::use(numbers_of(cow::kNothing));
  const std::vector<bool> set = lesson.ask_each(pool, Analysis::is_set);
  return std::count(set.begin(), set.end(), true);
}

void claim_static(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  constexpr std::size_t kInstances = 1000;
  share_static(lesson, cow::kOverNothing, cow::kNothing, 1);
  const auto held = share_static(lesson, "a static, and 1,000 instances",
                                 lesson.data(), kInstances);

  const cow::Term h("h", cow::kBatchHeader + cow::kFunction);
  const cow::Term m("m", cow::Bytes(sizeof(int)));
  lesson.claim({.says = "static: only indexes go through the pipe",
                .measured = held.pipe_bytes(),
                .expected = cow::exactly(T * h + n * m),
                .otherwise = "an instance is pickled"});
  lesson.claim(
      {.says = "static: a worker owns nothing of D (USS)",
       .measured = held.each_worker(cow::uss),
       .expected = cow::between(cow::page_size(), held.base(cow::uss), 256_KiB),
       .otherwise = "the static was set after the fork, or is written to"});
  lesson.claim({.says = "static: the data exists once (ΣPSS)",
                .measured = held.total(cow::pss),
                .expected = cow::about(D + held.sum_of_bases(cow::pss),
                                       lesson.processes()),
                .otherwise = "an instance has data of its own"});
  lesson.claim({.says = "static: set after the pool, no worker sees it",
                .measured = held.counted("workers that see it set later",
                                         {see_it_set_after_the_pool(lesson)}),
                .expected = cow::exactly(0)});
  lesson.claim({.says = "the results are right",
                .measured = held.results(),
                .expected = cow::exactly(n)});
}

void claim_initializer(cow::Lesson& lesson, StartMethod method) {
  const auto [D, N, n, T] = lesson.symbols();
  const std::string name(to_string(method));
  share_by_initializer(lesson, cow::kOverNothing, cow::kNothing, method);
  const auto [held, sent] = share_by_initializer(lesson, "initializer, " + name,
                                                 lesson.data(), method);
  const bool inherited = method == StartMethod::kFork;

  // A message to a worker: a header, the function, and the argument.
  const cow::Term a("a", cow::kBatchHeader + cow::kFunction + cow::kMemoNumber +
                             cow::kMatrixHeader);
  lesson.claim(
      {.says = name + ": what the initializer takes in the pipes",
       .measured = held.measured("initialization", sent),
       .expected = cow::exactly(inherited ? cow::Term(0_B) : N * (D + a))});
  lesson.claim({.says = name + ": what it costs (ΣPSS)",
                .measured = held.total(cow::pss),
                .expected = cow::about(
                    (inherited ? D : (N + 1) * D) + held.sum_of_bases(cow::pss),
                    lesson.processes()),
                .otherwise = "the argument is copied, or not yet there"});
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs(((N + 1) * D).bytes());
  claim_static(lesson);
  for (const StartMethod method :
       {StartMethod::kFork, StartMethod::kSpawn, StartMethod::kForkServer}) {
    claim_initializer(lesson, method);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, kAbout, experiment);
}

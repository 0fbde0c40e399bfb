// 07 start_methods: does every worker inherit?
//
// What a worker shares depends on how it was started. A forked worker is a copy
// of the parent and shares all that the parent has. A spawned worker is the
// same program, started anew: it shares nothing, and what it needs must be
// sent. A fork server is a small process that loads the data once and then
// forks the workers: they share the data with it, and the parent has none.
//
// What you should see: with the same task, D exists once with fork, N + 1 times
// with spawn, and once with a fork server. A spawned worker runs the static
// initializers again.
// How to read these programs: docs/reading_a_lesson.md.

#include <unistd.h>

#include <Eigen/Core>
#include <memory>
#include <string>

#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;
using cow::StartMethod;

using Numbers = std::shared_ptr<const Eigen::VectorXd>;

Numbers numbers;  // what the task reads

void set(const Numbers& sent) { numbers = sent; }
void build(std::int64_t count) {
  numbers =
      std::make_shared<const Eigen::VectorXd>(Eigen::VectorXd::Ones(count));
}

// A static initializer: it runs whenever a program begins.
const pid_t built_by = ::getpid();

bool is_built_here(int /*i*/) {
  cow::wait_to_be_measured();
  return built_by == ::getpid();
}

double analyze(int i) {
  const double mean = numbers->mean();
  cow::wait_to_be_measured();
  return mean * i * i;
}

// The options of a pool that starts its workers by `method`, with the data
// where those workers can get them.
cow::PoolOptions pool_over(cow::Bytes data, int workers, StartMethod method) {
  cow::PoolOptions options{.workers = workers, .start_method = method};
  const std::int64_t count = data.count() / 8;
  numbers = nullptr;
  switch (method) {
    case StartMethod::kFork:  // in the parent, before the pool
      build(count);
      break;
    case StartMethod::kSpawn:  // sent to each worker
      build(count);
      options.initializer = {set, numbers};
      break;
    case StartMethod::kForkServer:  // in the server, before it forks
      options.preload = {build, count};
      break;
  }
  return options;
}

// Claims what one method takes: for the data (ΣPSS), in the pipes before the
// first task, and how many workers run their static initializers.
cow::Moment measure_and_claim(cow::Lesson& lesson, StartMethod method,
                              const cow::Formula& data,
                              const cow::Formula& sent,
                              const cow::Formula& initializers) {
  const std::string name(to_string(method));
  cow::Bytes sent_to_workers;
  std::int64_t ran_initializers = 0;
  auto held = lesson.run([&](cow::Bytes size) {
    cow::Pool pool(pool_over(size, lesson.workers(), method));
    auto moment = lesson.measure(name, pool.map_async(analyze, lesson.items()));
    sent_to_workers = pool.initialization().to_workers;
    ran_initializers = lesson.count_workers(pool, is_built_here);
    return moment;
  });
  lesson.claim(name + ": what the data cost (ΣPSS)", held.total(cow::pss),
               cow::above_base(data));
  lesson.claim(name + ": what is sent before the first task", sent_to_workers,
               sent);
  lesson.claim(name + ": workers that ran a static initializer",
               ran_initializers, initializers);
  return held;
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D);

  // A message: header, function; the array's id, rows and columns.
  const cow::Formula a("a", 48_B + 8_B + 4_B + 16_B);
  measure_and_claim(lesson, StartMethod::kFork, D, 0_B, 0);
  measure_and_claim(lesson, StartMethod::kSpawn, (N + 1) * D, N * (D + a), N);
  const auto server =
      measure_and_claim(lesson, StartMethod::kForkServer, D, 0_B, 0);
  lesson.claim("forkserver: the parent holds none of it (RSS)",
               server.of_parent(cow::rss), cow::above_base(0),
               "the parent has built the data as well");
}

}  // namespace

int main(int argc, char** argv) {
  cow::serve_if_spawned();  // a spawned copy becomes a worker here
  return cow::run_lesson(argc, argv, "07_start_methods", experiment,
                         {.start_method = "fork, spawn, forkserver"});
}

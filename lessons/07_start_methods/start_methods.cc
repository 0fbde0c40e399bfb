// 07 start_methods: does every worker inherit?
//
// Sharing is inherited, so it depends on how a worker comes into being. Forked,
// it is a copy of the parent and shares all that the parent has. Spawned, it is
// the same program begun anew: it shares nothing, and what it needs must be
// sent. A fork server is a small process of its own that loads the data once
// and forks the workers: they share with it and with each other, and the parent
// holds nothing.
//
// What you should see: one task, three methods, and D once, N + 1 times, and
// once again. And that a spawned program runs its static initializers again.

#include <fmt/format.h>
#include <unistd.h>

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <memory>
#include <ratio>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/lesson/table.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;
using cow::StartMethod;

constexpr cow::About kAbout{
    .name = "07_start_methods",
    .question = "Does every worker inherit, however it was started?",
    .takeaway =
        "Only a forked process inherits. A spawned worker has what it was "
        "sent; workers of a fork server share what the server has loaded.",
    .next = "08_page_map: copy-on-write, page by page.",
    .start_method = "fork, spawn, forkserver"};

using Numbers = std::shared_ptr<const Eigen::VectorXd>;

Numbers numbers;  // what the task reads; who sets it, and where?

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

double reply(int i) { return i; }

// The same pool by three methods, each with the data where its workers can get
// at them.
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

using Milliseconds = std::chrono::duration<double, std::milli>;

struct Measured {
  StartMethod method;
  cow::Moment moment;
  cow::Bytes sent = {};                  // before the first task
  Milliseconds first_result = {};        // after so long, from no data on
  std::int64_t static_initializers = 0;  // workers that ran theirs
};

Measured measure(cow::Lesson& lesson, StartMethod method) {
  const std::string name(to_string(method));
  const auto share = [&](std::string_view moment, cow::Bytes data) {
    cow::Pool pool(pool_over(data, lesson.workers(), method));
    return lesson.observe(moment, pool.map_async(analyze, lesson.items()));
  };
  share(cow::kOverNothing, cow::kNothing);
  Measured measured{.method = method, .moment = share(name, lesson.data())};

  const auto begin = std::chrono::steady_clock::now();
  cow::Pool pool(pool_over(lesson.data(), lesson.workers(), method));
  pool.map(reply, std::vector{1});
  measured.first_result = std::chrono::steady_clock::now() - begin;
  const std::vector<bool> here = lesson.ask_each(pool, is_built_here);
  measured.static_initializers = std::count(here.begin(), here.end(), true);
  measured.sent = pool.initialization().to_workers;
  return measured;
}

void show(cow::Lesson& lesson, const std::vector<Measured>& all) {
  auto table = cow::Table::of_figures(
      {"", "sent", "first result after", "ΣPSS", "a worker's base"});
  for (const Measured& one : all) {
    table.row({std::string(to_string(one.method)), to_string(one.sent),
               fmt::format("{:.0f} ms", one.first_result.count()),
               to_string(cow::Bytes(one.moment.total(cow::pss).values[0])),
               to_string(one.moment.base(cow::uss).bytes())});
  }
  lesson.show("One task, three start methods", table.to_string());
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs(((N + 1) * D).bytes());
  const Measured fork = measure(lesson, StartMethod::kFork);
  const Measured spawn = measure(lesson, StartMethod::kSpawn);
  const Measured server = measure(lesson, StartMethod::kForkServer);
  show(lesson, {fork, spawn, server});

  const cow::Term a("a", cow::kBatchHeader + cow::kFunction + cow::kMemoNumber +
                             cow::kMatrixHeader);
  const auto claim = [&](const Measured& one, const cow::Term& data,
                         const cow::Term& sent, const cow::Term& initializers) {
    const std::string name(to_string(one.method));
    lesson.claim(
        {.says = name + ": what the data cost (ΣPSS)",
         .measured = one.moment.total(cow::pss),
         .expected = cow::about(data + one.moment.sum_of_bases(cow::pss),
                                lesson.processes())});
    lesson.claim({.says = name + ": what is sent before the first task",
                  .measured = one.moment.measured("initialization", one.sent),
                  .expected = cow::exactly(sent)});
    lesson.claim({.says = name + ": workers that ran a static initializer",
                  .measured = one.moment.counted("static initializers",
                                                 {one.static_initializers}),
                  .expected = cow::exactly(initializers)});
  };
  claim(fork, D, 0_B, 0);
  claim(spawn, (N + 1) * D, N * (D + a), N);
  claim(server, D, 0_B, 0);
  lesson.claim({.says = "forkserver: the parent holds none of it (RSS)",
                .measured = server.moment.of_parent(cow::rss),
                .expected = cow::about(server.moment.base_of_parent(cow::rss)),
                .otherwise = "the parent has built the data as well"});
  lesson.claim({.says = "the results are right, by each method",
                .measured = fork.moment.counted(
                    "right results",
                    {fork.moment.right_results, spawn.moment.right_results,
                     server.moment.right_results}),
                .expected = cow::exactly(n)});
}

}  // namespace

int main(int argc, char** argv) {
  cow::serve_if_spawned();  // by this line a spawned copy becomes a worker
  return cow::run_lesson(argc, argv, kAbout, experiment);
}

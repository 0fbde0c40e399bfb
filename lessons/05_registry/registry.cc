// 05 registry: several large objects; which one does a task mean?
//
// One global leads to one object (lesson 04). For several, let a table lead to
// them: fill it before the pool forks, and send the key.
//
// What you should see: a short key in the pipe, workers that own nothing, and
// in all one copy of each object, whichever of them a worker looks at. Then the
// fine print of inheriting: a worker has the table as it was at its own fork. A
// key that is added later is unknown to it, and a value that is changed later
// is the old one. Both are found by a worker that is forked after the change.

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/lesson/table.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;

constexpr cow::About kAbout{
    .name = "05_registry",
    .question =
        "Several large objects: how does a task say which one it means?",
    .takeaway =
        "Fill a table before the pool forks and send the key. A worker knows "
        "what was in the table when it was forked: no key, no value of later.",
    .next = "06_class_static, the same global with a fence around it."};

struct Analysis {
  Analysis() = default;
  explicit Analysis(cow::Bytes size)
      : numbers(Eigen::VectorXd::Ones(size.count() / 8)) {}

  double analyze(int i) const {
    const double mean = numbers.mean();
    cow::wait_to_be_measured();
    return mean * i * i;
  }

  Eigen::VectorXd numbers;
  int version = 1;
};

std::map<std::string, Analysis> registry;  // inherited by every forked worker

const Analysis& look_up(const std::string& key) {
  const auto found = registry.find(key);
  if (found != registry.end()) return found->second;
  throw std::out_of_range(fmt::format(
      "nothing is registered as \"{}\" in this worker; it was forked when "
      "there were {} keys",
      key, registry.size()));
}

using Item = std::pair<std::string, int>;  // (key, i): what crosses the pipe

double analyze(const Item& item) {
  const auto& [key, i] = item;
  return look_up(key).analyze(i);
}

cow::Moment share_table(cow::Lesson& lesson, std::string_view moment,
                        cow::Bytes size) {
  registry.clear();
  registry.emplace("a", size / 2);
  registry.emplace("b", size / 4);
  registry.emplace("c", size / 4);
  std::vector<Item> items;
  for (const int i : lesson.items()) {
    items.emplace_back(std::string(1, "abc"[i % 3]), i);
  }
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.observe(moment, pool.map_async(analyze, items));
}

bool knows_late_key(int /*i*/) {
  cow::wait_to_be_measured();
  return registry.contains("late");
}

bool sees_new_value(int /*i*/) {
  cow::wait_to_be_measured();
  return registry.at("a").version == 2;
}

int version_of(const std::string& key) { return look_up(key).version; }

// What N workers see of a change that was made after the pool.
struct Seen {
  std::int64_t late_key;   // how many know the key that was added
  std::int64_t new_value;  // how many see the value that was changed
  std::string error;       // what looking the key up ends in, if it does
};

// With `max_tasks` = 1 a worker ends after one batch; another one is forked
// when the next batch is there.
Seen change_after_the_fork(cow::Lesson& lesson, int max_tasks) {
  registry.erase("late");
  registry.at("a").version = 1;
  cow::Pool pool(
      {.workers = lesson.workers(), .max_tasks_per_child = max_tasks});
  const auto count = [&](auto question) {
    const std::vector<bool> yes = lesson.ask_each(pool, question);
    return std::count(yes.begin(), yes.end(), true);
  };
  count(knows_late_key);  // so that every worker has done a task
  registry.emplace("late", cow::kNothing);
  registry.at("a").version = 2;
  return {.late_key = count(knows_late_key),
          .new_value = count(sees_new_value),
          .error = cow::error_of_task(
              [&] { pool.map(version_of, std::vector<std::string>{"late"}); })};
}

// To the workers that stand, a change after their fork never happened.
void claim_what_later_workers_see(cow::Lesson& lesson, const cow::Moment& held,
                                  const cow::Term& N) {
  const Seen before = change_after_the_fork(lesson, 0);
  const Seen after = change_after_the_fork(lesson, 1);
  lesson.show("A key that was added too late", cow::wrap(before.error, "  "));
  const auto claim_seen = [&](const char* says, std::int64_t workers,
                              const cow::Term& expected) {
    lesson.claim({.says = says,
                  .measured = held.counted(says, {workers}),
                  .expected = cow::exactly(expected),
                  .otherwise = "the workers were forked at another time"});
  };
  claim_seen("workers that know a key added after their fork", before.late_key,
             0);
  claim_seen("workers that see a value changed after it", before.new_value, 0);
  claim_seen("of those forked later, that know the key", after.late_key, N);
  claim_seen("of those forked later, that see the value", after.new_value, N);
  const bool named = before.error.find("\"late\"") != std::string::npos;
  claim_seen("errors that name the key which is not there", named ? 1 : 0, 1);
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs(D.bytes());

  share_table(lesson, cow::kOverNothing, 4 * cow::kNothing);
  const auto held =
      share_table(lesson, "every worker holds its task", lesson.data());

  // An item is a key of one letter and i.
  const cow::Term h("h", cow::kBatchHeader + cow::kFunction);
  const cow::Term m("m", cow::kLength + 1_B + cow::Bytes(sizeof(int)));
  lesson.claim({.says = "only keys go through the pipe",
                .measured = held.pipe_bytes(),
                .expected = cow::exactly(T * h + n * m),
                .otherwise = "an object is pickled"});
  lesson.claim(
      {.says = "a worker owns nothing of the objects (USS)",
       .measured = held.each_worker(cow::uss),
       .expected = cow::between(cow::page_size(), held.base(cow::uss), 256_KiB),
       .otherwise = "a task writes to its object, or gets a copy"});
  lesson.claim({.says = "a worker maps them all (RSS)",
                .measured = held.each_worker(cow::rss),
                .expected = cow::about(D + held.base(cow::rss)),
                .otherwise = "the table was filled after the fork"});
  lesson.claim({.says = "each object exists once (ΣPSS)",
                .measured = held.total(cow::pss),
                .expected = cow::about(D + held.sum_of_bases(cow::pss),
                                       lesson.processes()),
                .otherwise = "somebody holds a copy"});
  claim_what_later_workers_see(lesson, held, N);
  lesson.claim({.says = "the results are right",
                .measured = held.results(),
                .expected = cow::exactly(n)});
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, kAbout, experiment);
}

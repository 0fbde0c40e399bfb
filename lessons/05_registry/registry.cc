// 05 registry: several large objects; which one does a task mean?
//
// One global leads to one object (lesson 04). For several objects, fill a table
// before the pool forks, and send the key.
//
// What you should see: a short key in the pipe, and in all one copy of each
// object, whichever of them a worker looks at. Then the limits of inheriting: a
// worker has the table as it was when the worker was forked. It does not know a
// key that is added later, and it sees the old value where one is changed
// later. A worker that is forked after the changes finds both.
// How to read these programs: docs/reading_a_lesson.md.

#include <fmt/core.h>

#include <Eigen/Core>
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"
#include "cow/report/table.h"

namespace {

using namespace cow::literals;

struct Analysis {
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

cow::Moment share_table(cow::Lesson& lesson, cow::Bytes size) {
  registry.clear();
  registry.emplace("a", size / 2);
  registry.emplace("b", size / 4);
  registry.emplace("c", size / 4);
  std::vector<Item> items;
  for (const int i : lesson.items()) {
    items.emplace_back(std::string(1, "abc"[i % 3]), i);
  }
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.measure(pool.map_async(analyze, items));
}

// Which of two later changes to the table a worker can see.
struct Found {
  bool late_key = false;   // the key that was added
  bool new_value = false;  // the value that was changed

  template <class Archive>
  void serialize(Archive& archive) {
    archive(late_key, new_value);
  }
};

Found look_for_changes(int /*i*/) {
  cow::wait_to_be_measured();
  return {.late_key = registry.contains("late"),
          .new_value = registry.at("a").version == 2};
}

int version_of(const std::string& key) { return look_up(key).version; }

// Changes the table after the workers of `pool` were forked, and says what each
// of them finds.
std::vector<Found> change_the_table(cow::Lesson& lesson, cow::Pool& pool) {
  lesson.ask_each_worker(pool, look_for_changes);  // one task each
  registry.emplace("late", 8_B);
  registry.at("a").version = 2;
  std::vector<Found> found = lesson.ask_each_worker(pool, look_for_changes);
  registry.erase("late");  // as it was, for a pool that is made later
  registry.at("a").version = 1;
  return found;
}

std::int64_t count(const std::vector<Found>& all, bool Found::*change) {
  return std::count_if(all.begin(), all.end(),
                       [=](const Found& found) { return found.*change; });
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory(D);

  const auto held = lesson.run(share_table);  // over nothing, then over D
  cow::Pool pool({.workers = lesson.workers()});
  const auto forked_before = change_the_table(lesson, pool);
  const std::string error = cow::error_of_task(
      [&] { pool.map(version_of, std::vector<std::string>{"late"}); });
  // Each worker ends after one batch. Its replacement is forked when the next
  // batch is sent: after the change.
  cow::Pool replaced({.workers = lesson.workers(), .max_tasks_per_child = 1});
  const auto forked_after = change_the_table(lesson, replaced);

  const cow::Formula h("h", 48_B + 8_B);       // a batch: header and function
  const cow::Formula m("m", 8_B + 1_B + 4_B);  // an item: length, key, i
  lesson.claim("only keys go through the pipe", held.pipe_bytes(),
               T * h + n * m);
  lesson.claim("each object exists once (ΣPSS)", held.total(cow::pss),
               cow::above_base(D));
  lesson.claim("forked before: workers that know the new key",
               count(forked_before, &Found::late_key), 0);
  lesson.claim("forked before: workers that see the new value",
               count(forked_before, &Found::new_value), 0);
  lesson.claim("forked after: workers that know the new key",
               count(forked_after, &Found::late_key), N);
  lesson.claim("forked after: workers that see the new value",
               count(forked_after, &Found::new_value), N);
  lesson.show("A key that was added too late", cow::wrap(error, "  "));
  lesson.claim("errors that name the missing key",
               error.find("\"late\"") == std::string::npos ? 0 : 1, 1);
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "05_registry", experiment);
}

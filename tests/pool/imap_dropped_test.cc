// Results of imap that are dropped before their end: what no worker has begun
// is not run, wherever it is by then.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

constexpr int kItems = 20;

// Item `number` is begun, and stops if it is the first.
int begin(int number) {
  Counters::add(number);
  if (number == 0) Gate::stop();
  return number;
}
int begin_large(const std::string& item) { return begin(item[0]); }

class DroppedImap : public ::testing::Test {
 protected:
  // Begins an imap of one worker: its first item is at the gate, the others are
  // as far as they come.
  template <typename Task, typename Items>
  auto held_at_the_first(Task task, Items items) {
    auto results = pool_.imap(task, std::move(items));
    while (!gate_.arrived(1)) continue;
    EXPECT_FALSE(results.wait_for(std::chrono::milliseconds(0)));
    return std::optional(std::move(results));
  }
  void expect_only_the_first_was_run() {
    gate_.let_go(1);
    pool_.close();
    pool_.join();
    std::vector<int> expected(kItems, 0);
    expected[0] = 1;
    EXPECT_EQ(counters_.all(), expected);
  }

  Gate gate_;
  Counters counters_{kItems};
  Pool pool_{{.workers = 1}};
};

TEST_F(DroppedImap, RunsNothingMore) {
  auto results = held_at_the_first(begin, numbers(kItems));
  results.reset();
  expect_only_the_first_was_run();
}

TEST_F(DroppedImap, RunsNothingMoreEvenIfAMapFollows) {
  auto results = held_at_the_first(begin, numbers(kItems));
  auto behind = pool_.map_async(same, numbers(5), 1);
  results.reset();
  expect_only_the_first_was_run();
  EXPECT_EQ(behind.get(), numbers(5));
}

// Items of which only some fit into the pipe: one is pickled and waits.
TEST_F(DroppedImap, RunsNoBatchThatIsPickledButNotSent) {
  std::vector<std::string> items;
  for (int i = 0; i < kItems; ++i) {
    items.emplace_back(30'000, static_cast<char>(i));
  }
  auto results = held_at_the_first(begin_large, std::move(items));
  results.reset();
  expect_only_the_first_was_run();
}

int count(int number) {
  Counters::add(0);
  return number;
}
int stop_at_the_first(int number) {
  if (number == 0) Gate::stop();
  return number;
}

// While the only worker is held, nothing of the other one is run.
TEST(ImapOfAnImap, StopsItsInputWhenDropped) {
  Gate gate;
  Counters counters(1);
  Pool pool({.workers = 1});
  auto results = std::optional(
      pool.imap(stop_at_the_first, pool.imap(count, numbers(1000))));
  while (!gate.arrived(1)) continue;
  results.reset();
  const int before = counters.all()[0];
  gate.let_go(1);
  pool.close();
  pool.join();
  EXPECT_EQ(counters.all()[0], before);
}

}  // namespace
}  // namespace cow::testing

// map: every kind of task, item and result, in every chunk size.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

class Map : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Map, every_method(), name_of_method);
class MapAsync : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, MapAsync, every_method(), name_of_method);

TEST_P(Map, GivesResultsOfAFunctionInOrder) {
  Pool pool(options(3));
  EXPECT_EQ(pool.map(square, std::vector{5, 1, 4, 2, 3}),
            (std::vector{25, 1, 16, 4, 9}));
}

TEST_P(Map, GivesResultsOfALambdaWithoutCapturesInOrder) {
  Pool pool(options(2));
  const std::vector<std::string> words{"a", "bc", ""};
  EXPECT_EQ(pool.map([](const std::string& s) { return s + s; }, words),
            (std::vector<std::string>{"aa", "bcbc", ""}));
}

struct Times {
  int factor = 1;
  int operator()(int i) const { return factor * i; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(factor);
  }
};

TEST_P(Map, UsesTheStateOfAFunctionObject) {
  Pool pool(options(2));
  EXPECT_EQ(pool.map(Times{7}, std::vector{1, 2, 3}), (std::vector{7, 14, 21}));
}

int thousandfold(int i) noexcept { return 1000 * i; }

TEST_P(Map, CallsTheFunctionChosenAtRunTime) {
  Pool pool(options(2));
  const std::vector items{1, 2};
  for (int (*task)(int) : {&square, &same, +[](int i) { return -i; }}) {
    EXPECT_EQ(pool.map(task, items), (std::vector{task(1), task(2)}));
  }
  EXPECT_EQ(pool.map(thousandfold, items), (std::vector{1000, 2000}));
}

TEST_P(Map, RunsTasksOnlyInWorkers) {
  Pool pool(options(3));
  const std::vector<pid_t> workers = pool.workers();
  const std::set<pid_t> known(workers.begin(), workers.end());
  EXPECT_EQ(known.size(), 3U);
  for (const pid_t pid : pool.map([](int) { return ::getpid(); }, numbers(9))) {
    EXPECT_NE(pid, ::getpid());
    EXPECT_TRUE(known.contains(pid));
  }
}

TEST_P(Map, ReturnsWhenAllVoidTasksHaveRun) {
  Gate gate;
  Pool pool(options(2));
  pool.map([](int) { Gate::arrive(); }, numbers(10), 3);
  EXPECT_TRUE(gate.arrived(10));
}

TEST_P(Map, KeepsAllWorkersBusyAtTheSameTime) {
  Gate gate;
  Pool pool(options(4));
  auto pending = pool.map_async(stop_at_gate, numbers(4));
  ASSERT_TRUE(gate.arrived(pending, 4));
  EXPECT_FALSE(pending.ready());
  gate.let_go(4);
  EXPECT_EQ(pending.get(), numbers(4));
}

TEST_P(Map, TakesMoveOnlyItems) {
  Pool pool(options(2));
  std::vector<std::unique_ptr<int>> items;
  for (int i = 0; i < 5; ++i) items.push_back(std::make_unique<int>(i));
  EXPECT_EQ(pool.map([](const std::unique_ptr<int>& p) { return *p; },
                     std::move(items), 2),
            numbers(5));
}

TEST_P(Map, GivesMoveOnlyResults) {
  Pool pool(options(2));
  const auto results =
      pool.map([](int i) { return std::make_unique<int>(i); }, numbers(5), 2);
  ASSERT_EQ(results.size(), 5U);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(*results[static_cast<std::size_t>(i)], i);
  }
}

TEST_P(Map, TakesAndGivesBools) {
  Pool pool(options(2));
  const std::vector<bool> items{true, false, true, true, false};
  EXPECT_EQ(pool.map([](bool b) { return !b; }, items, 2),
            (std::vector<bool>{false, true, false, false, true}));
  EXPECT_EQ(pool.map([](int i) { return i % 2 == 0; }, numbers(3)),
            (std::vector<bool>{true, false, true}));
}

TEST_P(Map, TakesItemsFromAnyContainer) {
  Pool pool(options(2));
  EXPECT_EQ(pool.map(square, std::array{1, 2}), (std::vector{1, 4}));
  EXPECT_EQ(pool.map(square, std::list{3, 4}), (std::vector{9, 16}));
  EXPECT_EQ(pool.map(square, std::set{6, 5}), (std::vector{25, 36}));
  int plain[] = {7, 8};
  EXPECT_EQ(pool.map(square, plain), (std::vector{49, 64}));
}

TEST_P(Map, LeavesItsItemsAsTheyWere) {
  Pool pool(options(2));
  std::vector<std::string> items{"a", "b"};
  pool.map([](const std::string& s) { return s.size(); }, items);
  EXPECT_EQ(items, (std::vector<std::string>{"a", "b"}));
}

TEST_P(Map, GivesNoResultsForNoItems) {
  Pool pool(options(2));
  auto pending = pool.map_async(square, std::vector<int>());
  EXPECT_TRUE(pending.ready());
  EXPECT_EQ(pending.batches(), 0);
  EXPECT_TRUE(pending.get().empty());
  EXPECT_TRUE(pool.map(square, std::vector<int>(), 7).empty());
  pool.map([](int) {}, std::vector<int>());
}

TEST_P(Map, GivesOneResultForOneItem) {
  Pool pool(options(4));
  EXPECT_EQ(pool.map(square, std::vector{3}), std::vector{9});
}

TEST_P(Map, GivesAllResultsOfManyItemsWithFewWorkers) {
  Pool pool(options(1));
  EXPECT_EQ(pool.map(same, numbers(10'000)), numbers(10'000));
}

TEST_P(Map, GivesTheSameResultsForAnyChunkSize) {
  Pool pool(options(3));
  for (const std::int64_t chunk_size : {0, 1, 2, 3, 7, 19, 20, 21, 1000}) {
    auto pending = pool.map_async(same, numbers(20), chunk_size);
    const std::int64_t size = chunk_size == 0 ? 2 : chunk_size;
    EXPECT_EQ(pending.batches(), (20 + size - 1) / size);
    EXPECT_EQ(pending.get(), numbers(20));
  }
}

TEST_P(Map, RefusesANegativeChunkSize) {
  Pool pool(options(2));
  EXPECT_THROW(pool.map(square, numbers(3), -1), std::invalid_argument);
  EXPECT_TRUE(works(pool));
}

TEST_P(Map, LeavesMovedItemsIntactIfItIsRefused) {
  Pool pool(options(2));
  std::vector<std::string> items{"a", "b"};
  EXPECT_THROW(pool.map([](const std::string& s) { return s.size(); },
                        std::move(items), -1),
               std::invalid_argument);
  // NOLINTNEXTLINE(bugprone-use-after-move): that is the question.
  EXPECT_EQ(items, (std::vector<std::string>{"a", "b"}));
}

TEST_P(Map, GivesLargeResults) {
  Pool pool(options(2));
  constexpr std::size_t kSize = std::size_t{64} << 20;
  const auto results = pool.map(
      [](int i) {
        std::vector<char> large(kSize, static_cast<char>('a' + i));
        large.back() = 'z';
        return large;
      },
      numbers(2), 1);
  ASSERT_EQ(results.size(), 2U);
  for (int i = 0; i < 2; ++i) {
    const std::vector<char>& large = results[static_cast<std::size_t>(i)];
    ASSERT_EQ(large.size(), kSize);
    EXPECT_EQ(large.front(), 'a' + i);
    EXPECT_EQ(large[kSize - 2], 'a' + i);
    EXPECT_EQ(large.back(), 'z');
  }
}

TEST_P(Map, DoesNotDeadlockOnLargeItemsWithLargeResults) {
  Pool pool(options(2));
  std::vector<Eigen::VectorXd> items;
  for (int i = 0; i < 8; ++i) {
    items.push_back(Eigen::VectorXd::Constant(1 << 19, i));  // 4 MiB
  }
  for (const int chunk_size : {1, 3}) {
    const auto results = pool.map(
        [](const Eigen::VectorXd& v) { return Eigen::VectorXd(2 * v); }, items,
        chunk_size);
    ASSERT_EQ(results.size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_TRUE(results[i] == 2 * items[i]) << i;
    }
  }
}

TEST_P(MapAsync, GivesEachCallItsOwnResults) {
  Pool pool(options(3));
  auto squares = pool.map_async(square, numbers(50), 3);
  auto words =
      pool.map_async([](int i) { return std::to_string(i); }, numbers(50), 7);
  auto nothing = pool.map_async([](int) {}, numbers(10));
  auto none = pool.map_async(same, std::vector<int>());
  auto last = pool.map_async(same, numbers(5));
  EXPECT_EQ(last.get(), numbers(5));  // not in the order of the calls
  nothing.get();
  const std::vector<std::string> texts = words.get();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(texts[static_cast<std::size_t>(i)], std::to_string(i));
  }
  EXPECT_EQ(squares.get()[49], 49 * 49);
  EXPECT_TRUE(none.get().empty());
}

TEST_P(MapAsync, IsNotReadyBeforeItsTasksHaveEnded) {
  Gate gate;
  Pool pool(options(2));
  auto pending = pool.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(pending, 2));
  EXPECT_FALSE(pending.ready());
  EXPECT_FALSE(pending.wait_for(std::chrono::milliseconds(0)));
  EXPECT_FALSE(pending.wait_for(std::chrono::milliseconds(-5)));
  gate.let_go(2);
  EXPECT_TRUE(pending.wait_for(kDeadline));
  EXPECT_TRUE(pending.ready());
  EXPECT_EQ(pending.get(), numbers(2));
}

TEST_P(MapAsync, AcceptsTheLongestPossibleWait) {
  Pool pool(options(1));
  auto pending = pool.map_async(square, numbers(3));
  EXPECT_TRUE(pending.wait_for(std::chrono::milliseconds::max()));
}

TEST_P(MapAsync, CanWaitForADescriptorToo) {
  Gate gate;
  Pool pool(options(1));
  const Pipe other = make_pipe();
  auto pending = pool.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(pending, 1));
  write_fully(other.writer.get(), "x", 1);
  EXPECT_TRUE(pending.wait_readable(other.reader.get()));
  EXPECT_FALSE(pending.ready());
  char byte = 0;
  read_fully(other.reader.get(), &byte, 1);
  gate.let_go(2);
  EXPECT_FALSE(pending.wait_readable(other.reader.get()));
  EXPECT_TRUE(pending.ready());
}

TEST_P(Map, TakesItemsInBracesAsItsVariantsDo) {
  Pool pool(options(2));
  const auto length = [](const std::string& text) { return text.size(); };
  const auto add = [](int a, int b) { return a + b; };
  EXPECT_EQ(pool.map(square, {1, 2, 3}), (std::vector<int>{1, 4, 9}));
  EXPECT_EQ(pool.map(length, {"a", "bcd"}), (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(pool.map_async(square, {7}).get(), std::vector<int>{49});
  EXPECT_EQ(pool.starmap(add, {{1, 2}, {3, 4}}), (std::vector<int>{3, 7}));
  auto results = pool.imap(square, {1, 2, 3});
  EXPECT_EQ(rest_of(results), (std::vector<int>{1, 4, 9}));
  auto unordered = pool.imap_unordered(square, {3});
  EXPECT_EQ(rest_of(unordered), std::vector<int>{9});
  EXPECT_TRUE(pool.map(square, {}).empty());
}

TEST_P(MapAsync, MayBeDroppedWithItsResults) {
  Pool pool(options(2));
  pool.map_async(square, numbers(100), 1);
  pool.map_async([](int i) { return std::string(100'000, 'x')[0] + i; },
                 numbers(10), 1);
  EXPECT_TRUE(works(pool));
}

}  // namespace
}  // namespace cow::testing

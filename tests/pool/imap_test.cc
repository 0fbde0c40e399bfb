// imap: the results, one after the other, each with an outcome of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pool/source.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

class ImapIterator : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, ImapIterator, every_method(), name_of_method);

int fail_at_four(int i) {
  if (i == 4) throw std::runtime_error("not four");
  return i;
}
int die_at_four(int i) {
  if (i == 4) std::raise(SIGKILL);
  return i;
}

TEST_P(ImapIterator, GivesTheResultsInTheOrderOfTheItems) {
  Pool mapping = pool(3);
  for (const int chunk_size : {1, 3, 7, 1000}) {
    auto results = mapping.imap(same, numbers(500), chunk_size);
    EXPECT_EQ(rest_of(results), numbers(500)) << chunk_size;
  }
}

TEST_P(ImapIterator, GivesEachUnorderedResultOnce) {
  Pool mapping = pool(3);
  for (const int chunk_size : {1, 3, 7, 1000}) {
    auto results = mapping.imap_unordered(same, numbers(500), chunk_size);
    std::vector<int> all = rest_of(results);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, numbers(500)) << chunk_size;
  }
}

TEST_P(ImapIterator, ThrowsAnExceptionInItsPlaceAndGoesOn) {
  Pool mapping = pool(2);
  for (const int chunk_size : {1, 3}) {
    auto results = mapping.imap(fail_at_four, numbers(10), chunk_size);
    EXPECT_EQ(outcomes_of<TaskError>(results),
              (std::vector{0, 1, 2, 3, -1, 5, 6, 7, 8, 9}))
        << chunk_size;
  }
  auto results = mapping.imap_unordered(fail_at_four, numbers(10), 3);
  EXPECT_THAT(outcomes_of<TaskError>(results),
              UnorderedElementsAreArray({0, 1, 2, 3, -1, 5, 6, 7, 8, 9}));
}

TEST_P(ImapIterator, ReportsADeathInItsPlaceAndGoesOn) {
  Pool mapping = pool(2);
  auto one_by_one = mapping.imap(die_at_four, numbers(10));
  EXPECT_EQ(outcomes_of<WorkerDied>(one_by_one),
            (std::vector{0, 1, 2, 3, -1, 5, 6, 7, 8, 9}));
  // The others of its batch have died with it.
  auto by_threes = mapping.imap(die_at_four, numbers(10), 3);
  EXPECT_EQ(outcomes_of<WorkerDied>(by_threes),
            (std::vector{0, 1, 2, -1, -1, -1, 6, 7, 8, 9}));
}

TEST_P(ImapIterator, NamesTheItemOfAnExceptionOrDeath) {
  Pool pool(options(2));
  for (const int chunk_size : {1, 3}) {
    auto failing = pool.imap(fail_at_four, numbers(10), chunk_size);
    try {
      rest_of(failing);
      FAIL() << "nothing was thrown";
    } catch (const TaskError& error) {
      EXPECT_EQ(error.item(), 4);
      EXPECT_EQ(error.text(), "not four");
    }
    auto dying = pool.imap(die_at_four, numbers(10), chunk_size);
    EXPECT_THAT(error_of<WorkerDied>([&] { rest_of(dying); }),
                HasSubstr("in item 4"));
  }
}

TEST_P(ImapIterator, IsARange) {
  Pool pool(options(2));
  int sum = 0;
  for (const int result : pool.imap(square, std::vector{1, 2, 3})) {
    sum += result;
  }
  EXPECT_EQ(sum, 14);
  auto results = pool.imap(fail_at_four, numbers(6));
  EXPECT_THROW(
      {
        for (int& result : results) sum += result;
      },
      TaskError);
  EXPECT_EQ(*results.begin(), 5);  // the one behind it
  EXPECT_EQ(results.begin(), results.end());
}

TEST_P(ImapIterator, IsAtItsEndIfThereAreNoItems) {
  Pool pool(options(2));
  for (const int chunk_size : {1, 10}) {
    auto results = pool.imap(square, std::vector<int>(), chunk_size);
    EXPECT_TRUE(results.wait_for(std::chrono::milliseconds(0)));
    EXPECT_EQ(results.next(), std::nullopt);
    EXPECT_EQ(results.next(), std::nullopt);  // however often
  }
}

TEST_P(ImapIterator, GivesAllResultsOfFewerItemsThanWorkers) {
  Pool pool(options(5));
  for (const int count : {1, 2, 4}) {
    auto results = pool.imap(same, numbers(count));
    EXPECT_EQ(rest_of(results), numbers(count));
  }
}

TEST_P(ImapIterator, RefusesAChunkSizeBelowOne) {
  Pool pool(options(2));
  Source<> source(10);
  for (const int chunk_size : {0, -1}) {
    EXPECT_THROW(pool.imap(same, source, chunk_size), std::invalid_argument);
    EXPECT_THROW(pool.imap_unordered(same, source, chunk_size),
                 std::invalid_argument);
  }
  EXPECT_EQ(source.produced(), 0);
}

TEST_P(ImapIterator, HandlesLargeItemsAndResults) {
  Pool pool(options(2));
  const std::string large(4 << 20, 'x');
  auto results = pool.imap([](const std::string& s) { return s + "y"; },
                           std::vector<std::string>(12, large));
  int count = 0;
  for (const std::string& result : results) {
    EXPECT_TRUE(result == large + "y");
    ++count;
  }
  EXPECT_EQ(count, 12);
}

TEST_P(ImapIterator, GivesMoveOnlyResults) {
  Pool pool(options(2));
  auto results =
      pool.imap([](int i) { return std::make_unique<int>(i); }, numbers(5), 2);
  const auto pointers = rest_of(results);
  ASSERT_EQ(pointers.size(), 5U);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(*pointers[static_cast<std::size_t>(i)], i);
  }
}

TEST_P(ImapIterator, TakesAndGivesBools) {
  Pool pool(options(2));
  for (const int chunk_size : {1, 2}) {
    auto results = pool.imap([](bool b) { return !b; },
                             std::vector<bool>{true, false, true}, chunk_size);
    EXPECT_EQ(rest_of(results), (std::vector<bool>{false, true, false}));
  }
}

TEST_P(ImapIterator, GivesOneResultPerItemOfAVoidTask) {
  Counters counters(10);
  Pool pool(options(2));
  auto results = pool.imap([](int i) { Counters::add(i); }, numbers(10), 3);
  EXPECT_EQ(rest_of(results).size(), 10U);
  EXPECT_EQ(counters.all(), std::vector<int>(10, 1));
}

TEST_P(ImapIterator, DoesNotWaitForASlowTaskIfUnordered) {
  Gate gate;
  Pool pool(options(2));
  auto results = pool.imap_unordered(
      [](int i) { return i == 0 ? stop_at_gate(i) : i; }, numbers(1000));
  std::set<int> others;
  for (int i = 1; i < 1000; ++i) {
    ASSERT_TRUE(results.wait_for(kDeadline)) << i;
    others.insert(*results.next());
  }
  EXPECT_EQ(others.size(), 999U);
  EXPECT_FALSE(others.contains(0));
  gate.let_go(1);
  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(results.next(), std::nullopt);
}

TEST_P(ImapIterator, HasNoResultBeforeItsTaskEnds) {
  Gate gate;
  Pool pool(options(2));
  auto results =
      pool.imap([](int i) { return i == 0 ? stop_at_gate(i) : i; }, numbers(3));
  ASSERT_TRUE(gate.arrived(1));
  EXPECT_FALSE(results.wait_for(std::chrono::milliseconds(0)));
  EXPECT_FALSE(results.wait_for(std::chrono::milliseconds(20)));
  gate.let_go(1);
  EXPECT_TRUE(results.wait_for(kDeadline));
  EXPECT_EQ(rest_of(results), numbers(3));
}

// Results of 1 MiB from item `kLarge` on; counts what was begun.
template <int kLarge>
std::string make_large(int i) {
  Counters::add(0);
  return std::string(i < kLarge ? 1 : 1 << 20, 'x');
}

// Lets the pool work, which fetches no result.
void let_work(Pool& pool) {
  for (int i = 0; i < 10; ++i) works(pool);
}

TEST_P(ImapIterator, KeepsTwoLargeResultsPerWorkerAtMost) {
  Counters begun(1);
  Pool pool(options(2));
  auto results = pool.imap(make_large<0>, numbers(200));
  ASSERT_TRUE(results.wait_for(kDeadline));
  for (int fetched = 0; fetched < 40; ++fetched) {
    let_work(pool);
    EXPECT_LE(begun.all()[0] - fetched, 4);
    ASSERT_TRUE(results.next());
  }
}

TEST_P(ImapIterator, KeepsAtMostTwoResultsPerWorkerAfterTheFirstLargeResult) {
  Counters begun(1);
  Pool pool(options(2));
  auto results = pool.imap(make_large<300>, numbers(600));
  const int most = most_ahead(2);
  for (int fetched = 0; fetched < 500; ++fetched) {
    if (fetched % 10 == 0) let_work(pool);
    // Those that were begun before the first large one came count as small.
    const int kept = begun.all()[0] - fetched;
    EXPECT_LE(kept, fetched < 300 + most ? most : 4) << fetched;
    ASSERT_TRUE(results.next());
  }
}

TEST_P(ImapIterator, GivesItsOwnResultsBesideAnotherImap) {
  Pool pool(options(3));
  auto squares = pool.imap(square, numbers(300));
  auto words =
      pool.imap([](int i) { return std::to_string(i); }, numbers(300), 7);
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(squares.next(), i * i);
    ASSERT_EQ(words.next(), std::to_string(i));
  }
  EXPECT_EQ(squares.next(), std::nullopt);
  EXPECT_EQ(words.next(), std::nullopt);
}

TEST_P(ImapIterator, DoesNotDisturbOtherCalls) {
  Pool pool(options(2));
  auto applied = pool.apply_async(square, 9);
  auto results = pool.imap(same, numbers(300));
  auto mapped = pool.map_async(square, numbers(10));
  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(pool.apply(square, 5), 25);
  EXPECT_EQ(mapped.get()[9], 81);
  EXPECT_EQ(rest_of(results).size(), 299U);
  EXPECT_EQ(applied.get(), 81);
}

}  // namespace
}  // namespace cow::testing

// The end of an imap: dropped, closed, joined, terminated, moved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/child.h"
#include "pool/source.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

class AnImap : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, AnImap, every_method(), name_of_method);

TEST_P(AnImap, ReadsNoMoreInputIfDropped) {
  Pool pool(options(2));
  for (const bool ordered : {true, false}) {
    Source<> source(1'000'000);
    {
      auto results =
          ordered ? pool.imap(same, source) : pool.imap_unordered(same, source);
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(results.next());
    }
    const int read = source.produced();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(works(pool));
    EXPECT_EQ(source.produced(), read);
  }
}

TEST_P(AnImap, LeavesThePoolWorkingIfDroppedWhileTasksRun) {
  Gate gate;
  Pool pool(options(2));
  {
    Source<> source(1000);
    auto results = pool.imap(stop_at_gate, source);
    ASSERT_TRUE(gate.arrived(2));
  }
  gate.let_go(most_ahead(2));
  EXPECT_TRUE(works(pool));
}

TEST_P(AnImap, TakesBackPrefetchedBatchesIfDropped) {
  Gate gate;
  Counters counters(1000);
  Pool pool(options(2));
  {
    Source<> source(1000);
    auto results = pool.imap(
        [](int i) {
          Counters::add(i);
          Gate::stop();
        },
        source);
    ASSERT_TRUE(gate.arrived(2));
  }
  gate.let_go(most_ahead(2));
  EXPECT_TRUE(works(pool));
  pool.close();
  pool.join();
  const std::vector<int> counts = counters.all();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0), 2);
}

TEST_P(AnImap, RunsAllItsTasksIfAForkedCopyOfItIsDropped) {
  Gate gate;
  Pool pool(options(1));
  auto results = std::make_optional(pool.imap(stop_at_gate, numbers(20)));
  ASSERT_TRUE(gate.arrived(1));
  Child copy = Child::fork([&] {
    results.reset();
    return 0;
  });
  EXPECT_TRUE(copy.wait().success());
  gate.let_go(20);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(results->wait_for(kDeadline));
    EXPECT_EQ(results->next(), i);
  }
}

TEST_P(AnImap, RunsOnlyPrefetchedBatchesIfDroppedAtOnce) {
  Counters counters(1000);
  Pool pool(options(2));
  pool.imap([](int i) { Counters::add(i); }, numbers(1000));
  EXPECT_TRUE(works(pool));
  pool.close();
  pool.join();
  const std::vector<int> counts = counters.all();
  EXPECT_THAT(counts, ::testing::Each(::testing::Le(1)));
  EXPECT_EQ(counts[most_ahead(2)], 0);
}

TEST_P(AnImap, GivesAllResultsAfterThePoolIsClosed) {
  Pool pool(options(2));
  Source<> source(1000);
  auto results = pool.imap(same, source);
  EXPECT_EQ(results.next(), 0);
  pool.close();
  EXPECT_EQ(rest_of(results).size(), 999U);
  EXPECT_EQ(source.produced(), 1000);
}

TEST_P(AnImap, IsRefusedByAClosedPool) {
  Pool pool(options(2));
  pool.close();
  Source<> source(10);
  EXPECT_THAT(error_of<PoolError>([&] { pool.imap(same, source); }),
              HasSubstr("closed"));
  EXPECT_EQ(source.produced(), 0);
}

TEST_P(AnImap, ReadsAllItsInputWhenThePoolIsJoinedAndKeepsItsResults) {
  for (const bool ordered : {true, false}) {
    Pool pool(options(2));
    Source<> source(10'000);
    auto results = ordered ? pool.imap(same, source, 3)
                           : pool.imap_unordered(same, source, 3);
    EXPECT_TRUE(results.next());
    pool.close();
    pool.join();
    EXPECT_EQ(source.produced(), 10'000);
    EXPECT_TRUE(pool.workers().empty());
    EXPECT_EQ(rest_of(results).size(), 9'999U);
  }
}

TEST_P(AnImap, ReadsAllItsInputWhenThePoolIsJoinedBesideOtherImaps) {
  Pool pool(options(2));
  Source<> first(1000);
  Source<> second(1000);
  auto results = pool.imap(same, first);
  auto others = pool.imap(same, second);
  auto mapped = pool.map_async(same, numbers(100), 1);
  pool.close();
  pool.join();
  EXPECT_EQ(rest_of(others), numbers(1000));
  EXPECT_EQ(rest_of(results), numbers(1000));
  EXPECT_EQ(mapped.get(), numbers(100));
}

// While the second is read, the first goes on, and leaves the pool's list.
TEST_P(AnImap, ReadsAllItsInputWhenThePoolIsJoinedEvenIfAnotherJobEnds) {
  Pool pool(options(2));
  auto mapped = pool.map_async(same, numbers(1000), 1);
  Source<> second(1000, [&mapped](int i) {
    if (i > most_ahead(2)) mapped.wait();
    return i;
  });
  Source<> third(1000);
  auto results = pool.imap(same, second);
  auto others = pool.imap(same, third);
  pool.close();
  pool.join();
  EXPECT_EQ(second.produced(), 1000);
  EXPECT_EQ(third.produced(), 1000);
  EXPECT_EQ(rest_of(results), numbers(1000));
  EXPECT_EQ(rest_of(others), numbers(1000));
}

TEST_P(AnImap, FailsForUnfinishedItemsIfThePoolIsTerminated) {
  for (const bool ordered : {true, false}) {
    Gate gate;
    Pool pool(options(2));
    Source<> source(1'000'000);
    auto results = ordered ? pool.imap(stop_at_gate, source)
                           : pool.imap_unordered(stop_at_gate, source);
    ASSERT_TRUE(gate.arrived(2));
    pool.terminate();
    int failed = 0;
    const auto next_failed = [&] {
      try {
        return results.next().has_value();
      } catch (const PoolError& error) {
        EXPECT_THAT(error.what(), HasSubstr("terminated"));
        return ++failed > 0;
      }
    };
    while (next_failed()) continue;
    // Each that was begun, and the input that was not read to its end.
    EXPECT_GE(failed, 3);
    EXPECT_LE(failed, most_ahead(2) + 1);
    EXPECT_LE(source.produced(), most_ahead(2));
  }
}

TEST_P(AnImap, KeepsFinishedResultsOfATerminatedPool) {
  Pool pool(options(2));
  auto results = pool.imap(same, numbers(3), 3);
  ASSERT_TRUE(results.wait_for(kDeadline));
  pool.terminate();
  EXPECT_EQ(rest_of(results), numbers(3));
}

TEST_P(AnImap, GivesResultsAfterThePoolIsGone) {
  std::optional<Imap<int>> results;
  {
    Pool pool(options(2));
    results = pool.imap(same, numbers(3), 3);
    ASSERT_TRUE(results->wait_for(kDeadline));
  }
  EXPECT_EQ(rest_of(*results), numbers(3));
}

TEST_P(AnImap, GoesOnAfterItIsMoved) {
  Pool pool(options(2));
  auto first = pool.imap(same, numbers(300));
  EXPECT_EQ(first.next(), 0);
  auto second = std::move(first);
  EXPECT_EQ(second.next(), 1);
  auto other = pool.imap(same, numbers(5));
  other = std::move(second);
  EXPECT_EQ(other.next(), 2);
  EXPECT_EQ(rest_of(other).size(), 297U);
}

TEST_P(AnImap, GoesOnAfterItsPoolIsMoved) {
  Pool first(options(2));
  auto results = first.imap(same, numbers(300));
  EXPECT_EQ(results.next(), 0);
  Pool second = std::move(first);
  EXPECT_EQ(results.next(), 1);
  EXPECT_TRUE(works(second));
  EXPECT_EQ(rest_of(results).size(), 298U);
}

}  // namespace
}  // namespace cow::testing

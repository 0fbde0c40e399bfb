// What imap reads of its items: as far as the workers need it, and no farther
// than a window in front of what was fetched.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/memory/process.h"
#include "pool/source.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

class ImapInput : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, ImapInput, every_method(), name_of_method);

TEST_P(ImapInput, IsReadAtMostAWindowAheadWhileTasksWait) {
  constexpr int kMany = 1'000'000;
  for (const int chunk_size : {1, 3}) {
    Gate gate;
    Pool pool(options(2));
    Source<> source(kMany);
    auto results = pool.imap(stop_at_gate, source, chunk_size);
    ASSERT_TRUE(gate.arrived(2));
    EXPECT_FALSE(results.wait_for(std::chrono::milliseconds(20)));
    EXPECT_GE(source.produced(), 2 * chunk_size);
    EXPECT_LE(source.produced(), most_ahead(2, chunk_size));
  }
}

TEST_P(ImapInput, IsReadAtMostAWindowAheadUntilResultsAreFetched) {
  Pool pool(options(2));
  for (const bool ordered : {true, false}) {
    Source<> source(1'000'000);
    auto results = ordered ? pool.imap(same, source, 3)
                           : pool.imap_unordered(same, source, 3);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(works(pool));
    EXPECT_LE(source.produced(), most_ahead(2, 3));
  }
}

TEST_P(ImapInput, IsReadAtMostAWindowAheadOfFetchedResults) {
  Pool pool(options(2));
  Source<> source(20'000);
  auto results = pool.imap(same, source);
  for (int fetched = 0; fetched < 20'000; ++fetched) {
    ASSERT_LE(source.produced() - fetched, most_ahead(2));
    ASSERT_EQ(results.next(), fetched);
  }
}

// How large they are is known when the first have been pickled.
TEST_P(ImapInput, IsReadLessFarAheadForLargeItems) {
  Pool pool(options(2));
  Source<std::string> source(
      50, [](int) { return std::string(std::size_t{1} << 20, 'x'); });
  auto results =
      pool.imap([](const std::string& s) { return s.size(); }, source);
  for (int fetched = 0; fetched < 50; ++fetched) {
    ASSERT_LE(source.produced() - fetched, 4);
    ASSERT_EQ(results.next(), std::size_t{1} << 20);
  }
}

Bytes rss() { return read_process(::getpid())->usage.rss; }

// The results alone would be 12 MB in the first case, 30 MB in the second,
// after the first of them.
TEST(ImapOfAnyLength, TakesTheSameMemory) {
  Pool pool({.workers = 2});
  const auto growth = [](auto results) {
    for (int i = 0; i < 20'000; ++i) results.next();
    const Bytes before = rss();
    while (results.next()) continue;
    return rss() - before;
  };
  Source<> many(3'000'000);
  EXPECT_LE(growth(pool.imap(same, many, 1000)), Bytes(8 << 20));
  EXPECT_EQ(many.produced(), 3'000'000);
  Source<> fewer(50'000);
  EXPECT_LE(growth(pool.imap([](int i) { return std::string(1000, char(i)); },
                             fewer)),
            Bytes(8 << 20));
  EXPECT_EQ(fewer.produced(), 50'000);
}

int read_line(int i) {
  if (i == 5) throw std::runtime_error("line five cannot be read");
  return i;
}

Pool* joined_by_input = nullptr;
int join_in_five(int i) {
  if (i == 5) {
    joined_by_input->close();
    joined_by_input->join();
  }
  return i;
}

TEST_P(ImapInput, CannotJoinThePool) {
  Pool pool(options(1));
  joined_by_input = &pool;
  auto results = pool.imap(square, Source<>(10, join_in_five));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(results.next(), i * i);
  EXPECT_THAT(error_of<PoolError>([&] { results.next(); }),
              HasSubstr("cannot wait for the imap that reads it"));
}

TEST_P(ImapInput, ThrowsItsExceptionAfterAllEarlierResults) {
  Pool pool(options(2));
  for (const int chunk_size : {1, 3, 5, 100}) {
    auto results = pool.imap(square, Source<>(10, read_line), chunk_size);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(results.next(), i * i);
    EXPECT_THAT(error_of<std::runtime_error>([&] { results.next(); }),
                HasSubstr("line five"));
    EXPECT_EQ(results.next(), std::nullopt);
  }
}

TEST_P(ImapInput, ThrowsItsExceptionAfterUnorderedResults) {
  Pool pool(options(2));
  for (const int chunk_size : {1, 3, 5, 100}) {
    auto results =
        pool.imap_unordered(same, Source<>(10, read_line), chunk_size);
    std::vector<int> before(5);
    for (int& result : before) result = results.next().value();
    EXPECT_THAT(before, ::testing::UnorderedElementsAreArray(numbers(5)));
    EXPECT_THAT(error_of<std::runtime_error>([&] { results.next(); }),
                HasSubstr("line five"));
    EXPECT_EQ(results.next(), std::nullopt);
  }
}

TEST_P(ImapInput, MayUseThePool) {
  Pool pool(options(2));
  Source<> source(300, [&pool](int i) { return pool.apply(same, i); });
  auto results = pool.imap(same, source);
  EXPECT_EQ(rest_of(results), numbers(300));
}

TEST_P(ImapInput, MayBeTheResultsOfAnotherImap) {
  Pool pool(options(2));
  auto results = pool.imap(square, pool.imap(square, Source<>(200), 2), 3);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(results.next(), i * i * i * i);
  EXPECT_EQ(results.next(), std::nullopt);
}

TEST_P(ImapInput, IsKeptAsLongAsNeededIfMovedIn) {
  Pool pool(options(2));
  const auto alive = std::make_shared<int>();
  {
    auto results =
        pool.imap(same, Source<>(1000, [alive](int i) { return i; }));
    EXPECT_EQ(results.next(), 0);
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_TRUE(works(pool));
  // What its workers had been given was done by then.
  pool.close();
  pool.join();
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace cow::testing

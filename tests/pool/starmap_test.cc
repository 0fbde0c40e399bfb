// starmap: a map whose items are the arguments of a task that takes several.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

class Starmap : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Starmap, every_method(), name_of_method);

int minus(int a, int b) { return a - b; }

// (0, 10), (1, 9) … (10, 0), whose differences are -10, -8 … 10.
std::vector<std::pair<int, int>> eleven_pairs() {
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i <= 10; ++i) pairs.emplace_back(i, 10 - i);
  return pairs;
}
std::vector<int> eleven_differences() {
  std::vector<int> differences;
  for (int i = 0; i <= 10; ++i) differences.push_back(2 * i - 10);
  return differences;
}

TEST_P(Starmap, GivesTheResultsInOrder) {
  Pool spreading = pool(3);
  EXPECT_EQ(spreading.starmap(minus, eleven_pairs()), eleven_differences());
  EXPECT_EQ(
      spreading.starmap([](int a, int b) { return a - b; }, eleven_pairs(), 1),
      eleven_differences());
}

TEST_P(Starmap, ReportsAnExceptionWithItsItem) {
  Pool spreading = pool(2);
  try {
    spreading.starmap(
        [](int a, int b) {
          if (a == b) throw std::runtime_error("equal");
          return a - b;
        },
        eleven_pairs(), 2);
    FAIL() << "nothing was thrown";
  } catch (const TaskError& error) {
    EXPECT_EQ(error.item(), 5);
    EXPECT_EQ(error.text(), "equal");
  }
  EXPECT_EQ(spreading.starmap(minus, eleven_pairs()), eleven_differences());
}

class StarmapArguments : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, StarmapArguments, every_method(), name_of_method);

TEST_P(StarmapArguments, MayBeTuplesOfAnyTypes) {
  Pool pool(options(2));
  const std::vector<std::tuple<std::string, int, char>> items{
      {"a", 2, 'x'}, {"", 0, 'y'}, {"long", 3, 'z'}};
  EXPECT_EQ(pool.starmap(
                [](const std::string& s, int count, char c) {
                  return s + std::string(static_cast<std::size_t>(count), c);
                },
                items),
            (std::vector<std::string>{"axx", "", "longzzz"}));
}

TEST_P(StarmapArguments, MayBeArrays) {
  Pool pool(options(2));
  const std::vector<std::array<int, 3>> items{{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(
      pool.starmap([](int a, int b, int c) { return 100 * a + 10 * b + c; },
                   items),
      (std::vector{123, 456}));
}

TEST_P(StarmapArguments, MayBeTuplesOfOneElementOrNone) {
  Pool pool(options(2));
  EXPECT_EQ(pool.starmap(square, std::vector<std::tuple<int>>{{3}, {4}}),
            (std::vector{9, 16}));
  EXPECT_EQ(pool.starmap([] { return 7; }, std::vector<std::tuple<>>(3)),
            (std::vector{7, 7, 7}));
}

TEST_P(StarmapArguments, MayBeMoveOnly) {
  Pool pool(options(2));
  std::vector<std::pair<std::unique_ptr<int>, int>> items;
  for (int i = 0; i < 5; ++i) items.emplace_back(std::make_unique<int>(i), 10);
  EXPECT_EQ(
      pool.starmap([](const std::unique_ptr<int>& a, int b) { return *a + b; },
                   std::move(items), 2),
      (std::vector{10, 11, 12, 13, 14}));
}

TEST_P(StarmapArguments, GiveTheSameResultsForAnyChunkSize) {
  Pool pool(options(3));
  for (const std::int64_t chunk_size : {0, 1, 3, 10, 11, 12, 1000}) {
    auto pending = pool.starmap_async(minus, eleven_pairs(), chunk_size);
    const std::int64_t size = chunk_size == 0 ? 1 : chunk_size;
    EXPECT_EQ(pending.batches(), (11 + size - 1) / size);
    EXPECT_EQ(pending.get(), eleven_differences());
  }
  EXPECT_THROW(pool.starmap(minus, eleven_pairs(), -1), std::invalid_argument);
}

TEST_P(StarmapArguments, MayBeEmpty) {
  Pool pool(options(2));
  EXPECT_TRUE(pool.starmap(minus, std::vector<std::pair<int, int>>()).empty());
}

TEST_P(StarmapArguments, AreAllPassedToAVoidTask) {
  Counters counters(11);
  Pool pool(options(2));
  pool.starmap([](int a, int /*b*/) { Counters::add(a); }, eleven_pairs(), 3);
  EXPECT_EQ(counters.all(), std::vector<int>(11, 1));
}

TEST_P(StarmapArguments, AreSentAsCompactlyAsMapItems) {
  Pool pool(options(2));
  auto pending = pool.starmap_async(minus, eleven_pairs(), 4);
  pending.wait();
  // A header and the function each batch; two numbers each item.
  EXPECT_EQ(pending.transfer().to_workers, Bytes(3 * (48 + 8) + 11 * 2 * 4));
}

}  // namespace
}  // namespace cow::testing

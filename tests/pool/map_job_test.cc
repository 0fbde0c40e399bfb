// A map's batches: how many, which items each holds, and which failure wins.
#include "cow/pool/map_job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/pool/frame.h"

namespace cow {
namespace {

TEST(ChunkSize, IsThatOfCPython) {
  // By Pool._map_async of CPython 3.11:
  //   chunksize, extra = divmod(items, workers * 4); if extra: chunksize += 1
  struct Row {
    std::int64_t items;
    int workers;
    std::int64_t chunk_size;
  };
  const std::vector<Row> table{{0, 1, 0},
                               {0, 10, 0},
                               {1, 1, 1},
                               {4, 1, 1},
                               {5, 1, 2},
                               {1, 4, 1},
                               {3, 4, 1},
                               {16, 4, 1},
                               {17, 4, 2},
                               {32, 4, 2},
                               {33, 4, 3},
                               {40, 10, 1},
                               {41, 10, 2},
                               {100, 3, 9},
                               {1000, 7, 36},
                               {1000000, 3, 83334},
                               {100000000, 10, 2500000},
                               {1099511627776, 64, 4294967296}};
  for (const Row& row : table) {
    EXPECT_EQ(default_chunk_size(row.items, row.workers), row.chunk_size)
        << row.items << " items, " << row.workers << " workers";
  }
}

TEST(Chunks, HoldEveryItemOnceAndInOrder) {
  for (const std::int64_t items : {1, 2, 7, 10, 11, 1000}) {
    for (const std::int64_t chunk_size : {1, 2, 3, 7, 10, 999, 1000, 5000}) {
      const Chunks chunks(items, chunk_size);
      std::size_t next = 0;
      for (std::int64_t batch = 0; batch < chunks.count(); ++batch) {
        const ItemRange range = chunks.range(batch);
        EXPECT_EQ(range.first, next);
        EXPECT_GE(range.count, 1U);
        EXPECT_LE(range.count, static_cast<std::size_t>(chunk_size));
        next = range.first + range.count;
      }
      EXPECT_EQ(next, static_cast<std::size_t>(items));
    }
  }
}

TEST(Chunks, HaveOneSizeExceptTheLast) {
  const Chunks chunks(10, 4);
  ASSERT_EQ(chunks.count(), 3);
  EXPECT_EQ(chunks.range(0).count, 4U);
  EXPECT_EQ(chunks.range(1).count, 4U);
  EXPECT_EQ(chunks.range(2).first, 8U);
  EXPECT_EQ(chunks.range(2).count, 2U);
}

TEST(Chunks, AreOneBatchIfTheirSizeIsHuge) {
  for (const std::int64_t chunk_size :
       {std::int64_t{10}, std::int64_t{1} << 62,
        std::numeric_limits<std::int64_t>::max() - 9,
        std::numeric_limits<std::int64_t>::max()}) {
    const Chunks chunks(10, chunk_size);
    ASSERT_EQ(chunks.count(), 1) << chunk_size;
    EXPECT_EQ(chunks.range(0).first, 0U);
    EXPECT_EQ(chunks.range(0).count, 10U);
  }
}

TEST(Outcome, IsDoneIfThereAreNoBatches) {
  const Outcome outcome(0);
  EXPECT_EQ(outcome.batches(), 0);
  EXPECT_TRUE(outcome.done());
  EXPECT_FALSE(outcome.failed());
}

TEST(Outcome, IsDoneWhenEveryBatchHasAResultOrAFailure) {
  Outcome outcome(3);
  outcome.count_success();
  EXPECT_FALSE(outcome.done());
  outcome.count_failure(0, std::make_exception_ptr(std::runtime_error("x")));
  EXPECT_FALSE(outcome.done());
  EXPECT_TRUE(outcome.failed());
  outcome.count_success();
  EXPECT_TRUE(outcome.done());
}

std::string failure_of(const Outcome& outcome) {
  try {
    outcome.rethrow_failure();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "none";
}

TEST(Outcome, KeepsTheFailureOfTheLowestItem) {
  Outcome outcome(10);
  EXPECT_EQ(failure_of(outcome), "none");
  const auto fail = [&](std::size_t item) {
    outcome.count_failure(item, std::make_exception_ptr(std::runtime_error(
                                    "item " + std::to_string(item))));
  };
  fail(5);
  EXPECT_EQ(failure_of(outcome), "item 5");
  fail(7);
  EXPECT_EQ(failure_of(outcome), "item 5");
  fail(0);
  EXPECT_EQ(failure_of(outcome), "item 0");
  fail(2);
  EXPECT_EQ(failure_of(outcome), "item 0");
}

using HalfJob = MapJob<int (*)(int), int>;
int half(int i) { return i / 2; }

TEST(MapJob, GivesItsBatchesOneAfterTheOther) {
  HalfJob job(&half, {1, 2, 3, 4, 5}, 2);
  for (const std::int64_t batch : {0, 1, 2}) {
    ASSERT_TRUE(job.has_next());
    EXPECT_FALSE(job.exhausted());
    EXPECT_EQ(job.next(), batch);
    EXPECT_EQ(job.pickle(batch).size(), Bytes(batch < 2 ? 16 : 12));
  }
  EXPECT_FALSE(job.has_next());
  EXPECT_TRUE(job.exhausted());
}

TEST(MapJob, PutsResultsInTheirPlaces) {
  HalfJob job(&half, {1, 2, 3, 4, 5}, 2);
  const auto reply = [&](std::int64_t batch, const std::vector<int>& results) {
    job.succeed(batch, std::as_bytes(std::span(results)));
  };
  reply(2, {50});
  reply(0, {10, 20});
  EXPECT_FALSE(job.outcome().done());
  reply(1, {30, 40});
  EXPECT_TRUE(job.outcome().done());
  EXPECT_EQ(job.take_results(), (std::vector{10, 20, 30, 40, 50}));
}

TEST(MapJob, FailsIfItsResultsCannotBeRead) {
  HalfJob job(&half, {1, 2}, 1);
  job.succeed(0, {});
  EXPECT_TRUE(job.outcome().failed());
  EXPECT_THROW(job.outcome().rethrow_failure(), PickleError);
}

std::string repeated(int i) {
  return std::string(1 << 20, static_cast<char>(i));
}

TEST(MapJob, MakesRoomForAStringOfTheAnnouncedLength) {
  MapJob<std::string (*)(int), int> job(&repeated, {'x'}, 1);
  constexpr std::uint64_t kSize = 1 << 20;
  const auto announced = std::as_bytes(std::span(&kSize, 1));
  EXPECT_FALSE(job.place(0, announced, kSize + 7).room);
  const auto [prefix, room] = job.place(0, announced, kSize + 8);
  EXPECT_EQ(prefix, 8U);
  for (auto piece = room(); !piece.empty(); piece = room()) {
    std::fill(piece.begin(), piece.end(), std::byte{'x'});
  }
  job.succeed_in_place(0);
  EXPECT_TRUE(job.outcome().done());
  EXPECT_TRUE(job.take_results().front() == repeated('x'));
}

TEST(MapJob, CanFailBatchesThatAreNotYetDispatched) {
  HalfJob job(&half, {1, 2, 3}, 1);
  job.next();
  job.fail_rest(std::make_exception_ptr(std::runtime_error("the end")));
  EXPECT_TRUE(job.exhausted());
  EXPECT_FALSE(job.outcome().done());
  const std::vector<int> result{7};
  job.succeed(0, std::as_bytes(std::span(result)));
  EXPECT_TRUE(job.outcome().done());
  EXPECT_EQ(failure_of(job.outcome()), "the end");
}

TEST(FrameHeader, TakesFortyEightBytes) {
  EXPECT_EQ(sizeof(FrameHeader), 48U);
  EXPECT_EQ(kBatchHeader, Bytes(48));
}

}  // namespace
}  // namespace cow

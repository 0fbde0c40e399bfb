// A map's batches: how many, which items each holds, and which failure wins.
#include "cow/pool/job.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/pool/frame.h"

namespace cow {
namespace {

TEST(ChunkSize, IsCPythons) {
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

class EmptyJob : public Job {
 public:
  EmptyJob(std::int64_t items, std::int64_t chunk_size)
      : Job(items, chunk_size, 0) {}
  Message pickle(std::int64_t) const override { return {}; }

 private:
  void store(std::int64_t batch, std::span<const std::byte>) override {
    if (batch == 3) throw std::runtime_error("cannot be stored");
  }
};

TEST(Job, ItsRangesHoldEveryItemOnceAndInOrder) {
  for (const std::int64_t items : {1, 2, 7, 10, 11, 1000}) {
    for (const std::int64_t chunk_size : {1, 2, 3, 7, 10, 999, 1000, 5000}) {
      const EmptyJob job(items, chunk_size);
      std::size_t next = 0;
      for (std::int64_t batch = 0; batch < job.batches(); ++batch) {
        const Job::Range range = job.range(batch);
        EXPECT_EQ(range.first, next);
        EXPECT_GE(range.count, 1U);
        EXPECT_LE(range.count, static_cast<std::size_t>(chunk_size));
        next = range.first + range.count;
      }
      EXPECT_EQ(next, static_cast<std::size_t>(items));
    }
  }
}

TEST(Job, OnlyTheLastBatchMayBeShorter) {
  const EmptyJob job(10, 4);
  ASSERT_EQ(job.batches(), 3);
  EXPECT_EQ(job.range(0).count, 4U);
  EXPECT_EQ(job.range(1).count, 4U);
  EXPECT_EQ(job.range(2).first, 8U);
  EXPECT_EQ(job.range(2).count, 2U);
}

TEST(Job, AChunkOfAnyMagnitudeIsOneBatch) {
  for (const std::int64_t chunk_size :
       {std::int64_t{10}, std::int64_t{1} << 62,
        std::numeric_limits<std::int64_t>::max() - 9,
        std::numeric_limits<std::int64_t>::max()}) {
    const EmptyJob job(10, chunk_size);
    ASSERT_EQ(job.batches(), 1) << chunk_size;
    EXPECT_EQ(job.range(0).first, 0U);
    EXPECT_EQ(job.range(0).count, 10U);
  }
}

TEST(Job, WithoutItemsIsDone) {
  const EmptyJob job(0, 0);
  EXPECT_EQ(job.batches(), 0);
  EXPECT_TRUE(job.done());
  EXPECT_FALSE(job.failed());
}

TEST(Job, IsDoneWhenEveryBatchHasAResultOrAFailure) {
  EmptyJob job(3, 1);
  job.succeed(2, {});
  EXPECT_FALSE(job.done());
  job.fail(0, std::make_exception_ptr(std::runtime_error("x")));
  EXPECT_FALSE(job.done());
  EXPECT_TRUE(job.failed());
  job.succeed(1, {});
  EXPECT_TRUE(job.done());
}

std::string failure_of(const Job& job) {
  try {
    job.rethrow_failure();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "none";
}

TEST(Job, KeepsTheFailureOfTheLowestItem) {
  EmptyJob job(10, 1);
  EXPECT_EQ(failure_of(job), "none");
  const auto fail = [&](std::int64_t item) {
    job.fail(item, std::make_exception_ptr(
                       std::runtime_error("item " + std::to_string(item))));
  };
  fail(5);
  EXPECT_EQ(failure_of(job), "item 5");
  fail(7);
  EXPECT_EQ(failure_of(job), "item 5");
  fail(0);
  EXPECT_EQ(failure_of(job), "item 0");
  fail(2);
  EXPECT_EQ(failure_of(job), "item 0");
}

TEST(Job, WhoseResultsCannotBeReadHasFailed) {
  EmptyJob job(4, 1);
  for (const std::int64_t batch : {0, 1, 2}) job.succeed(batch, {});
  EXPECT_FALSE(job.failed());
  job.succeed(3, {});
  EXPECT_TRUE(job.done());
  EXPECT_EQ(failure_of(job), "cannot be stored");
}

TEST(FrameHeader, TakesFortyEightBytes) {
  EXPECT_EQ(sizeof(FrameHeader), 48U);
  EXPECT_EQ(kBatchHeader, Bytes(48));
}

}  // namespace
}  // namespace cow

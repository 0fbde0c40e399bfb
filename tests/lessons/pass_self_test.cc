// Lesson 01: each bound derived again from the raw figures.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lessons/report.h"

namespace cow::testing {
namespace {

// The message of a batch, piece by piece: what the lesson calls h and i.
constexpr std::int64_t kHeader = 48;
constexpr std::int64_t kFunction = 8;
constexpr std::int64_t kRowsAndColumns = 16;
constexpr std::int64_t kMemoNumber = 4;
constexpr std::int64_t kIndex = 4;

struct Parameters {
  std::int64_t data;
  std::int64_t workers;
  std::int64_t items;
};

// All claims of the lesson, for any parameters.
void expect_copies(const nlohmann::json& report, const Parameters& given) {
  const std::int64_t D = given.data;
  const std::int64_t N = given.workers;
  const Held nothing = moment_of(report, kNothing);
  const Held held = moment_of(report, kHeld);
  const auto workers = static_cast<std::int64_t>(held.workers.size());
  ASSERT_EQ(workers, N);

  const std::int64_t chunk = (given.items + 4 * N - 1) / (4 * N);
  const std::int64_t batches = (given.items + chunk - 1) / chunk;
  EXPECT_EQ(held.batches, batches);
  EXPECT_EQ(held.to_workers,
            batches * (kHeader + kFunction + kRowsAndColumns + D) +
                given.items * (kMemoNumber + kIndex));

  // A worker's own copy: all of D, and no more than a base beside it.
  EXPECT_GE(held.least(&Row::uss), D);
  EXPECT_LE(held.most(&Row::uss), D + 256 * kKiB);
  // RSS counts the inherited object as well.
  EXPECT_GE(held.least(&Row::rss), 2 * D);
  EXPECT_LE(held.most(&Row::rss), 2 * D + nothing.most(&Row::rss) + kMiB);
  // The machine: one copy a worker, one in the parent.
  const std::int64_t base = pss_base(nothing, held);
  const std::int64_t slack = pss_slack(D, workers + 1);
  EXPECT_GE(held.sum(&Row::pss), (workers + 1) * D + base - slack);
  EXPECT_LE(held.sum(&Row::pss), (workers + 1) * D + base + slack);
  // The parent keeps no pickled copy.
  EXPECT_LE(held.parent.rss, D + nothing.parent.rss + kMiB);
}

TEST(PassSelf, GivesEveryWorkerACopyOfItsOwn) {
  expect_copies(report_of("01_pass_self"),
                {.data = 64 * kMiB, .workers = 4, .items = 4});
}

TEST(PassSelf, CopiesForOneWorkerAndForMany) {
  for (const std::int64_t workers : {1, 2, 10}) {
    expect_copies(report_of("01_pass_self", {"--data", "32MiB", "--workers",
                                             std::to_string(workers)}),
                  {.data = 32 * kMiB, .workers = workers, .items = workers});
  }
}

TEST(PassSelf, PicklesTheObjectOncePerBatch) {
  // 2 workers: 9 items make chunks of 2, the last batch has 1; 17 make 3.
  for (const std::int64_t items : {2, 8, 9, 17}) {
    expect_copies(
        report_of("01_pass_self", {"--data", "16MiB", "--workers", "2",
                                   "--items", std::to_string(items)}),
        {.data = 16 * kMiB, .workers = 2, .items = items});
  }
}

// With all of its ten workers, the documents run it (README.md).
TEST(PassSelf, CopiesTheDataAtFullScale) {
  expect_copies(
      report_of("01_pass_self", {"--data", "800000000", "--workers", "2"}),
      {.data = 800'000'000, .workers = 2, .items = 2});
}

}  // namespace
}  // namespace cow::testing

// Lesson 04: each bound derived again from the raw figures.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lessons/report.h"

namespace cow::testing {
namespace {

void expect_shared(const nlohmann::json& report, std::int64_t D,
                   std::int64_t N) {
  const Held nothing = moment_of(report, kNothing);
  const Held held = moment_of(report, kHeld);
  ASSERT_EQ(static_cast<std::int64_t>(held.workers.size()), N);

  // 48 bytes of header, 8 of function, 4 of index; one item a batch.
  EXPECT_EQ(held.batches, N);
  EXPECT_EQ(held.to_workers, N * (48 + 8 + 4));

  EXPECT_GT(held.least(&Row::uss), 0);
  EXPECT_LE(held.most(&Row::uss), 256 * kKiB);
  EXPECT_GE(held.least(&Row::rss), D);
  EXPECT_LE(held.most(&Row::rss), D + nothing.most(&Row::rss) + kMiB);
  EXPECT_GE(held.least(&Row::pss), D / (N + 1));
  const std::int64_t base = pss_base(nothing, held);
  const std::int64_t slack = pss_slack(D, N + 1);
  EXPECT_GE(held.sum(&Row::pss), D + base - slack);
  EXPECT_LE(held.sum(&Row::pss), D + base + slack);
}

TEST(Global, IsSharedByAllWorkersThatReadIt) {
  expect_shared(report_of("04_global"), 64 * kMiB, 4);
}

TEST(Global, IsSharedWithOneWorkerAndWithMany) {
  for (const std::int64_t workers : {1, 2, 10}) {
    expect_shared(report_of("04_global", {"--data", "32MiB", "--workers",
                                          std::to_string(workers)}),
                  32 * kMiB, workers);
  }
}

TEST(Global, TakesTheMemoryOfTheDataOnceAtFullScale) {
  const nlohmann::json report = report_of("04_global", {"--full-scale"});
  constexpr std::int64_t D = 800'000'000;
  expect_shared(report, D, 10);
  const Held held = moment_of(report, kHeld);
  EXPECT_LE(held.sum(&Row::pss), D + D / 100);
}

}  // namespace
}  // namespace cow::testing

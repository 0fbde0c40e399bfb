// Lesson 05: each bound derived again from the raw figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

using Values = std::vector<std::int64_t>;

void expect_shared(const nlohmann::json& report, std::int64_t D,
                   std::int64_t N) {
  const Held held = moment_of(report, kHeld);
  const Held nothing = nothing_before(report, kHeld);
  ASSERT_EQ(static_cast<std::int64_t>(held.workers.size()), N);
  // 48 bytes of header, 8 of function; a key of one letter with its length, i.
  EXPECT_EQ(held.to_workers, N * (48 + 8 + 8 + 1 + 4));
  EXPECT_GT(held.least(&Row::uss), 0);
  EXPECT_LE(held.most(&Row::uss), 256 * kKiB);
  EXPECT_GE(held.least(&Row::rss), D);
  const std::int64_t base = pss_base(nothing, held);
  const std::int64_t slack = pss_slack(D, N + 1);
  EXPECT_GE(held.sum(&Row::pss), D + base - slack);
  EXPECT_LE(held.sum(&Row::pss), D + base + slack);
  EXPECT_LE(held.sum(&Row::pss), D + D / 100 + base + N * 256 * kKiB);

  const auto count = [&](const char* what) {
    return figure_of(report, kHeld, what);
  };
  EXPECT_EQ(count("forked before: workers that know the new key"), Values{0});
  EXPECT_EQ(count("forked before: workers that see the new value"), Values{0});
  EXPECT_EQ(count("forked after: workers that know the new key"), Values{N});
  EXPECT_EQ(count("forked after: workers that see the new value"), Values{N});
  EXPECT_EQ(count("errors that name the missing key"), Values{1});
}

TEST(Registry, SharesObjectsRegisteredBeforeTheFork) {
  expect_shared(report_of("05_registry"), 64 * kMiB, 4);
}

TEST(Registry, IsSharedWithOneWorkerAndWithMany) {
  for (const std::int64_t workers : {1, 2, 10}) {
    expect_shared(report_of("05_registry", {"--data", "32MiB", "--workers",
                                            std::to_string(workers)}),
                  32 * kMiB, workers);
  }
}

TEST(Registry, NamesAnUnknownKey) {
  const Outcome outcome = run({program("05_registry"), "--data", "4MiB"});
  EXPECT_THAT(outcome.out, HasSubstr("nothing is registered as \"late\""));
}

}  // namespace
}  // namespace cow::testing

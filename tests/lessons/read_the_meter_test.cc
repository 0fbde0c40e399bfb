// Lesson 02: each bound derived again from the raw figures.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "lessons/report.h"

namespace cow::testing {
namespace {

void expect_the_meter_reads(const nlohmann::json& report, std::int64_t D,
                            std::int64_t N) {
  const Held nothing = moment_of(report, kNothing);
  const Held shared = moment_of(report, "filled before the fork: inherited");
  const Held reserved = moment_of(report, "reserved, never touched: inherited");
  const Held passed = moment_of(report, "reserved, then passed by value");
  const std::int64_t shared_rss = (N + 1) * D + rss_base(nothing, shared);
  // Where the kernel has no zero page, the parent takes D to read the array.
  const bool zero_page = report["environment"]["zero_page"];
  const std::int64_t passed_data = zero_page ? N * D : (N + 1) * D;
  const std::int64_t passed_rss = passed_data + rss_base(nothing, passed);
  const std::int64_t shared_base = pss_base(nothing, shared);
  const std::int64_t passed_base = pss_base(nothing, passed);

  // A healthy pool.
  EXPECT_NEAR(static_cast<double>(shared.sum(&Row::rss)),
              static_cast<double>(shared_rss),
              static_cast<double>(shared_rss) / 100);
  const std::int64_t slack = pss_slack(D + shared_base, N + 1);
  EXPECT_NEAR(static_cast<double>(shared.sum(&Row::pss)),
              static_cast<double>(D + shared_base), static_cast<double>(slack));
  EXPECT_LE(shared.most(&Row::uss), 256 * kKiB);
  EXPECT_GE(shared.least(&Row::peak_rss), D);
  EXPECT_LE(shared.most(&Row::peak_rss),
            D + nothing.most(&Row::peak_rss) + kMiB);

  // Page tables: one entry of 8 bytes a page, in each process, in no column.
  const std::int64_t tables =
      shared.least(&Row::page_tables) - nothing.most(&Row::page_tables);
  EXPECT_GE(tables, D / 512 - 16 * kKiB);
  EXPECT_LE(tables, D / 512 + 16 * kKiB);

  // Never touched: nowhere.
  EXPECT_LE(reserved.sum(&Row::rss), rss_base(nothing, reserved) + D / 10);
  EXPECT_LE(reserved.sum(&Row::pss), pss_base(nothing, reserved) + D / 10);

  // Passed by value: N copies.
  EXPECT_NEAR(static_cast<double>(passed.sum(&Row::rss)),
              static_cast<double>(passed_rss),
              static_cast<double>(passed_rss) / 100);
  EXPECT_NEAR(static_cast<double>(passed.sum(&Row::pss)),
              static_cast<double>(passed_data + passed_base),
              static_cast<double>(passed_data + passed_base) / 100);
  EXPECT_GE(passed.least(&Row::uss), D);

  // The inversion: sharing looks dearer by ΣRSS and is cheaper by ΣPSS.
  if (zero_page) {
    EXPECT_GT(shared.sum(&Row::rss), passed.sum(&Row::rss));
  }
  EXPECT_LT((shared.sum(&Row::pss) - shared_base) * (N - 1),
            passed.sum(&Row::pss) - passed_base);
}

TEST(ReadTheMeter, MeetsItsClaimsAtTheDefaultSize) {
  expect_the_meter_reads(report_of("02_read_the_meter"), 64 * kMiB, 4);
}

TEST(ReadTheMeter, MeetsItsClaimsForTwoWorkersAndForMany) {
  for (const std::int64_t workers : {2, 10, 40}) {
    expect_the_meter_reads(
        report_of("02_read_the_meter",
                  {"--data", "32MiB", "--workers", std::to_string(workers)}),
        32 * kMiB, workers);
  }
}

TEST(ReadTheMeter, MeetsItsClaimsAtFullScale) {
  expect_the_meter_reads(
      report_of("02_read_the_meter", {"--data", "800000000", "--workers", "2"}),
      800'000'000, 2);
}

}  // namespace
}  // namespace cow::testing

// Lesson 06: each bound derived again from the raw figures.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lessons/report.h"

namespace cow::testing {
namespace {

constexpr const char* kStatic = "a static, and 1,000 instances";
using Values = std::vector<std::int64_t>;

// Where `copies` processes hold the data.
void expect_copies(const nlohmann::json& report, const std::string& moment,
                   std::int64_t D, std::int64_t copies) {
  const Held held = moment_of(report, moment);
  const std::int64_t base = pss_base(nothing_before(report, moment), held);
  const std::int64_t slack = std::max(copies * D / 100, 256 * kKiB);
  EXPECT_GE(held.sum(&Row::pss), copies * D + base - slack) << moment;
  EXPECT_LE(held.sum(&Row::pss), copies * D + base + slack) << moment;
}

void expect_claims(const nlohmann::json& report, std::int64_t D,
                   std::int64_t N) {
  const Held held = moment_of(report, kStatic);
  ASSERT_EQ(static_cast<std::int64_t>(held.workers.size()), N);
  EXPECT_EQ(held.to_workers, N * (48 + 8 + 4));
  EXPECT_LE(held.most(&Row::uss), 256 * kKiB);
  EXPECT_GE(held.least(&Row::rss), D);
  expect_copies(report, kStatic, D, 1);
  EXPECT_EQ(figure_of(report, kStatic,
                      "static: set after the pool, workers that see it"),
            Values{0});

  // Header, function, memo number, rows and columns, and the data.
  const std::int64_t sent = N * (48 + 8 + 4 + 16 + D);
  const auto initialization = [&](const std::string& method) {
    return figure_of(report, "initializer, " + method,
                     method + ": what the initializer takes in the pipes");
  };
  expect_copies(report, "initializer, fork", D, 1);
  EXPECT_EQ(initialization("fork"), Values{0});
  expect_copies(report, "initializer, spawn", D, N + 1);
  EXPECT_EQ(initialization("spawn"), Values{sent});
  expect_copies(report, "initializer, forkserver", D, N + 1);
  EXPECT_EQ(initialization("forkserver"), Values{sent});
  EXPECT_TRUE(moment_of(report, "initializer, forkserver").server);
  EXPECT_FALSE(moment_of(report, "initializer, spawn").server);
}

TEST(ClassStatic, IsSharedEvenIfInitializerArgumentsAreCopied) {
  expect_claims(report_of("06_class_static"), 64 * kMiB, 4);
}

TEST(ClassStatic, IsSharedWithOneWorkerAndWithMany) {
  for (const std::int64_t workers : {1, 2, 10}) {
    expect_claims(report_of("06_class_static", {"--data", "16MiB", "--workers",
                                                std::to_string(workers)}),
                  16 * kMiB, workers);
  }
}

}  // namespace
}  // namespace cow::testing

// Lesson 07: each bound derived again from the raw figures.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lessons/report.h"

namespace cow::testing {
namespace {

using Values = std::vector<std::int64_t>;

std::int64_t total_without_base(const nlohmann::json& report,
                                const std::string& method) {
  const Held held = moment_of(report, method);
  return held.sum(&Row::pss) - pss_base(nothing_before(report, method), held);
}

std::string sent(const std::string& method) {
  return method + ": what is sent before the first task";
}

std::string initializers(const std::string& method) {
  return method + ": workers that ran a static initializer";
}

void expect_claims(const nlohmann::json& report, std::int64_t D,
                   std::int64_t N) {
  const std::int64_t slack = std::max(D / 50, 256 * kKiB);
  for (const char* shared : {"fork", "forkserver"}) {
    EXPECT_GE(total_without_base(report, shared), D - slack) << shared;
    EXPECT_LE(total_without_base(report, shared), D + slack) << shared;
    EXPECT_EQ(figure_of(report, shared, sent(shared)), Values{0});
    EXPECT_EQ(figure_of(report, shared, initializers(shared)), Values{0});
    EXPECT_LE(moment_of(report, shared).most(&Row::uss), kMiB);
  }
  const std::int64_t all = (N + 1) * D;
  EXPECT_GE(total_without_base(report, "spawn"), all - all / 100 - 256 * kKiB);
  EXPECT_LE(total_without_base(report, "spawn"), all + all / 100 + 256 * kKiB);
  EXPECT_EQ(figure_of(report, "spawn", sent("spawn")),
            Values{N * (48 + 8 + 4 + 16 + D)});
  EXPECT_EQ(figure_of(report, "spawn", initializers("spawn")), Values{N});
  EXPECT_GE(moment_of(report, "spawn").least(&Row::uss), D);

  const Held served = moment_of(report, "forkserver");
  ASSERT_TRUE(served.server);
  EXPECT_GE(served.server->rss, D);
  EXPECT_LT(served.parent.rss, D / 2) << "the parent holds the data as well";
  EXPECT_GE(served.least(&Row::rss), D);
  EXPECT_FALSE(moment_of(report, "fork").server);
}

TEST(StartMethods, DifferInWhatWorkersInherit) {
  expect_claims(report_of("07_start_methods"), 64 * kMiB, 4);
}

TEST(StartMethods, KeepTheirClaimsForOneWorkerAndForMany) {
  for (const std::int64_t workers : {1, 2, 10}) {
    expect_claims(report_of("07_start_methods", {"--data", "32MiB", "--workers",
                                                 std::to_string(workers)}),
                  32 * kMiB, workers);
  }
}

}  // namespace
}  // namespace cow::testing

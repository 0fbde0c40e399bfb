// Lesson 16 on nodes that MPI finds by itself: two_machines.sh makes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "cow/lesson/manifest.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

constexpr const char* kLesson = "16_many_machines";

Outcome on_nodes(int nodes, const std::vector<std::string>& flags) {
  std::vector<std::string> command{source("tests/lessons/two_machines.sh"),
                                   std::to_string(nodes), program(kLesson)};
  command.insert(command.end(), flags.begin(), flags.end());
  return run(command);
}

void expect_a_copy_each(const nlohmann::json& report, std::int64_t D,
                        std::int64_t N, std::int64_t K) {
  const auto expect_cost = [&](const char* moment, std::int64_t copies) {
    SCOPED_TRACE(moment);
    const Held held = moment_of(report, moment);
    EXPECT_EQ(std::ssize(held.workers), N);
    const std::int64_t cost =
        held.sum(&Row::pss) - pss_base(nothing_before(report, moment), held);
    const std::int64_t slack =
        std::max(copies * D / 50, pss_slack(copies * D, N + 1));
    EXPECT_GE(cost, copies * D - slack);
    EXPECT_LE(cost, copies * D + slack);
  };
  expect_cost("a copy in each rank", N);
  expect_cost("a window on the node", K);
  expect_cost("a window on each node", K);
  for (const auto& moment : report.at("moments")) {
    if (moment.at("name") == "a copy in each rank") continue;
    EXPECT_EQ(moment.at("transfer").at("nodes"), K) << moment.at("name");
  }
}

TEST(TwoMachines, HoldTwoCopies) {
  if (!lesson_named(kLesson).built()) GTEST_SKIP() << "no Open MPI here";
  const std::int64_t D = 32 * kMiB;
  for (const auto& [nodes, ranks] : {std::pair(2, 4), std::pair(3, 6)}) {
    SCOPED_TRACE(nodes);
    const Outcome outcome =
        on_nodes(nodes, {"--data", std::to_string(D), "--workers",
                         std::to_string(ranks), "--json", "-"});
    if (outcome.status.code == 77) GTEST_SKIP() << outcome.err;
    ASSERT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
    expect_a_copy_each(nlohmann::json::parse(outcome.out), D, ranks, nodes);
  }
}

}  // namespace
}  // namespace cow::testing

// Lesson 14: each bound derived again from the raw figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/os/mapping.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t kPage = 4 * kKiB;
constexpr std::int64_t kHugePage = 2 * kMiB;

// Asks the kernel, not the lesson.
bool huge_pages_can_be_had() {
  const Mapping memory(Bytes(3 * kHugePage), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE);
  ::madvise(memory.data(), memory.size().size(), MADV_HUGEPAGE);
  std::fill_n(memory.data(), memory.size().size(), std::byte{1});
  const auto mappings = *read_mappings(::getpid());
  return find_mapping(mappings, memory.data())->usage.huge > Bytes();
}

struct Setting {
  std::int64_t data;
  std::int64_t workers;
};

class ForkCost : public ::testing::TestWithParam<Setting> {
 protected:
  std::int64_t D() const { return GetParam().data; }
  std::int64_t N() const { return GetParam().workers; }
  std::int64_t R() const { return D() / kPage; }
  std::int64_t H() const { return D() / kHugePage; }

  void expect_pages_of(const std::string& moment, std::int64_t huge) const;
  void expect_snapshot(const std::string& moment, std::int64_t writes) const;

  nlohmann::json report_ = report_of(
      "14_fork_cost", {"--data", std::to_string(GetParam().data), "--workers",
                       std::to_string(GetParam().workers)});
};

// `huge`: how many huge pages the parent has.
void ForkCost::expect_pages_of(const std::string& moment,
                               std::int64_t huge) const {
  SCOPED_TRACE(moment);
  const auto workers = static_cast<std::size_t>(N());
  EXPECT_THAT(figure_of(report_, moment, "huge pages of parent"),
              AllOf(SizeIs(1), Each(huge)));
  EXPECT_THAT(figure_of(report_, moment, "huge pages of workers"),
              AllOf(SizeIs(workers), Each(huge / 2)));
  // Exclusive, private and faults: a page for each second part of 2 MiB.
  EXPECT_THAT(figure_of(report_, moment, "pages of workers"),
              AllOf(SizeIs(3 * workers), Each((H() + 1) / 2)));
  const Held nothing = moment_of(report_, kNothing);
  const Held held = moment_of(report_, moment);
  ASSERT_EQ(held.workers.size(), workers);
  for (const Row& worker : held.workers) {
    const std::int64_t tables =
        worker.page_tables - nothing.most(&Row::page_tables);
    EXPECT_GE(tables, D() / 512 - 16 * kKiB);
    EXPECT_LE(tables, D() / 512 + 16 * kKiB);
  }
}

// k writes to R pages by chance reach R(1 - e^(-k/R)) different ones.
void ForkCost::expect_snapshot(const std::string& moment,
                               std::int64_t writes) const {
  SCOPED_TRACE(moment);
  const auto copied =
      figure_of(report_, moment, moment + ": pages that the parent copied");
  ASSERT_EQ(copied.size(), 2U);
  EXPECT_EQ(copied[0], copied[1]);  // the page map, smaps
  EXPECT_THAT(figure_of(report_, moment,
                        moment + ": different pages that were written"),
              AllOf(SizeIs(1), Each(copied[0])));

  const auto all = static_cast<double>(R());
  const double each = static_cast<double>(writes) / all;
  const double missed = std::exp(-each);
  const double mean = all * (1 - missed);
  const double deviation = std::sqrt(all * missed * (1 - (1 + each) * missed));
  EXPECT_NEAR(static_cast<double>(copied[0]), mean, 4 * deviation + 1);

  const Held held = moment_of(report_, moment);
  EXPECT_EQ(static_cast<std::int64_t>(held.workers.size()), N());
  const std::int64_t expected =
      D() + copied[0] * kPage + pss_base(moment_of(report_, kNothing), held);
  const std::int64_t slack = pss_slack(D(), N() + 1);
  EXPECT_GE(held.sum(&Row::pss), expected - slack);
  EXPECT_LE(held.sum(&Row::pss), expected + slack);
}

TEST_P(ForkCost, IsPageTablesAnd4KiBForEachPageWritten) {
  expect_pages_of("4 KiB", 0);
  if (!huge_pages_can_be_had()) GTEST_SKIP() << "no huge pages here";
  expect_pages_of("2 MiB", H());
}

TEST_P(ForkCost, OfASnapshotIsAPageForEachPageWritten) {
  expect_snapshot("k = R/4", R() / 4);
  expect_snapshot("k = R", R());
  expect_snapshot("k = 4·R", 4 * R());
  // Each worker has found in its snapshot what was there at the fork.
  const auto& last = report_.at("claims").back();
  EXPECT_EQ(last.at("name"), "the results are right");
  EXPECT_THAT(last.at("figure").at("values").get<std::vector<std::int64_t>>(),
              AllOf(SizeIs(3), Each(N())));
}

INSTANTIATE_TEST_SUITE_P(Settings, ForkCost,
                         ::testing::Values(Setting{64 * kMiB, 4},
                                           Setting{32 * kMiB, 1},
                                           Setting{10 * kMiB, 10}));

// That there are times, for each size; not what they are.
TEST(ForkCostTimes, AreShownForFourSizes) {
  const nlohmann::json report = report_of("14_fork_cost", {"--data", "32MiB"});
  const auto& curves = report.at("charts").at(0).at("curves");
  ASSERT_GE(curves.size(), 2U);
  EXPECT_EQ(curves[0].at("name"), "fork, 4 KiB");
  EXPECT_EQ(curves[1].at("name"), "posix_spawn");
  for (const auto& curve : curves) {
    const auto& points = curve.at("measured");
    ASSERT_EQ(points.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(points[i].at(0), std::vector({2, 8, 16, 32})[i]);
      EXPECT_GT(points[i].at(1), 0);
    }
  }
}

TEST(ForkCostWithoutHugePages, ReportsThatTheyAreMissingAndClaimsTheRest) {
  const Outcome outcome = run({program("14_fork_cost"), "--data", "8MiB"},
                              [] { ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); });
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("not on this machine: "));
  EXPECT_THAT(outcome.out, HasSubstr("4 KiB: page tables of a worker"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("2 MiB: page tables of a worker")));
}

}  // namespace
}  // namespace cow::testing

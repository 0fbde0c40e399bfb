// Lesson 12: each bound derived again from the raw figures and from where
// CPython's layout puts things. And the chapter's detective, which must name
// the function and the object.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::int64_t kSlot = 32;

// The pages that hold the counts of floats. They lie in pools of 16 KiB, 510 of
// them behind a header of 48 bytes.
std::int64_t pages_of_floats(std::int64_t floats) {
  std::set<std::int64_t> pages;
  for (std::int64_t k = 0; k < floats; ++k) {
    const std::int64_t address = k / 510 * 16 * kKiB + 48 + k % 510 * kSlot;
    pages.insert(address / page_size().count());
  }
  return std::ssize(pages);
}

// Of each worker: `pages` that hold counts are its own, none of the others, and
// hardly anything else.
void expect_copied(const nlohmann::json& report, const std::string& way,
                   std::int64_t pages) {
  SCOPED_TRACE(way);
  const std::size_t N = report.at("parameters").at("workers");
  EXPECT_THAT(figure_of(report, way, "with counts"),
              AllOf(SizeIs(N), Each(pages)));
  EXPECT_THAT(figure_of(report, way, "without"), AllOf(SizeIs(N), Each(0)));
  const Held held = moment_of(report, way);
  ASSERT_EQ(held.workers.size(), N);
  const std::int64_t P = page_size().count();
  EXPECT_GT(held.least(&Row::uss), pages * P);
  EXPECT_LE(held.most(&Row::uss), pages * P + 256 * kKiB);
}

void expect_cures_to_cost(const nlohmann::json& report, std::int64_t M) {
  const std::int64_t P = page_size().count();
  const std::int64_t C = pages_of_floats(M);
  const std::int64_t table = (8 * M + P - 1) / P;
  for (const char* way : {"counted", "half immortal", "biased"}) {
    expect_copied(report, way, C);
  }
  for (const char* way : {"immortal", "borrowed", "flat"}) {
    expect_copied(report, way, 0);
  }
  expect_copied(report, "side table", table);
  // Shared is only what somebody has: the objects are in memory, and the
  // pointers to them; where they were flattened, the numbers and the offsets.
  const std::int64_t objects = C * P + 8 * M;
  for (const char* way : {"immortal", "borrowed"}) {
    EXPECT_GT(moment_of(report, way).sum(&Row::pss), objects);
  }
  EXPECT_GT(moment_of(report, "side table").sum(&Row::pss), objects + 8 * M);
  EXPECT_GT(moment_of(report, "flat").sum(&Row::pss), 2 * 8 * M);
  for (const auto& moment : report.at("moments")) {
    EXPECT_EQ(moment.at("transfer").at("right_results"),
              report.at("parameters").at("items"))
        << moment.at("name");
  }
  ASSERT_EQ(report.at("moments").size(), 8U);
}

TEST(Cures, CopyTheExpectedPagesAtTheDefaultSize) {
  expect_cures_to_cost(report_of("12_cures"), 64 * kMiB / kSlot);
}

TEST(Cures, CostTheSameForEachWorker) {
  for (const int workers : {1, 2, 10}) {
    expect_cures_to_cost(
        report_of("12_cures", {"--objects", "300001", "--workers",
                               std::to_string(workers)}),
        300'001);
  }
}

TEST(Cures, CopyAsManyPagesAsInTheFirstMeasurements) {
  if (page_size() != 4_KiB) GTEST_SKIP() << "the figures are of 4 KiB pages";
  EXPECT_EQ(pages_of_floats(500'000), 3922);
  EXPECT_EQ(pages_of_floats(1'000'000), 7844);
  EXPECT_EQ(pages_of_floats(2'000'000), 15687);
  const auto report = report_of("12_cures", {"--objects", "500000"});
  expect_copied(report, "half immortal", 3922);
  expect_copied(report, "side table", 977);
}

TEST(Cures, ShowTheTimeOfEachWay) {
  const Outcome outcome = run({program("12_cures"), "--data", "4MiB"});
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  for (const char* line : {"\n  counted  ", "\n  side table  ", "\n  flat  ",
                           "first time", "once more"}) {
    EXPECT_THAT(outcome.out, HasSubstr(line));
  }
}

TEST(Cures, RefuseBadNumbersOfObjects) {
  for (const char* number : {"0", "-1", "nan", "1e6", "99999999999"}) {
    const Outcome outcome = run({program("12_cures"), "--objects", number});
    EXPECT_EQ(outcome.status.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(std::string("--objects ") + number +
                                       ": expected a whole number from"));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  }
}

// What the detective says of a worker that keeps one of the objects.
std::string found(std::int64_t objects, std::int64_t kept) {
  const Outcome outcome = run({program("docs/first_write"),
                               std::to_string(objects), std::to_string(kept)});
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  return outcome.out;
}

TEST(FirstWrite, IsFoundWithItsObjectAndItsFunction) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> all{
      {1, 0},           {510, 509},           {100'000, 77'777},
      {1'000'000, 510}, {1'000'000, 999'999}, {500'000, 127}};
  for (const auto& [objects, kept] : all) {
    EXPECT_EQ(found(objects, kept), "object " + std::to_string(kept) +
                                        ", byte 0, was written by "
                                        "keep(cow::List const&, long)\n");
  }
}

TEST(FirstWrite, IsNotReportedIfNobodyWrites) {
  EXPECT_EQ(found(100'000, -1), "nobody wrote\n");
}

TEST(FirstWrite, RefusesTheNumberOfAMissingObject) {
  for (const auto& [objects, kept] :
       std::vector<std::pair<std::string, std::string>>{
           {"0", "0"}, {"10", "10"}, {"banana", "0"}}) {
    const Outcome outcome = run({program("docs/first_write"), objects, kept});
    EXPECT_EQ(outcome.status.code, 2);
    EXPECT_THAT(outcome.err, StartsWith("first_write [OBJECTS [KEPT]]"));
  }
}

}  // namespace
}  // namespace cow::testing

// Lesson 09: each bound derived again from the raw figures and from where
// CPython's layout puts things.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cow/lesson/formula.h"
#include "cow/os/bytes.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;
using Values = std::vector<std::int64_t>;

constexpr std::int64_t kSlot = 32;
constexpr std::int64_t kFloatsInAPool = 510;

// The pages that hold the counts of a list and its floats. Pools of 16 KiB, in
// the order in which they are needed: the list has the first one to itself, the
// floats have the others, behind a header of 48 bytes each. Arenas begin at a
// multiple of any page size, so they make no difference.
std::int64_t pages_with_counts(std::int64_t floats) {
  constexpr std::int64_t kPool = 16 * kKiB;
  constexpr std::int64_t kHeader = 48;
  constexpr std::int64_t kCollectorLinks = 16;
  std::set<std::int64_t> pages{(kHeader + kCollectorLinks) /
                               page_size().count()};
  for (std::int64_t k = 0; k < floats; ++k) {
    const std::int64_t address =
        (1 + k / kFloatsInAPool) * kPool + kHeader + k % kFloatsInAPool * kSlot;
    pages.insert(address / page_size().count());
  }
  return std::ssize(pages);
}

// What the lesson has counted in a moment, one value a worker.
Values counted(const nlohmann::json& report, const std::string& moment,
               const std::string& what) {
  for (const auto& claim : report.at("claims")) {
    const auto& figure = claim.at("figure");
    if (figure.at("moment") == moment && figure.at("what") == what) {
      return figure.at("values");
    }
  }
  ADD_FAILURE() << "no figure of \"" << moment << "\" is called " << what;
  return {};
}

// Of each worker: `least` to `most` pages that hold counts are its own, none of
// the others, and hardly anything else.
void expect_copied(const nlohmann::json& report, const std::string& moment,
                   std::int64_t least, std::int64_t most) {
  SCOPED_TRACE(moment);
  const std::int64_t N = report.at("parameters").at("workers");
  const Held held = moment_of(report, moment);
  ASSERT_EQ(std::ssize(held.workers), N);
  const std::size_t workers = held.workers.size();
  EXPECT_THAT(counted(report, moment, "with counts"),
              AllOf(SizeIs(workers), Each(AllOf(Ge(least), Le(most)))));
  EXPECT_THAT(counted(report, moment, "without"),
              AllOf(SizeIs(workers), Each(0)));
  const std::int64_t P = page_size().count();
  EXPECT_GT(held.least(&Row::uss), least * P);
  EXPECT_LE(held.most(&Row::uss), most * P + 256 * kKiB);
}

void expect_right_results(const nlohmann::json& report) {
  ASSERT_EQ(report.at("moments").size(), 5U);
  for (const auto& moment : report.at("moments")) {
    EXPECT_EQ(moment.at("transfer").at("right_results"),
              report.at("parameters").at("items"))
        << moment.at("name");
  }
}

void expect_reading_to_copy(const nlohmann::json& report, std::int64_t M) {
  expect_right_results(report);
  const std::int64_t C = pages_with_counts(M);
  expect_copied(report, "floats", C, C);
  expect_copied(report, "one array", 1, 1);
  // Blocks of 32 bytes, back to back, but for some that malloc had lying
  // about. At the two ends of such a run a page is not full of them.
  const std::int64_t blocks = M * kSlot / page_size().count();
  expect_copied(report, "shared_ptr by copy", blocks - 32, blocks);
  expect_copied(report, "shared_ptr by reference", 0, 0);
}

TEST(Refcounts, CopyTheirPagesWhenObjectsAreRead) {
  expect_reading_to_copy(report_of("09_refcounts"), 64 * kMiB / kSlot);
}

TEST(Refcounts, CostTheSameAsInCPythonForTwoMillionFloats) {
  const nlohmann::json report =
      report_of("09_refcounts", {"--objects", "2000000"});
  expect_reading_to_copy(report, 2'000'000);
  const Held held = moment_of(report, "floats");
  for (const Row& worker : held.workers) {
    EXPECT_NEAR(static_cast<double>(worker.uss) / kMiB, 61.3, 0.02 * 61.3);
  }
}

TEST(Refcounts, AreCopiedByOneWorkerAndByMany) {
  for (const int workers : {1, 2, 10}) {
    const nlohmann::json report = report_of(
        "09_refcounts",
        {"--objects", "300001", "--workers", std::to_string(workers)});
    EXPECT_EQ(report.at("parameters").at("data"), 300'001 * kSlot);
    expect_reading_to_copy(report, 300'001);
  }
}

// What the parent writes when it looks at the pages of a single worker would be
// left to that worker.
TEST(Refcounts, AreMeasuredWithoutRaisingTheUssOfASingleWorker) {
  expect_reading_to_copy(report_of("09_refcounts", {"--workers", "1"}),
                         64 * kMiB / kSlot);
}

TEST(Refcounts, AreNotCopiedTwiceByWorkersWithManyItems) {
  expect_reading_to_copy(
      report_of("09_refcounts", {"--data", "4MiB", "--items", "50"}),
      4 * kMiB / kSlot);
}

// How many pages of each kind the picture has in the row `label` of each group.
std::vector<std::map<std::string, std::int64_t>> pictured(
    const nlohmann::json& report, const std::string& label) {
  std::vector<std::map<std::string, std::int64_t>> groups;
  const auto& picture = report.at("pictures").at(0);
  for (const auto& row : picture.at("rows")) {
    if (row.at("label") != label) continue;
    auto& kinds = groups.emplace_back();
    for (const auto& run : row.at("runs")) {
      const auto& kind = picture.at("kinds").at(run.at(0).get<std::size_t>());
      kinds[kind.at("name")] += run.at(1).get<std::int64_t>();
    }
  }
  return groups;
}

TEST(Refcounts, ArePicturedBeforeAndAfterReading) {
  using Kinds = std::map<std::string, std::int64_t>;
  const TemporaryFolder folder;
  const auto svg = folder.path() / "pages.svg";
  const nlohmann::json report =
      report_of("09_refcounts", {"--data", "4MiB", "--svg", svg});
  const std::int64_t all = 4 * kMiB / page_size().count();
  const std::int64_t counts = pages_with_counts(4 * kMiB / kSlot);

  const auto floats = pictured(report, "floats");
  ASSERT_EQ(floats.size(), 2U);
  EXPECT_EQ(floats[0],
            (Kinds{{"floats, shared", counts}, {"pointers, shared", all / 4}}));
  EXPECT_EQ(floats[1],
            (Kinds{{"floats, copied", counts}, {"pointers, shared", all / 4}}));
  const auto array = pictured(report, "one array");
  ASSERT_EQ(array.size(), 2U);
  EXPECT_EQ(array[0], (Kinds{{"header, shared", 1}, {"numbers, shared", all}}));
  EXPECT_EQ(array[1], (Kinds{{"header, copied", 1}, {"numbers, shared", all}}));
  const auto by_copy = pictured(report, "by copy");
  ASSERT_EQ(by_copy.size(), 2U);
  EXPECT_EQ(by_copy[0].count("blocks, copied"), 0U);
  EXPECT_EQ(by_copy[1].count("blocks, shared"), 0U);
  const auto by_reference = pictured(report, "by reference");
  ASSERT_EQ(by_reference.size(), 2U);
  EXPECT_EQ(by_reference[0], by_reference[1]);
  EXPECT_EQ(by_reference[0].count("blocks, copied"), 0U);

  std::ifstream file(svg);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const std::string& caption :
       {to_string(counts, Unit::kCount) + " floats, copied",
        to_string(all, Unit::kCount) + " numbers, shared"}) {
    EXPECT_THAT(text, HasSubstr(">" + caption + "</text>"));
  }
}

TEST(Refcounts, RefuseBadNumbersOfObjects) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> all{
      {{"--objects", "0"}, "--objects 0: expected a whole number from 131072"},
      {{"--objects", "-1"}, "--objects -1: expected a whole number"},
      {{"--objects", "banana"}, "--objects banana: expected a whole number"},
      {{"--objects", "2000000", "--data", "64MiB"}, "without --data"},
      {{"--objects", "2000000", "--full-scale"}, "without --data"}};
  for (const auto& [flags, sentence] : all) {
    std::vector<std::string> command{program("09_refcounts")};
    command.insert(command.end(), flags.begin(), flags.end());
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.status.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(sentence));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  }
}

}  // namespace
}  // namespace cow::testing

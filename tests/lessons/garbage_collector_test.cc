// Lesson 11: each bound derived again from the raw figures and from where
// CPython's layout puts things.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Values = std::vector<std::int64_t>;

constexpr std::int64_t kSlot = 64;

// The pages that hold the marks of M lists and of the list that they are in, if
// these are in the 16 bytes with which a list begins: 255 lists in a pool of 16
// KiB, behind a header of 48 bytes.
std::int64_t pages_with_lists(std::int64_t M) {
  std::set<std::int64_t> pages;
  for (std::int64_t k = 0; k <= M; ++k) {
    const std::int64_t address = k / 255 * 16 * kKiB + 48 + k % 255 * kSlot + 8;
    pages.insert(address / page_size().count());
  }
  return std::ssize(pages);
}

// The pages that hold a bit for each of M + 1 lists and, at the next multiple
// of 16 bytes, a stack of two entries.
std::int64_t pages_of_a_table(std::int64_t M) {
  const std::int64_t bytes = (M + 1 + 127) / 128 * 16 + 2 * 16;
  return (bytes + page_size().count() - 1) / page_size().count();
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

// Of each worker: so many pages with lists are its own, so many others, and
// hardly anything else.
void expect_copied(const nlohmann::json& report, const std::string& moment,
                   std::int64_t lists, std::int64_t others) {
  SCOPED_TRACE(moment);
  const Held held = moment_of(report, moment);
  const std::size_t N = report.at("parameters").at("workers");
  ASSERT_EQ(held.workers.size(), N);
  EXPECT_THAT(counted(report, moment, "with counts"),
              AllOf(SizeIs(N), Each(lists)));
  EXPECT_THAT(counted(report, moment, "without"),
              AllOf(SizeIs(N), Each(others)));
  const std::int64_t own = (lists + others) * page_size().count();
  EXPECT_GT(held.least(&Row::uss), own);
  EXPECT_LE(held.most(&Row::uss), own + 256 * kKiB);
}

void expect_marks_to_copy(const nlohmann::json& report, std::int64_t M) {
  ASSERT_EQ(report.at("moments").size(), 5U);
  for (const auto& moment : report.at("moments")) {
    EXPECT_EQ(moment.at("transfer").at("right_results"),
              report.at("parameters").at("items"))
        << moment.at("name");
  }
  expect_copied(report, "no collection", 0, 0);
  expect_copied(report, "marks in headers", pages_with_lists(M), 1);
  expect_copied(report, "marks in a table", 0, pages_of_a_table(M));
  expect_copied(report, "frozen", 0, 0);
}

TEST(GarbageCollector, CopiesThePagesOfItsMarks) {
  expect_marks_to_copy(report_of("11_garbage_collector"), 64 * kMiB / kSlot);
}

// The pages that CPython 3.11 copies of as many lists, and those of tables.
TEST(GarbageCollector, CopiesAsManyPagesAsThatOfCPython) {
  if (page_size() != 4_KiB) GTEST_SKIP() << "pages are not of 4 KiB";
  const std::vector<std::pair<std::int64_t, std::pair<int, int>>> all{
      {100'000, {1569, 4}}, {250'000, {3922, 8}}, {500'000, {7844, 16}}};
  for (const auto& [M, pages] : all) {
    const nlohmann::json report =
        report_of("11_garbage_collector", {"--objects", std::to_string(M)});
    EXPECT_EQ(pages_with_lists(M), pages.first);
    EXPECT_EQ(pages_of_a_table(M), pages.second);
    expect_marks_to_copy(report, M);
  }
}

// Where the bits end with a page, the stack lies in the next one. Where a page
// has room for no more than the mark of the last list, its count does, too.
TEST(GarbageCollector, CopiesThePagesOfItsMarkStackToo) {
  for (const std::int64_t beyond : {-384, -256, 0}) {
    const std::int64_t M = 3 * 8 * page_size().count() + beyond;
    expect_marks_to_copy(
        report_of("11_garbage_collector", {"--objects", std::to_string(M)}), M);
  }
}

TEST(GarbageCollector, CopiesAsMuchInOneWorkerAsInMany) {
  for (const int workers : {1, 2, 10}) {
    expect_marks_to_copy(report_of("11_garbage_collector",
                                   {"--objects", "100001", "--workers",
                                    std::to_string(workers), "--items", "20"}),
                         100'001);
  }
}

TEST(GarbageCollector, IsPicturedBeforeAndAfterItHasRun) {
  const nlohmann::json report =
      report_of("11_garbage_collector", {"--data", "4MiB"});
  const std::int64_t M = 4 * kMiB / kSlot;
  const auto& picture = report.at("pictures").at(0);
  const auto pages = [&](std::size_t row, const std::string& name) {
    std::int64_t count = 0;
    for (const auto& run : picture.at("rows").at(row).at("runs")) {
      const auto& kind = picture.at("kinds").at(run.at(0).get<std::size_t>());
      if (kind.at("name") == name) count += run.at(1).get<std::int64_t>();
    }
    return count;
  };
  // Rows 0 to 2: before; 3 to 5: after, of headers, table, frozen.
  const std::int64_t C = pages_with_lists(M);
  for (const std::size_t row : {0U, 1U, 2U, 4U, 5U}) {
    EXPECT_EQ(pages(row, "lists, shared"), C) << row;
    EXPECT_EQ(pages(row, "lists, copied"), 0) << row;
  }
  EXPECT_EQ(pages(3, "lists, shared"), 0);
  EXPECT_EQ(pages(3, "lists, copied"), C);
  EXPECT_EQ(pages(3, "others, copied"), 1);
  EXPECT_EQ(pages(4, "others, copied"), pages_of_a_table(M));
  EXPECT_EQ(pages(5, "others, copied"), 0);
}

TEST(GarbageCollector, RefusesBadNumbersOfObjects) {
  const std::string expected = ": expected a whole number from 65536";
  const std::vector<std::pair<std::vector<std::string>, std::string>> all{
      {{"--objects", "0"}, "--objects 0" + expected},
      {{"--objects", "-1"}, "--objects -1" + expected},
      {{"--objects", "nan"}, "--objects nan" + expected},
      {{"--objects", "1e6"}, "--objects 1e6" + expected},
      {{"--objects", "99999999999"}, "--objects 99999999999" + expected},
      {{"--objects", "100000", "--data", "64MiB"}, "without --data"}};
  for (const auto& [flags, sentence] : all) {
    std::vector<std::string> command{program("11_garbage_collector")};
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

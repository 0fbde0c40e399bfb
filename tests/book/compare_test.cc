// What counts as a difference between a document and a program.
#include "book/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace book {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

const Slack kNone;

// The claim's row of a report.
std::string row(const std::string& predicted, const std::string& measured,
                const std::string& verdict = "holds",
                const std::string& name = "a worker owns nothing") {
  return "  " + verdict + "  " + name + "  " + predicted + "  " + measured;
}

const Slack kClaim{.bounds = {{.claim = "a worker owns nothing",
                               .predicted = 84 * 1024,
                               .measured = 80 * 1024,
                               .low = 4096,
                               .high = 256 * 1024,
                               .bytes = true}},
                   .free = {},
                   .near = {}};

TEST(Compare, FindsNoDifferenceInTheSameText) {
  EXPECT_THAT(compare({"a", "  b  1"}, {"a", "  b  1"}, kNone), IsEmpty());
}

TEST(Compare, IgnoresBlanks) {
  EXPECT_THAT(compare({"  floats   16 MiB"}, {"  floats  16 MiB"}, kNone),
              IsEmpty());
}

TEST(Compare, FindsAChangedWord) {
  const auto found =
      compare({"the data exists once"}, {"the data exist once"}, kNone);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].old_line, "the data exists once");
  EXPECT_EQ(found[1].new_line, "the data exist once");
}

TEST(Compare, FindsAChangedVerdict) {
  EXPECT_EQ(compare({row("84 KiB", "80 KiB")},
                    {row("84 KiB", "80 KiB", "FAILS")}, kClaim)
                .size(),
            2U);
}

TEST(Compare, FindsMissingAndAddedRows) {
  const Lines rows = {"  one  1", "  two  2", "  three  3"};
  const auto missing = compare({rows[0], rows[2]}, rows, kNone);
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].new_line, rows[1]);
  EXPECT_EQ(missing[0].line, 1);
  const auto more = compare(rows, {rows[0], rows[1]}, kNone);
  ASSERT_EQ(more.size(), 1U);
  EXPECT_EQ(more[0].old_line, rows[2]);
}

TEST(Compare, FindsRowsInAnotherOrder) {
  EXPECT_FALSE(compare({"a x", "b y"}, {"b y", "a x"}, kNone).empty());
}

TEST(Compare, ChecksMeasuredFiguresAgainstBoundsOfClaims) {
  EXPECT_THAT(
      compare({row("84 KiB", "250 KiB")}, {row("84 KiB", "80 KiB")}, kClaim),
      IsEmpty());
  const auto above =
      compare({row("84 KiB", "260 KiB")}, {row("84 KiB", "80 KiB")}, kClaim);
  ASSERT_EQ(above.size(), 1U);
  EXPECT_EQ(above[0].why,
            "260 KiB is not within the claim's bounds, 4096 to 262144 bytes");
  EXPECT_EQ(
      compare({row("84 KiB", "0 bytes")}, {row("84 KiB", "80 KiB")}, kClaim)
          .size(),
      1U);
}

TEST(Compare, RecognizesAClaimByNameAndFigures) {
  const auto found = [](const std::string& name, const std::string& before) {
    const auto shown = [&](const std::string& measured) {
      return "  " + name + "  " + before + "  84 KiB  " + measured + "  fine";
    };
    const Slack slack{.bounds = {{.claim = "a worker owns next to nothing of D",
                                  .predicted = 84 * 1024,
                                  .measured = 80 * 1024,
                                  .low = 4096,
                                  .high = 256 * 1024,
                                  .bytes = true}},
                      .free = {},
                      .near = {}};
    return compare({shown("300 KiB")}, {shown("80 KiB")}, slack).size();
  };
  EXPECT_EQ(found("a worker owns next to nothing of D", ""), 1U);
  EXPECT_EQ(found("a worker owns next to nothing of D", "7·P + b"), 1U);
  EXPECT_EQ(found("a worker owns next to", ""), 1U) << "a name that goes on";
  EXPECT_EQ(found("a worker owns", ""), 0U) << "may be anything";
  EXPECT_EQ(found("a worker maps all of D", ""), 0U) << "another claim";
}

TEST(Compare, AppliesBoundsOnlyToMeasuredCells) {
  EXPECT_EQ(
      compare({row("700 KiB", "80 KiB")}, {row("84 KiB", "80 KiB")}, kClaim)
          .size(),
      1U);
}

TEST(Compare, AllowsMemoryToDifferByTwoPercentOrAMebibyte) {
  EXPECT_THAT(compare({"1000 MiB"}, {"1019 MiB"}, kNone), IsEmpty());
  EXPECT_EQ(compare({"1000 MiB"}, {"1025 MiB"}, kNone).size(), 1U);
  EXPECT_THAT(compare({"13.1 MiB"}, {"14.0 MiB"}, kNone), IsEmpty());
  EXPECT_EQ(compare({"13.1 MiB"}, {"14.5 MiB"}, kNone).size(), 1U);
  EXPECT_THAT(compare({"80 KiB"}, {"590 KiB"}, kNone), IsEmpty());
  EXPECT_EQ(compare({"80 KiB"}, {"600 KiB"}, kNone).size(), 1U);
}

TEST(Compare, ComparesAmountsInDifferentUnits) {
  EXPECT_THAT(compare({"1020 KiB"}, {"1.0 MiB"}, kNone), IsEmpty());
  EXPECT_THAT(compare({"8395.2 MiB"}, {"8.20 GiB"}, kNone), IsEmpty());
  EXPECT_THAT(compare({"-4 KiB"}, {"0 bytes"}, kNone), IsEmpty());
}

TEST(Compare, IsExactAboutCountsAndBytes) {
  EXPECT_EQ(compare({"1,024 pages"}, {"1,025 pages"}, kNone).size(), 1U);
  EXPECT_EQ(compare({"268,435,776 bytes"}, {"268,435,777 bytes"}, kNone).size(),
            1U);
  EXPECT_EQ(compare({"-80 bytes"}, {"80 bytes"}, kNone).size(), 1U);
}

TEST(Compare, IsExactAboutFormulas) {
  EXPECT_EQ(compare({"D/16 + b"}, {"D/8 + b"}, kNone).size(), 1U);
  EXPECT_FALSE(compare({"(N + 1)·D"}, {"N·D"}, kNone).empty());
}

TEST(Compare, IgnoresTimesProcessIdsAndTheMachine) {
  EXPECT_THAT(
      compare({"  20571  parent  1 MiB", "took 39 ms", "3.6 times",
               "Linux 6.1 · 4 KiB pages · huge pages: never · swap: 2 GiB",
               "worker 77 died", "at 0x7f00"},
              {"  1  parent  1 MiB", "took 1.5 s", "5.0 times",
               "Linux 6.18 · 4 KiB pages · huge pages: madvise · swap: 0 bytes",
               "worker 8 died", "at 0x6e11"},
              kNone),
      IsEmpty());
  EXPECT_EQ(compare({"  1  parent"}, {"  1  worker"}, kNone).size(), 2U);
}

TEST(Compare, AllowsAnyFigureIfTheDocumentSaysSo) {
  const Slack slack{.bounds = {}, .free = {"^[0-9a-f ]+the code"}, .near = {}};
  EXPECT_THAT(compare({"c0 ce the code"}, {"60 1c the code"}, slack),
              IsEmpty());
  EXPECT_FALSE(compare({"c0 ce the kind"}, {"60 1c the kind"}, slack).empty());
}

TEST(Compare, AllowsCountsToDifferIfTheDocumentSaysSo) {
  const Slack slack{.bounds = {}, .free = {}, .near = {"shared_ptr"}};
  EXPECT_THAT(compare({"shared_ptr 16,380"}, {"shared_ptr 16,378"}, slack),
              IsEmpty());
  EXPECT_EQ(compare({"shared_ptr 16,380"}, {"shared_ptr 16,000"}, slack).size(),
            1U);
  EXPECT_EQ(compare({"floats 16,450"}, {"floats 16,449"}, slack).size(), 1U);
}

TEST(Compare, AllowsMemoryToDifferAsFarAsTheDocumentSays) {
  constexpr double kMebi = 1024 * 1024;
  const Slack slack{.bounds = {}, .free = {}, .near = {}, .within = 8 * kMebi};
  EXPECT_THAT(compare({"82132 kB"}, {"88896 kB"}, slack), IsEmpty());
  EXPECT_EQ(compare({"82132 kB"}, {"88896 kB"}, kNone).size(), 1U);
  EXPECT_EQ(compare({"82132 kB"}, {"93896 kB"}, slack).size(), 1U);
  EXPECT_EQ(compare({"82132"}, {"82133"}, slack).size(), 1U);
}

TEST(Compare, IgnoresLineBreaksInLegends) {
  EXPECT_THAT(compare({"  h = 8 bytes · b = 92 KiB", "  B = 16"},
                      {"  h = 8 bytes", "  b = 84 KiB · B = 16"}, kNone),
              IsEmpty());
  EXPECT_THAT(compare({"  Σb = 2.2 MiB · m = 4"},
                      {"  Σb = 2.4 MiB, 2.5 MiB · m = 4"}, kNone),
              IsEmpty());
  EXPECT_FALSE(
      compare({"  h = 8 bytes · B = 16"}, {"  h = 8 bytes"}, kNone).empty());
}

TEST(Bounds, ComeFromClaimsThatHold) {
  const auto bounds = bounds_of({{"claims",
                                  {{{"name", "a"},
                                    {"predicted", 1},
                                    {"measured", 2},
                                    {"low", 1},
                                    {"high", 2},
                                    {"unit", "bytes"},
                                    {"holds", true}},
                                   {{"name", "b"},
                                    {"predicted", 1},
                                    {"measured", 3},
                                    {"low", 1},
                                    {"high", 2},
                                    {"unit", "count"},
                                    {"holds", false}}}}});
  ASSERT_EQ(bounds.size(), 1U);
  EXPECT_EQ(bounds[0].claim, "a");
  EXPECT_EQ(bounds[0].measured, 2);
  EXPECT_EQ(bounds[0].high, 2);
}

TEST(Bounds, AreEmptyWithoutAReport) { EXPECT_THAT(bounds_of({}), IsEmpty()); }

}  // namespace
}  // namespace book

// The programs of chapter 15: what they print, derived again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// What the program prints; nothing, and the test is skipped, if this machine
// lacks something.
Outcome outcome_of(const std::string& name) {
  return run({program("docs/" + name)});
}

bool is_possible(const Outcome& outcome) {
  if (outcome.status.code == 77) return false;
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  return true;
}

// The last column of the line that begins with `name`.
double last_number(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name)) {
      return std::stod(line.substr(line.find_last_of(' ')));
    }
  }
  ADD_FAILURE() << name << " is not in " << text;
  return -1;
}

// N workers wrote a quarter of D: N * D / 4 = 64 MiB.
TEST(ControlGroup, IsChargedForWhatPssCounts) {
  const Outcome outcome = outcome_of("referee");
  if (!is_possible(outcome)) GTEST_SKIP() << outcome.err;
  EXPECT_NEAR(last_number(outcome.out, "sum of RSS"), 0, 2);
  EXPECT_NEAR(last_number(outcome.out, "sum of PSS"), 64, 1);
  EXPECT_NEAR(last_number(outcome.out, "control group"), 64, 1);
}

TEST(ControlGroup, KillsTheParentUnlessWorkersHaveAHigherScore) {
  const Outcome outcome = outcome_of("who_is_killed");
  if (!is_possible(outcome)) GTEST_SKIP() << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("  0: the parent was killed, signal 9\n"));
  EXPECT_THAT(outcome.out, HasSubstr("500: 3 workers were killed\n"));
}

TEST(FreedBlocks, CauseCopiesInAForkedChildButNotInAPoolWorker) {
  const Outcome outcome = outcome_of("freed");
  ASSERT_TRUE(is_possible(outcome));
  std::map<std::string, long> kilobytes;
  std::istringstream lines(outcome.out);
  const std::regex form("(.*[^ ]) +([0-9]+) kB");
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    ASSERT_TRUE(std::regex_match(line, parts, form)) << line;
    kilobytes[parts[1]] = std::stol(parts[2]);
  }
  // 400,000 blocks of 208 bytes are 81,250 kB, and each page has a free one.
  EXPECT_LT(kilobytes.at("nothing freed, fork"), 2'000);
  EXPECT_GT(kilobytes.at("freed, fork"), 80'000);
  EXPECT_LT(kilobytes.at("freed, fork"), 83'500);
  EXPECT_GT(kilobytes.at("freed, fork once more"), 80'000);
  EXPECT_LT(kilobytes.at("freed, cow::Pool"), 2'000);
  EXPECT_LT(kilobytes.at("freed and settled, fork"), 2'000);
}

TEST(Overcommit, RefusesAForkButNotASpawn) {
  const Outcome outcome = outcome_of("overcommit");
  if (!is_possible(outcome)) GTEST_SKIP() << outcome.err;
  EXPECT_THAT(outcome.out, MatchesRegex("fork +Cannot allocate memory\n"
                                        "posix_spawn +works\n"
                                        "fork, MADV_DONTFORK +works\n"));
}

TEST(KilledWorker, IsReportedOrItsTaskIsRetried) {
  const Outcome outcome = outcome_of("killed");
  ASSERT_TRUE(is_possible(outcome));
  EXPECT_THAT(
      outcome.out,
      MatchesRegex("kFail\n  item 0: 0\n  item 1: 1\n"
                   "  item 2: worker [0-9]+ died with signal 9 \\(Killed\\) in "
                   "item 2\n  item 3: 9\n"
                   "kRetryOnce\n  item 0: 0\n  item 1: 1\n  item 2: 4\n"
                   "  item 3: 9\n"));
}

}  // namespace
}  // namespace cow::testing

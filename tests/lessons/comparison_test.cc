// What a lesson has measured beside what its twin has.
#include "course/comparison.h"

#include <gtest/gtest.h>

namespace course {
namespace {

using nlohmann::json;

constexpr std::int64_t kMiB = 1 << 20;

json process(const char* role, std::int64_t uss) {
  return {{"role", role},   {"rss", 0},      {"pss", 0},        {"uss", uss},
          {"anonymous", 0}, {"peak_rss", 0}, {"page_tables", 0}};
}

json moment(const char* name, std::int64_t uss, int right_results) {
  return {{"name", name},
          {"processes", {process("parent", 0), process("worker", uss)}},
          {"transfer",
           {{"to_workers", 0},
            {"right_results", right_results},
            {"seconds", 1.0}}}};
}

constexpr const char* kOver = "the same pool over nothing";

// A run of one worker, whose base is 1 MiB.
json report(const json& claim) {
  return {{"parameters", {{"data", 100 * kMiB}}},
          {"moments", {moment(kOver, kMiB, 1), moment("held", 101 * kMiB, 1)}},
          {"claims", {claim}}};
}

json owns_a_copy() {
  return {
      {"name", "a worker owns a copy"},
      {"formula", "D + b_uss"},
      {"unit", "bytes"},
      {"predicted", 101 * kMiB},
      {"figure",
       {{"moment", "held"}, {"what", "worker uss"}, {"values", {101 * kMiB}}}}};
}

json right_results(const std::string& moment, const std::vector<int>& values) {
  return {{"name", "the results are right"},
          {"formula", "n"},
          {"unit", "count"},
          {"predicted", 4},
          {"figure",
           {{"moment", moment}, {"what", "results"}, {"values", values}}}};
}

std::vector<cow::Moment> twin(const std::vector<json>& moments) {
  return moments_of({{"moments", moments}});
}

TEST(TwinComparison, SubtractsTheBaseOfEachSide) {
  const auto all = compare(
      report(owns_a_copy()),
      twin({moment(kOver, 7 * kMiB, 1), moment("held", 108 * kMiB, 1)}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].formula, "D");
  EXPECT_EQ(all[0].predicted, 100 * kMiB);
  EXPECT_EQ(all[0].here, 100 * kMiB);
  EXPECT_EQ(all[0].there, 101 * kMiB);
  EXPECT_TRUE(all[0].agrees);
}

TEST(TwinComparison, UsesTheBaseThatTheClaimNames) {
  json claim = owns_a_copy();
  claim["figure"]["base"] = 3 * kMiB;
  const auto all = compare(
      report(claim), twin({moment(kOver, 0, 1), moment("held", 98 * kMiB, 1)}));
  EXPECT_EQ(all[0].predicted, 98 * kMiB);
  EXPECT_EQ(all[0].here, 98 * kMiB);
  EXPECT_EQ(all[0].there, 98 * kMiB);
}

TEST(TwinComparison, AllowsADifferenceOfTwoPercentOfTheData) {
  const auto agrees = [](std::int64_t held) {
    return compare(report(owns_a_copy()),
                   twin({moment(kOver, 0, 1), moment("held", held, 1)}))[0]
        .agrees;
  };
  EXPECT_TRUE(agrees(102 * kMiB));
  EXPECT_FALSE(agrees(102 * kMiB + 1));
  EXPECT_TRUE(agrees(98 * kMiB));
  EXPECT_FALSE(agrees(98 * kMiB - 1));
}

TEST(TwinComparison, IsSkippedIfTheTwinHasNoMomentOfThatName) {
  const auto all = compare(report(owns_a_copy()),
                           twin({moment(kOver, 0, 1), moment("other", 0, 1)}));
  EXPECT_FALSE(all[0].there);
  EXPECT_TRUE(all[0].agrees);
}

TEST(TwinResults, AreComparedWithTheSameMoment) {
  const auto twins = twin({moment(kOver, 0, 3), moment("held", 0, 4)});
  EXPECT_TRUE(compare(report(right_results("held", {4})), twins)[0].agrees);
  EXPECT_FALSE(compare(report(right_results("held", {3})), twins)[0].agrees);
}

TEST(TwinResults, MustBeRightInEveryMoment) {
  const json claim = right_results("", {4, 4});
  const auto all = compare(
      report(claim),
      twin({moment(kOver, 0, 1), moment("fork", 0, 4), moment("spawn", 0, 4)}));
  EXPECT_EQ(all[0].here, 4);
  EXPECT_EQ(all[0].there, 4);
  EXPECT_TRUE(all[0].agrees);
  const auto wrong = compare(
      report(claim), twin({moment("fork", 0, 2), moment("spawn", 0, 4)}));
  EXPECT_EQ(wrong[0].there, 2);
  EXPECT_FALSE(wrong[0].agrees);
  EXPECT_FALSE(compare(report(claim), twin({moment(kOver, 0, 4)}))[0].there);
}

}  // namespace
}  // namespace course

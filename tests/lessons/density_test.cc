// Lesson 10: each bound derived again from the raw figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Values = std::vector<std::int64_t>;

// A run: of R pages each worker reads as many objects as fill `drawn` of them.
struct Setting {
  nlohmann::json report;
  double R;
  double drawn;
  double N;
};

Setting run_with(double share, const std::vector<std::string>& flags) {
  std::vector<std::string> all = flags;
  all.insert(all.end(), {"--share", std::to_string(share)});
  Setting setting{report_of("10_density", all), 0, 0, 0};
  const auto& parameters = setting.report.at("parameters");
  setting.R = parameters.at("data").get<double>() /
              static_cast<double>(page_size().count());
  setting.drawn = std::max(1., std::round(share * setting.R));
  setting.N = parameters.at("workers").get<double>();
  return setting;
}

// Of how many pages are hit in all of N draws: mean and standard deviation.
struct Law {
  double mean;
  double deviation;
};

// Without the lesson's formulas: from the chances that a page is hit, and that
// two are, when `drawn`·k of R·k objects are drawn and none of them twice.
Law law(const Setting& setting, double k, double N) {
  const double M = setting.R * k;
  const double n = setting.drawn * k;
  const auto none_of = [&](double objects) {  // these are not among the n
    double chance = 1;
    for (double j = 0; j < objects; ++j) chance *= (M - n - j) / (M - j);
    return chance;
  };
  const double one = 1 - none_of(k);
  const double two = 1 - 2 * none_of(k) + none_of(2 * k);
  const double R = setting.R;
  const double mean = R * std::pow(one, N);
  const double variance = mean + R * (R - 1) * std::pow(two, N) - mean * mean;
  return {mean, std::sqrt(std::max(0., variance))};
}

// Four standard deviations, and one page: bounds are whole pages.
void expect_by_chance(const Values& values, const Law& law) {
  const double slack = 4 * law.deviation + 1;
  for (const std::int64_t value : values) {
    EXPECT_NEAR(static_cast<double>(value), law.mean, slack);
  }
}

// What the lesson itself allows is four deviations as well, to the page.
void expect_bounds(const nlohmann::json& report, const std::string& name,
                   const Law& law) {
  const auto& claims = report.at("claims");
  const auto claim = std::ranges::find_if(
      claims, [&](const auto& each) { return each.at("name") == name; });
  ASSERT_NE(claim, claims.end()) << name;
  EXPECT_NEAR(claim->at("low"), law.mean - 4 * law.deviation, 2) << name;
  EXPECT_NEAR(claim->at("high"), law.mean + 4 * law.deviation, 2) << name;
}

void expect_the_law(const Setting& setting) {
  const auto workers = static_cast<std::size_t>(setting.N);
  for (const std::int64_t slot : {4096, 512, 64, 32}) {
    const std::string moment = "s = " + std::to_string(slot);
    SCOPED_TRACE(moment);
    const auto k = static_cast<double>(page_size().count() / slot);
    // Of each worker: exclusive, private, page faults.
    const Values copied = figure_of(setting.report, moment, "pages of workers");
    EXPECT_THAT(copied, SizeIs(3 * workers));
    expect_by_chance(copied, law(setting, k, 1));
    const Values left = figure_of(setting.report, moment, "pages of parent");
    EXPECT_THAT(left, SizeIs(2));
    expect_by_chance(left, law(setting, k, setting.N));
    expect_bounds(setting.report, moment + ": pages that each worker copied",
                  law(setting, k, 1));
    expect_bounds(setting.report,
                  moment + ": pages that only the parent still has",
                  law(setting, k, setting.N));
    // The three counts are of the same pages, in the order of the workers or of
    // the items.
    Values counts[3];
    for (std::size_t i = 0; i < workers; ++i) {
      counts[0].push_back(copied.at(2 * i));
      counts[1].push_back(copied.at(2 * i + 1));
      counts[2].push_back(copied.at(2 * workers + i));
    }
    for (Values& each : counts) std::ranges::sort(each);
    EXPECT_EQ(counts[0], counts[1]);
    EXPECT_EQ(counts[0], counts[2]);
    const Held held = moment_of(setting.report, moment);
    const std::int64_t P = page_size().count();
    EXPECT_GT(held.least(&Row::uss), counts[0].front() * P);
    EXPECT_LT(held.most(&Row::uss), counts[0].back() * P + 512 * kKiB);
  }
}

// Which pages they are, the program compares one by one: a claim that is true
// of all N workers.
void expect_exactly_the_drawn_pages(const Setting& setting) {
  for (const std::string moment :
       {"s = 4096", "s = 512", "s = 64", "s = 32", "s = 32, in another order",
        "s = 32, side by side"}) {
    EXPECT_EQ(figure_of(setting.report, moment,
                        moment + ": the pages of what it drew, and no other"),
              Values{static_cast<std::int64_t>(setting.N)});
  }
}

// The pages are compared by the program, one by one. Here is their sum.
void expect_order_not_to_matter(const Setting& setting) {
  const std::string moment = "s = 32, in another order";
  EXPECT_EQ(figure_of(setting.report, moment, moment + ": the same pages"),
            Values{1});
  const auto uss_of_workers = [&](const std::string& name) {
    const Held held = moment_of(setting.report, name);
    return held.sum(&Row::uss) - held.parent.uss;
  };
  EXPECT_NEAR(static_cast<double>(uss_of_workers("s = 32")),
              static_cast<double>(uss_of_workers(moment)),
              setting.N * 64 * kKiB);
}

void expect_a_run_to_copy_its_own_pages(const Setting& setting) {
  const auto pages = static_cast<std::int64_t>(setting.drawn) + 1;
  EXPECT_THAT(
      figure_of(setting.report, "s = 32, side by side", "pages of workers"),
      Each(pages));
}

void expect_all(const Setting& setting) {
  expect_the_law(setting);
  expect_exactly_the_drawn_pages(setting);
  expect_order_not_to_matter(setting);
  expect_a_run_to_copy_its_own_pages(setting);
}

TEST(Density, OfOnePercentCopiesAsManyPagesAsPredicted) {
  expect_all(run_with(0.01, {"--workers", "2"}));
}

TEST(Density, OfSmallAndLargeSharesCopiesAsManyPagesAsPredicted) {
  for (const double share : {0.0001, 0.003, 0.3, 0.999}) {
    SCOPED_TRACE(share);
    expect_all(run_with(share, {"--data", "8MiB", "--workers", "3"}));
  }
}

TEST(Density, WithOneOrNineWorkersCopiesAsManyPagesAsPredicted) {
  for (const char* workers : {"1", "9"}) {
    expect_all(run_with(0.02, {"--data", "4MiB", "--workers", workers}));
  }
}

TEST(Density, StaysWithinTheBoundsForTwentySeeds) {
  for (int seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    expect_all(run_with(0.01, {"--data", "4MiB", "--workers", "2", "--seed",
                               std::to_string(seed)}));
  }
}

TEST(Density, WithAnotherSeedCopiesOtherPages) {
  const auto copied = [](const char* seed) {
    Values pages =
        figure_of(run_with(0.01, {"--data", "4MiB", "--seed", seed}).report,
                  "s = 32", "pages of workers");
    std::ranges::sort(pages);
    return pages;
  };
  EXPECT_EQ(copied("5"), copied("5"));
  EXPECT_NE(copied("5"), copied("6"));
}

TEST(Density, HasAChartOfTheFormulaAndTheMeasuredPoints) {
  const Setting setting = run_with(0.02, {"--data", "4MiB"});
  const auto& curves = setting.report.at("charts").at(0).at("curves");
  ASSERT_EQ(curves.size(), 4U);
  for (const auto& [curve, slot] :
       {std::pair(0U, 4096), {1U, 512}, {2U, 64}, {3U, 32}}) {
    const auto k = static_cast<double>(page_size().count() / slot);
    for (const auto& point : curves.at(curve).at("formula")) {
      const double x = point.at(0);
      EXPECT_NEAR(point.at(1), 100 * (1 - std::pow(1 - x / 100, k)), 1e-9);
    }
    const auto& measured = curves.at(curve).at("measured").at(0);
    EXPECT_DOUBLE_EQ(measured.at(0), 100 * setting.drawn / setting.R);
    const Values copied = figure_of(
        setting.report, "s = " + std::to_string(slot), "pages of workers");
    const double sum = std::accumulate(copied.begin(), copied.end(), 0.);
    EXPECT_DOUBLE_EQ(
        measured.at(1),
        100 * sum / static_cast<double>(copied.size()) / setting.R);
  }
}

TEST(Density, RefusesInvalidSharesAndSeeds) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const char* share :
       {"2", "1", "nan", "0", "-1", "abc", "1e400", "0.1x"}) {
    all.emplace_back("--share", share);
  }
  for (const char* seed : {"-1", "abc", "1.5", "99999999999"}) {
    all.emplace_back("--seed", seed);
  }
  for (const auto& [flag, value] : all) {
    const Outcome outcome = run({program("10_density"), flag, value});
    EXPECT_EQ(outcome.status.code, 2) << value;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(flag + " " + value + ": expected a"));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  }
  const Outcome other = run({program("09_refcounts"), "--share", "0.5"});
  EXPECT_EQ(other.status.code, 2);
  EXPECT_THAT(other.err, HasSubstr("no such flag"));
}

}  // namespace
}  // namespace cow::testing

// Lesson 15: each bound derived again from the raw figures and from where
// CPython's layout puts things.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "cow/os/bytes.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;
using ::testing::SizeIs;
using Values = std::vector<std::int64_t>;

constexpr std::int64_t kSlot = 32;
constexpr double kShare = 0.0005;

// How many floats have their counts in each page: pools of 16 KiB with a header
// of 48 bytes.
std::vector<int> floats_of_each_page(std::int64_t floats) {
  std::map<std::int64_t, int> pages;
  for (std::int64_t k = 0; k < floats; ++k) {
    const std::int64_t address = k / 510 * 16 * kKiB + 48 + k % 510 * kSlot;
    ++pages[address / page_size().count()];
  }
  std::vector<int> counts;
  counts.reserve(pages.size());
  for (const auto& [page, count] : pages) counts.push_back(count);
  return counts;
}

// The pages that a worker has copied after k requests, each of which reads any
// float with probability q: the sum of independent pages.
struct Law {
  Law(const std::vector<int>& floats, int k) {
    for (const int count : floats) {
      const double copied = 1 - std::pow(1 - kShare, k * count);
      mean += copied;
      variance += copied * (1 - copied);
    }
  }
  // A page more than the lesson has: it rounds.
  std::int64_t low() const {
    return std::llround(mean - 4 * std::sqrt(variance)) - 1;
  }
  std::int64_t high() const {
    return std::llround(mean + 4 * std::sqrt(variance)) + 1;
  }
  double mean = 0;
  double variance = 0;
};

// Of a moment in which workers have served k requests since they were forked.
void expect_law(const nlohmann::json& report, const std::string& moment,
                int k) {
  SCOPED_TRACE(moment);
  const std::int64_t N = report.at("parameters").at("workers");
  const std::int64_t data = report.at("parameters").at("data");
  const std::int64_t M = data / kSlot;
  const std::int64_t P = page_size().count();
  const Held held = moment_of(report, moment);
  ASSERT_EQ(std::ssize(held.workers), N);
  const std::vector<int> floats = floats_of_each_page(M);
  const Law law(floats, k);
  const Values copied = figure_of(report, moment, moment + ": pages copied");
  EXPECT_THAT(copied, AllOf(SizeIs(held.workers.size()),
                            Each(AllOf(Ge(law.low()), Le(law.high())))));

  const std::int64_t sum =
      std::accumulate(copied.begin(), copied.end(), std::int64_t{});
  const Held nothing = moment_of(report, kNothing);
  EXPECT_GE(held.most(&Row::uss), *std::ranges::max_element(copied) * P);
  EXPECT_LE(held.most(&Row::uss),
            *std::ranges::max_element(copied) * P + 512 * kKiB);
  const std::int64_t predicted = M * 8 + (std::ssize(floats) + sum) * P;
  const std::int64_t expected = predicted + pss_base(nothing, held);
  const std::int64_t slack = pss_slack(predicted, N + 1);
  EXPECT_GE(held.sum(&Row::pss), expected - slack);
  EXPECT_LE(held.sum(&Row::pss), expected + slack);
  // ΣRSS knows nothing of all that.
  const std::int64_t mapped =
      (N + 1) * (M * 8 + std::ssize(floats) * P) + rss_base(nothing, held);
  EXPECT_GE(held.sum(&Row::rss), mapped - mapped / 50);
  EXPECT_LE(held.sum(&Row::rss), mapped + mapped / 50);
}

// How far a worker's copied pages are from the law, in all rounds.
void expect_teeth(const nlohmann::json& report, std::size_t which, int life) {
  const std::int64_t D = report.at("parameters").at("data");
  const std::vector<int> floats = floats_of_each_page(D / kSlot);
  const auto& curve = report.at("charts").at(0).at("curves").at(which);
  ASSERT_EQ(curve.at("measured").size(), 16U);
  for (const auto& point : curve.at("measured")) {
    const int k = point.at(0);
    const Law law(floats, (k - 1) % life + 1);
    const double copied =
        point.at(1).get<double>() / 100 * static_cast<double>(floats.size());
    EXPECT_GE(copied, static_cast<double>(law.low() - 2))
        << curve.at("name") << k;
    EXPECT_LE(copied, static_cast<double>(law.high() + 2))
        << curve.at("name") << k;
  }
}

void expect_decay(const nlohmann::json& report) {
  const std::int64_t N = report.at("parameters").at("workers");
  expect_law(report, "forked once, k = 16", 16);
  expect_law(report, "forked once, k = 52", 52);
  expect_law(report, "forked once, k = 64", 64);
  expect_law(report, "replaced, k = 16", 16);
  expect_law(report, "replaced, k = 52", 4);  // replaced after 16, 32 and 48
  expect_law(report, "replaced, k = 64", 16);
  for (const std::string name : {"forked once", "replaced"}) {
    EXPECT_THAT(figure_of(report, name + ", k = 64",
                          name + ": pages copied minus pages read"),
                AllOf(SizeIs(16 * N), Each(0)));
  }
  expect_teeth(report, 0, 64);
  expect_teeth(report, 1, 16);
}

TEST(InProduction, SharingDecaysAsTheFormulaPredicts) {
  expect_decay(report_of("15_in_production"));
}

TEST(InProduction, SharingDecaysWithFewDataAndManyWorkers) {
  expect_decay(
      report_of("15_in_production", {"--data", "4MiB", "--workers", "9"}));
}

TEST(InProduction, SharingDecaysWithOneWorker) {
  expect_decay(report_of("15_in_production",
                         {"--objects", "3000001", "--workers", "1"}));
}

// The workers draw the same floats in each run, whoever is first.
TEST(InProduction, CountsTheSamePagesInEachRun) {
  const std::vector<std::string> flags{"--data", "4MiB"};
  const auto copied = [&] {
    Values values =
        figure_of(report_of("15_in_production", flags), "forked once, k = 64",
                  "forked once, k = 64: pages copied");
    std::ranges::sort(values);
    return values;
  };
  EXPECT_EQ(copied(), copied());
}

}  // namespace
}  // namespace cow::testing

// Claims: both bounds, every value.
#include "cow/lesson/claim.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace cow {
namespace {

Figure figure(std::vector<std::int64_t> values) {
  return {.moment = "now", .what = "worker uss", .values = std::move(values)};
}

// Of so many whole processes, which have 40 KiB without the data.
Figure figure_above_base(std::vector<std::int64_t> values, int processes = 1) {
  Figure based = figure(std::move(values));
  based.base = Formula("b", 40_KiB);
  based.processes = processes;
  return based;
}

bool holds(const Prediction& prediction, const Figure& measured) {
  return Claim{.says = "a claim",
               .measured = measured,
               .expected = prediction.of(measured)}
      .holds();
}

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;

TEST(Claim, IsExactIfItIsAPlainFormula) {
  const Prediction ten = Formula("D", 10_B);
  EXPECT_TRUE(holds(ten, figure({10})));
  EXPECT_FALSE(holds(ten, figure({9})));
  EXPECT_FALSE(holds(ten, figure({11})));
  EXPECT_EQ(ten.of(figure_above_base({10})).formula.text(), "D");
}

TEST(ClaimAbout, AllowsOnePercent) {
  const Prediction expected = about(Formula("D", 100_MiB));
  EXPECT_TRUE(holds(expected, figure({101 * kMiB})));
  EXPECT_TRUE(holds(expected, figure({99 * kMiB})));
  EXPECT_FALSE(holds(expected, figure({101 * kMiB + 1})));
  EXPECT_FALSE(holds(expected, figure({99 * kMiB - 1})));
}

TEST(ClaimByChance, AllowsFourStandardDeviations) {
  const Formula q = Formula::share("q", 0.01);
  const Formula mean = Formula("R", 1640) * q;  // 16.4, rounded to 16
  using Bounds = std::pair<std::int64_t, std::int64_t>;
  const auto bounds = [&](double standard_deviation) {
    const Expected expected =
        by_chance(mean, standard_deviation).of(figure({}));
    return Bounds{expected.low, expected.high};
  };
  EXPECT_EQ(bounds(0), (Bounds{15, 17}));
  EXPECT_EQ(bounds(0.25), (Bounds{14, 18}));
  EXPECT_EQ(bounds(10), (Bounds{-25, 57}));
  EXPECT_TRUE(holds(by_chance(mean, 1), figure({12, 20})));
  EXPECT_FALSE(holds(by_chance(mean, 1), figure({10})));
  EXPECT_FALSE(holds(by_chance(mean, 1), figure({22})));
}

TEST(ClaimByChance, IsExactWithoutDeviation) {
  const Formula mean = Formula("R", 16384) * Formula::share("q", 164. / 16384);
  const Expected expected = by_chance(mean, 1e-8).of(figure({}));
  EXPECT_EQ(expected.low, 164);
  EXPECT_EQ(expected.high, 164);
}

TEST(ClaimDifferentOnes, CountsRepeatedDrawsOnce) {
  const Formula R("R", 16384);
  const Expected expected =
      different_ones(R, Formula("k", 16384)).of(figure({}));
  EXPECT_EQ(expected.formula.text(), "R·(1 − (1 − p)^k)");
  EXPECT_EQ(expected.formula.value(), 10357);  // R·(1 − 1/e)
  EXPECT_EQ(expected.low, 10357 - 160);
  EXPECT_EQ(expected.high, 10357 + 160);
  EXPECT_EQ(different_ones(R, 0).of(figure({})).high, 0);
  EXPECT_EQ(different_ones(R, 1).of(figure({})).formula.value(), 1);
}

TEST(ClaimAboveBase, AddsTheBaseOfTheFigure) {
  const Expected expected =
      above_base(Formula("D", 100_MiB)).of(figure_above_base({}));
  EXPECT_EQ(expected.formula.text(), "D + b");
  EXPECT_EQ(expected.formula.value(), 100 * kMiB + 40 * kKiB);
  const std::int64_t slack = expected.formula.value() / 100;
  EXPECT_EQ(expected.low, expected.formula.value() - slack);
  EXPECT_EQ(expected.high, expected.formula.value() + slack);
}

TEST(ClaimAboveBase, ExpectsTheBaseIfItAddsZero) {
  EXPECT_EQ(above_base(0).of(figure_above_base({})).formula.text(), "b");
}

TEST(ClaimAboveBase, AllowsSomePagesForEachProcess) {
  const auto slack = [](const Prediction& prediction, int processes) {
    const Expected expected = prediction.of(figure_above_base({}, processes));
    EXPECT_EQ(expected.high - expected.formula.value(),
              expected.formula.value() - expected.low);
    return expected.high - expected.formula.value();
  };
  EXPECT_EQ(slack(above_base(0), 1), 256 * kKiB);
  EXPECT_EQ(slack(above_base(0), 2), 256 * kKiB);
  EXPECT_EQ(slack(above_base(0), 5), 5 * 96 * kKiB);
  EXPECT_EQ(slack(above_base(Formula("D", 1024_MiB)), 11),
            (1024 * kMiB + 40 * kKiB) / 100);
}

TEST(ClaimAboveBase, CanHaveItsOwnBounds) {
  const Expected expected =
      above_base(Formula("D", 1_MiB), 3_B, 5_B).of(figure_above_base({}));
  EXPECT_EQ(expected.low, kMiB + 40 * kKiB - 3);
  EXPECT_EQ(expected.high, kMiB + 40 * kKiB + 5);
}

TEST(ClaimOfNearlyNothing, HasALowerBound) {
  const std::int64_t page = page_size().count();
  EXPECT_TRUE(holds(nearly_nothing(), figure_above_base({page, 256 * kKiB})));
  EXPECT_FALSE(holds(nearly_nothing(), figure_above_base({page - 1})));
  EXPECT_FALSE(holds(nearly_nothing(), figure_above_base({256 * kKiB + 1})));
  const Prediction own = nothing_but(Formula("C", 1_MiB));
  EXPECT_TRUE(holds(own, figure_above_base({kMiB + page})));
  EXPECT_FALSE(holds(own, figure_above_base({kMiB})));
  EXPECT_FALSE(holds(own, figure_above_base({kMiB + 256 * kKiB + 1})));
}

TEST(ClaimAboveBase, NeedsAFigureWithABase) {
  EXPECT_THROW(above_base(0).of(figure({1})), std::logic_error);
}

TEST(Claim, FailsIfOneValueIsOutOfBounds) {
  const auto claim = [](std::vector<std::int64_t> values) {
    return Claim{.says = "a claim",
                 .measured = figure(std::move(values)),
                 .expected = {Formula("D", 10_B), 8, 12}};
  };
  EXPECT_TRUE(claim({9, 10, 12}).holds());
  EXPECT_FALSE(claim({10, 13, 10}).holds());
  EXPECT_EQ(claim({10, 13, 9}).deciding_value(), 13);
  EXPECT_EQ(claim({10, 11, 7}).deciding_value(), 7);
}

TEST(Claim, DoesNotHoldWithoutValues) {
  EXPECT_FALSE(holds(Formula("D", 0_B), figure({})));
}

}  // namespace
}  // namespace cow

// Formulas: value, text and numbers are one.
#include "cow/lesson/formula.h"

#include <gtest/gtest.h>

namespace cow {
namespace {

TEST(Formula, HasValueTextAndNumbers) {
  const Formula D("D", 64_MiB);
  const Formula N("N", 4);
  const Formula b("b", 96_KiB);
  const Formula formula = (N + 1) * D + b;
  EXPECT_EQ(formula.bytes(), 5 * 64_MiB + 96_KiB);
  EXPECT_EQ(formula.text(), "(N + 1)·D + b");
  EXPECT_EQ(formula.numbers(), "(4 + 1)·64.0 MiB + 96 KiB");
  EXPECT_EQ(formula.unit(), Unit::kBytes);
  EXPECT_EQ(formula.symbols(),
            (std::vector<Symbol>{{"N", 4, Unit::kCount},
                                 {"D", 64 << 20, Unit::kBytes},
                                 {"b", 96 << 10, Unit::kBytes}}));
}

TEST(Formula, HasBracketsOnlyWhereNeeded) {
  const Formula a("a", 1);
  const Formula b("b", 2);
  const Formula c("c", 3);
  EXPECT_EQ((a + b + c).text(), "a + b + c");
  EXPECT_EQ((a * b * c).text(), "a·b·c");
  EXPECT_EQ((a * (b + c)).text(), "a·(b + c)");
  EXPECT_EQ((a - (b - c)).text(), "a − (b − c)");
  EXPECT_EQ((a - (b + c)).text(), "a − (b + c)");
  EXPECT_EQ((a / (b * c)).text(), "a/(b·c)");
  EXPECT_EQ((a * b / c).text(), "a·b/c");
  EXPECT_EQ((a + b * c).text(), "a + b·c");
}

TEST(Formula, HasTheValueOfItsText) {
  const Formula a("a", 7);
  const Formula b("b", 2);
  EXPECT_EQ((a + b).value(), 9);
  EXPECT_EQ((a - b).value(), 5);
  EXPECT_EQ((a * b).value(), 14);
  EXPECT_EQ((a / b).value(), 3);
  EXPECT_EQ((a + b).unit(), Unit::kCount);
}

TEST(Formula, RoundsAShareAtTheEnd) {
  const Formula R("R", 16384);
  const Formula q = Formula::share("q", 0.01);
  const Formula formula =
      R * (1 - pow(1 - q, Formula("P", 4096_B) / Formula("s", 32_B)));
  EXPECT_EQ(formula.text(), "R·(1 − (1 − q)^(P/s))");
  EXPECT_EQ(formula.numbers(), "16,384·(1 − (1 − 1 %)^(4 KiB/32 bytes))");
  EXPECT_EQ(formula.value(), 11858);
  EXPECT_NEAR(formula.before_rounding(), 11857.89, 0.01);
  EXPECT_EQ(formula.unit(), Unit::kCount);
  EXPECT_EQ(formula.symbols()[1], (Symbol{"q", 0.01, Unit::kShare}));
  EXPECT_EQ((q * Formula("D", 64_MiB)).unit(), Unit::kBytes);
  EXPECT_EQ((3 / Formula::share("f", 0.4)).value(), 8);
}

TEST(Formula, PutsBasesOfPowersIntoBrackets) {
  const Formula a("a", 3);
  const Formula b("b", 2);
  EXPECT_EQ(pow(a, b).text(), "a^b");
  EXPECT_EQ(pow(a, b).value(), 9);
  EXPECT_EQ(pow(a * b, b).text(), "(a·b)^b");
  EXPECT_EQ(pow(pow(a, b), b).text(), "(a^b)^b");
  EXPECT_EQ(pow(a, pow(b, b)).text(), "a^(b^b)");
  EXPECT_EQ((a * pow(a, b)).text(), "a·a^b");
}

TEST(Formula, ShowsNumbersWithCommasAndUnits) {
  EXPECT_EQ(all_digits(0, Unit::kCount), "0");
  EXPECT_EQ(all_digits(999, Unit::kCount), "999");
  EXPECT_EQ(all_digits(1000, Unit::kCount), "1,000");
  EXPECT_EQ(all_digits(-1234567, Unit::kCount), "-1,234,567");
  EXPECT_EQ(all_digits(-123, Unit::kCount), "-123");
  EXPECT_EQ(all_digits(268435776, Unit::kBytes), "268,435,776 bytes");
  EXPECT_EQ(to_string(64 << 20, Unit::kBytes), "64.0 MiB");
}

}  // namespace
}  // namespace cow

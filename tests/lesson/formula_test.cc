// Formulas: value, text and numbers are one.
#include "cow/lesson/formula.h"

#include <gtest/gtest.h>

namespace cow {
namespace {

TEST(Formula, CarriesValueTextAndNumbersThroughAFormula) {
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

TEST(Formula, BracketsOnlyWhereTheyAreNeeded) {
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

TEST(Formula, CalculatesAsItReads) {
  const Formula a("a", 7);
  const Formula b("b", 2);
  EXPECT_EQ((a + b).value(), 9);
  EXPECT_EQ((a - b).value(), 5);
  EXPECT_EQ((a * b).value(), 14);
  EXPECT_EQ((a / b).value(), 3);
  EXPECT_EQ((a + b).unit(), Unit::kCount);
}

TEST(Formula, ShowsNumbersForPeople) {
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

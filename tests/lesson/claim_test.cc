// Claims: both bounds, every value.
#include "cow/lesson/claim.h"

#include <gtest/gtest.h>

namespace cow {
namespace {

Claim claim(const Expected& expected, std::vector<std::int64_t> values) {
  return {.says = "a claim",
          .measured = {.moment = "now",
                       .what = "worker uss",
                       .values = std::move(values)},
          .expected = expected};
}

TEST(Claim, ExactlyTakesNothingElse) {
  const Expected ten = exactly(Term("D", 10_B));
  EXPECT_TRUE(claim(ten, {10}).holds());
  EXPECT_FALSE(claim(ten, {9}).holds());
  EXPECT_FALSE(claim(ten, {11}).holds());
}

TEST(Claim, AboutIsOnePercentOnEitherSide) {
  const std::int64_t size = (100_MiB).count();
  const Expected expected = about(Term("D", 100_MiB));
  EXPECT_TRUE(claim(expected, {size + (1_MiB).count()}).holds());
  EXPECT_TRUE(claim(expected, {size - (1_MiB).count()}).holds());
  EXPECT_FALSE(claim(expected, {size + (1_MiB).count() + 1}).holds());
  EXPECT_FALSE(claim(expected, {size - (1_MiB).count() - 1}).holds());
}

TEST(Claim, AboutSeveralProcessesAllowsSomePagesForEach) {
  EXPECT_EQ(about(Term("b", 1_MiB), 2).high, (1_MiB + 256_KiB).count());
  EXPECT_EQ(about(Term("b", 1_MiB), 101).high, (1_MiB + 101 * 64_KiB).count());
  EXPECT_EQ(about(Term("D", 1024_MiB), 11).low,
            (1024_MiB - 1024_MiB / 100).count());
}

TEST(Claim, AboutAllowesSmallFiguresSomePages) {
  const Expected expected = about(Term("b", 40_KiB));
  EXPECT_EQ(expected.high, (40_KiB + 256_KiB).count());
}

TEST(Claim, BetweenHasALowerBoundToo) {
  const Expected expected = between(4_KiB, Term("b", 40_KiB), 256_KiB);
  EXPECT_TRUE(claim(expected, {4096}).holds());
  EXPECT_FALSE(claim(expected, {0}).holds());
  EXPECT_FALSE(claim(expected, {256 * 1024 + 1}).holds());
}

TEST(Claim, OneValueOutOfBoundsFailsIt) {
  const Expected expected = within(2_B, Term("D", 10_B));
  EXPECT_TRUE(claim(expected, {9, 10, 12}).holds());
  EXPECT_FALSE(claim(expected, {10, 13, 10}).holds());
  EXPECT_EQ(claim(expected, {10, 13, 9}).deciding_value(), 13);
  EXPECT_EQ(claim(expected, {10, 11, 7}).deciding_value(), 7);
}

TEST(Claim, WithoutAnyValueItDoesNotHold) {
  EXPECT_FALSE(claim(exactly(Term("D", 0_B)), {}).holds());
}

}  // namespace
}  // namespace cow

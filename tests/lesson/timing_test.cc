// What is shown of times, without any time.
#include "cow/lesson/timing.h"

#include <gtest/gtest.h>

#include <vector>

namespace cow {
namespace {

TEST(StraightLine, GoesThroughPointsThatLieOnALine) {
  const std::vector<ChartPoint> line = straight_line({{1, 5}, {2, 7}, {4, 11}});
  ASSERT_EQ(line.size(), 2U);
  EXPECT_DOUBLE_EQ(line[0].first, 1);
  EXPECT_DOUBLE_EQ(line[0].second, 5);
  EXPECT_DOUBLE_EQ(line[1].first, 4);
  EXPECT_DOUBLE_EQ(line[1].second, 11);
}

TEST(StraightLine, LiesBetweenOtherPoints) {
  // By hand: the mean is (1, 2), the slope 1.
  const std::vector<ChartPoint> line = straight_line({{0, 1}, {1, 2}, {2, 3}});
  EXPECT_DOUBLE_EQ(line[1].second, 3);
  const std::vector<ChartPoint> flat =
      straight_line({{0, 1}, {0, 3}, {2, 1}, {2, 3}});
  EXPECT_DOUBLE_EQ(flat[0].second, 2);
  EXPECT_DOUBLE_EQ(flat[1].second, 2);
}

TEST(LeastOf, ReturnsTheLeastOfTheGivenNumberOfRounds) {
  std::vector<double> times{3, 1, 2, 0.5};
  auto next = times.begin();
  EXPECT_EQ(least_of(3, [&] { return *next++; }), 1);
  EXPECT_EQ(next - times.begin(), 3);
}

}  // namespace
}  // namespace cow

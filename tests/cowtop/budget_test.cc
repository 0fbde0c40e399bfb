// The account that looks are paid from, with a clock of the test's own.
#include "cowtop/budget.h"

#include <gtest/gtest.h>

#include <chrono>

namespace cowtop {
namespace {

using namespace std::chrono_literals;

TEST(Budget, AllowsSamplesInARowWhileThereIsCredit) {
  Budget budget(0.01);  // 50 ms at the beginning
  Budget::Time now{1h};
  budget.spend(30ms, now);
  EXPECT_EQ(budget.wait(), 0ns);
  budget.spend(30ms, now);
  EXPECT_EQ(budget.wait(), 1s);
}

TEST(Budget, GrowsAsTimePasses) {
  Budget budget(0.01);
  Budget::Time now{1h};
  budget.spend(150ms, now);
  EXPECT_EQ(budget.wait(), 10s);
  now += 4s;
  budget.spend(0ms, now);
  EXPECT_EQ(budget.wait(), 6s);
}

TEST(Budget, SavesAtMostAFewSeconds) {
  Budget budget(0.01);
  Budget::Time now{1h};
  budget.spend(0ms, now);
  now += 24h;
  budget.spend(100ms, now);
  EXPECT_EQ(budget.wait(), 5s);
}

TEST(OwnCpuTime, NeverGoesBack) {
  const auto before = own_cpu_time();
  EXPECT_GT(before.count(), 0);
  EXPECT_GE(own_cpu_time(), before);
}

}  // namespace
}  // namespace cowtop

// Workers that have done their part, and successors that cannot be started.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pool/faults_calls.h"
#include "pool/faults_support.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Successors : public EveryMethod {};
INSTANTIATE_TEST_SUITE_P(, Successors, every_method(), name_of_method);

// All workers come to the end of their part; whichever of them comes first, in
// the end no worker is left.
TEST_P(Successors, ThatCannotBeStartedAreToldAndHangNothing) {
  bool all_started = false;
  for (int good = 0; !all_started; ++good) {
    Pool pool(
        {.workers = 2, .start_method = GetParam(), .max_tasks_per_child = 1});
    calls::fail_after(good);
    auto pending = pool.map_async(same, numbers(4), 1);
    ASSERT_TRUE(pending.wait_for(kDeadline)) << good;
    const std::string call = calls::stop_failing();
    all_started = call.empty();
    if (!pending.failed()) {
      EXPECT_EQ(pending.get(), numbers(4)) << call;
    } else {
      EXPECT_THAT(
          error_of<PoolError>([&] { pending.get(); }),
          AllOf(HasSubstr("no worker can be started"), HasSubstr(call)));
    }
    ASSERT_LT(good, 1000);
  }
}

// The others go on as long as they may.
TEST(SuccessorsByFork, ThatCannotBeStartedLeaveTheOthersTheirPart) {
  Gate gate;
  Pool pool({.workers = 2, .max_tasks_per_child = 2});
  auto held = pool.apply_async(stop_at_gate, 0);
  ASSERT_TRUE(gate.arrived(held, 1));
  EXPECT_EQ(pool.map(same, numbers(2), 1), numbers(2));  // by the other one
  calls::fail_after(0);
  auto next = pool.apply_async(same, 7);
  EXPECT_FALSE(next.ready());
  gate.let_go(1);
  ASSERT_TRUE(next.wait_for(kDeadline));
  calls::stop_failing();
  EXPECT_EQ(next.get(), 7);
}

}  // namespace
}  // namespace cow::testing

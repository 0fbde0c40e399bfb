// Workers that have done their part, and successors that cannot be started.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pool/descriptor_limit.h"
#include "pool/faults_calls.h"
#include "pool/faults_support.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Successors : public EveryStartMethod {
 protected:
  // All workers come to the end of their part, and calls for those that come
  // after them fail, as `fail_after` has them do, from each one on in turn.
  template <typename Check>
  void with_failing_calls(void (*fail_after)(int), Check check) {
    bool all_started = false;
    for (int good = 0; !all_started; ++good) {
      Pool pool(
          {.workers = 2, .start_method = GetParam(), .max_tasks_per_child = 1});
      fail_after(good);
      auto pending = pool.map_async(same, numbers(4), 1);
      ASSERT_TRUE(pending.wait_for(kDeadline)) << good;
      const std::string call = calls::stop_failing();
      all_started = call.empty();
      check(pending, call);
      ASSERT_LT(good, 1000);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(, Successors, every_method(), name_of_method);

// One call fails, whichever it is.
TEST_P(Successors, AreStartedAgainIfTheirStartFails) {
  with_failing_calls(calls::fail_after, [](auto& pending, const auto& call) {
    EXPECT_EQ(pending.get(), numbers(4)) << call;
  });
}

// All calls fail from then on: in the end no worker is left.
TEST_P(Successors, AreReportedIfTheyCanNeverStart) {
  with_failing_calls(calls::fail_all_after, [](auto& pending,
                                               const auto& call) {
    if (!pending.failed()) {
      EXPECT_EQ(pending.get(), numbers(4)) << call;
      return;
    }
    EXPECT_THAT(error_of<PoolError>([&] { pending.get(); }),
                AllOf(HasSubstr("no worker can be started"), HasSubstr(call)));
  });
}

// There is enough for one worker, but not for it and its successor.
TEST_P(Successors, NeedNoMoreDescriptorsThanTheirPredecessors) {
  Pool pool(
      {.workers = 1, .start_method = GetParam(), .max_tasks_per_child = 1});
  const DescriptorLimit few(2);
  EXPECT_EQ(pool.map(same, numbers(10), 1), numbers(10));
}

// Nor for a successor of one that has died beside one that has done its part.
TEST_P(Successors, TakeOverDescriptorsOfAnotherRetiredWorker) {
  Gate gate;
  Pool pool(
      {.workers = 2, .start_method = GetParam(), .max_tasks_per_child = 1});
  auto held = pool.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(held, 2));
  kill_and_wait(pool.workers()[0]);
  EXPECT_FALSE(held.ready());
  const DescriptorLimit few(2);
  gate.let_go(1);
  EXPECT_THROW(held.get(), WorkerDied);
  EXPECT_EQ(pool.apply(same, 7), 7);
}

// The others go on as long as they may.
TEST(SuccessorsByFork, LetTheOthersGoOnIfTheyCannotStart) {
  Gate gate;
  Pool pool({.workers = 2, .max_tasks_per_child = 2});
  auto held = pool.apply_async(stop_at_gate, 0);
  ASSERT_TRUE(gate.arrived(held, 1));
  calls::fail_all_after(0);  // from before the other one has done its part
  EXPECT_EQ(pool.map(same, numbers(2), 1), numbers(2));
  auto next = pool.apply_async(same, 7);
  EXPECT_FALSE(next.ready());
  gate.let_go(1);
  ASSERT_TRUE(next.wait_for(kDeadline));
  calls::stop_failing();
  EXPECT_EQ(next.get(), 7);
}

}  // namespace
}  // namespace cow::testing

// Workers that are started when there is work for them.
#include <gtest/gtest.h>
#include <pthread.h>

#include "cow/pool/pool.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

class OnDemand : public EveryStartMethod {
 protected:
  PoolOptions on_demand(int workers) const {
    PoolOptions options = this->options(workers);
    options.start_on_demand = true;
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(, OnDemand, every_method(), name_of_method);

TEST_P(OnDemand, AWorkerIsStartedOnlyWhenTheOthersAreBusy) {
  Gate gate;
  Pool pool(on_demand(3));
  EXPECT_EQ(pool.workers().size(), 1U);
  EXPECT_EQ(pool.apply(same, 7), 7);
  EXPECT_EQ(pool.workers().size(), 1U);
  auto pending = pool.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(pending, 2));
  EXPECT_EQ(pool.workers().size(), 2U);
  gate.let_go(2);
  EXPECT_EQ(pending.get(), numbers(2));
}

// The gate that the first task must reach before another worker is forked.
Gate* gate_before_fork = nullptr;
bool first_has_arrived = false;

TEST(OnDemandByFork, TheFirstBatchDoesNotWaitForTheSecondWorker) {
  Gate gate;
  Pool pool({.workers = 2, .start_on_demand = true});
  [[maybe_unused]] static const int once = ::pthread_atfork(
      [] {
        if (gate_before_fork != nullptr) {
          first_has_arrived = gate_before_fork->arrived(1);
        }
      },
      nullptr, nullptr);
  gate_before_fork = &gate;
  auto pending = pool.map_async(stop_at_gate, numbers(2), 1);
  gate_before_fork = nullptr;
  EXPECT_TRUE(first_has_arrived);
  gate.let_go(2);
  EXPECT_EQ(pending.get(), numbers(2));
}

}  // namespace
}  // namespace cow::testing

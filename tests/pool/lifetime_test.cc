// From the first worker to the last: close, join, terminate, move, destroy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

class Lifetime : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Lifetime, every_method(), name_of_method);

TEST_P(Lifetime, APoolHasTheRequestedNumberOfWorkers) {
  for (const int workers : {1, 2, 7}) {
    const Pool pool(options(workers));
    EXPECT_EQ(pool.size(), workers);
    EXPECT_EQ(pool.workers().size(), static_cast<std::size_t>(workers));
  }
}

TEST(DefaultPool, HasAWorkerForEachCpu) {
  EXPECT_EQ(Pool().size(), available_cpus());
}

TEST_P(Lifetime, JoinFinishesPendingWorkAndEndsTheWorkers) {
  Pool pool(options(2));
  const auto workers = watch(pool.workers());
  auto pending = pool.map_async(square, numbers(100), 1);
  pool.close();
  pool.join();
  EXPECT_TRUE(pool.workers().empty());
  EXPECT_TRUE(all_end(workers));
  EXPECT_TRUE(pending.ready());
  EXPECT_EQ(pending.get()[99], 99 * 99);
  pool.join();  // a second time does nothing
}

TEST_P(Lifetime, JoinEndsWorkersThatAreNotYetReady) {
  Pool idle(options(3));
  auto workers = watch(idle.workers());
  idle.close();
  idle.join();
  EXPECT_TRUE(all_end(workers));
  Pool busy(options(3));
  workers = watch(busy.workers());
  auto pending = busy.map_async(square, numbers(100), 1);
  busy.close();
  busy.join();
  EXPECT_TRUE(all_end(workers));
  EXPECT_EQ(pending.get()[99], 99 * 99);
}

TEST_P(Lifetime, JoinIsRefusedBeforeClose) {
  Pool pool(options(2));
  EXPECT_THAT(error_of<PoolError>([&] { pool.join(); }),
              HasSubstr("must be closed"));
  EXPECT_TRUE(works(pool));
}

TEST_P(Lifetime, JoinIsAllowedAfterTerminateAsInPython) {
  Pool pool(options(2));
  pool.terminate();
  EXPECT_NO_THROW(pool.join());
}

TEST_P(Lifetime, AClosedPoolFinishesItsWorkAndRefusesNewWork) {
  Pool pool(options(2));
  auto pending = pool.map_async(square, numbers(10), 1);
  pool.close();
  EXPECT_THAT(error_of<PoolError>([&] { pool.map(square, numbers(1)); }),
              HasSubstr("closed"));
  EXPECT_EQ(pending.get()[9], 81);
}

TEST_P(Lifetime, AJoinedPoolTakesNoMoreWork) {
  Pool pool(options(2));
  pool.close();
  pool.join();
  EXPECT_THROW(pool.map(square, numbers(1)), PoolError);
}

TEST_P(Lifetime, TerminateFailsPendingWork) {
  Gate gate;
  Pool pool(options(2));
  auto first = pool.map_async(stop_at_gate, numbers(10), 1);
  auto second = pool.map_async(square, numbers(10), 1);
  ASSERT_TRUE(gate.arrived(first, 2));
  const auto workers = watch(pool.workers());
  pool.terminate();
  EXPECT_TRUE(all_end(workers));
  EXPECT_TRUE(pool.workers().empty());
  EXPECT_TRUE(first.ready());
  EXPECT_TRUE(second.ready());
  for (auto* pending : {&first, &second}) {
    EXPECT_THAT(error_of<PoolError>([&] { pending->get(); }),
                HasSubstr("terminated"));
  }
  EXPECT_THAT(error_of<PoolError>([&] { pool.map(square, numbers(1)); }),
              HasSubstr("terminated"));
  pool.terminate();  // a second time does nothing
}

TEST_P(Lifetime, TerminateKeepsFinishedResults) {
  Pool pool(options(2));
  auto pending = pool.map_async(square, numbers(10), 1);
  pending.wait();
  pool.terminate();
  EXPECT_EQ(pending.get()[9], 81);
}

TEST_P(Lifetime, TerminateEndsAStoppedWorker) {
  Pool pool(options(1));
  ::kill(pool.workers()[0], SIGSTOP);
  pool.terminate();
  EXPECT_TRUE(pool.workers().empty());
}

TEST_P(Lifetime, ResultsMayBeFetchedWhenThePoolIsGone) {
  Gate gate;
  std::optional<Pending<std::vector<int>>> done;
  std::optional<Pending<std::vector<int>>> lost;
  {
    Pool pool(options(2));
    done = pool.map_async(square, numbers(4));
    done->wait();
    lost = pool.map_async(stop_at_gate, numbers(4));
  }
  EXPECT_EQ(done->get(), (std::vector{0, 1, 4, 9}));
  EXPECT_TRUE(lost->ready());
  EXPECT_THROW(lost->get(), PoolError);
}

TEST_P(Lifetime, APoolCanBeDestroyedWithWorkHalfDone) {
  Gate gate;
  std::vector<Descriptor> workers;
  {
    Pool pool(options(2));
    workers = watch(pool.workers());
    const std::vector<std::string> items(20, std::string(1 << 20, 'x'));
    pool.map_async([](const std::string& s) { return s; }, items, 1);
    pool.map_async(stop_at_gate, numbers(1000), 1);
  }
  EXPECT_TRUE(all_end(workers));
}

TEST_P(Lifetime, AMovedPoolGoesOnWithItsWork) {
  Pool first(options(2));
  auto pending = first.map_async(square, numbers(10), 1);
  Pool second(std::move(first));
  EXPECT_EQ(second.size(), 2);
  EXPECT_TRUE(works(second));
  EXPECT_EQ(pending.get()[9], 81);
}

TEST(PoolAfterAMove, RefusesEveryCall) {
  Pool pool({.workers = 1});
  const Pool now(std::move(pool));
  const auto expect_refusal = [](auto call) {
    EXPECT_THAT(error_of<std::logic_error>(call), HasSubstr("moved from"));
  };
  // NOLINTBEGIN(bugprone-use-after-move)
  expect_refusal([&] { pool.map(square, numbers(3)); });
  expect_refusal([&] { pool.apply(square, 3); });
  expect_refusal([&] { pool.imap(square, numbers(3)); });
  expect_refusal([&] { pool.close(); });
  expect_refusal([&] { pool.terminate(); });
  expect_refusal([&] { pool.join(); });
  expect_refusal([&] { pool.size(); });
  expect_refusal([&] { pool.workers(); });
  // NOLINTEND(bugprone-use-after-move)
}

TEST(ResultsAfterAMove, RefuseEveryCall) {
  Pool pool({.workers = 1});
  auto pending = pool.map_async(square, numbers(3));
  auto results = pool.imap(square, numbers(3));
  auto pending_now = std::move(pending);
  auto results_now = std::move(results);
  const auto expect_refusal = [](auto call) {
    EXPECT_THAT(error_of<std::logic_error>(call), HasSubstr("moved from"));
  };
  // NOLINTBEGIN(bugprone-use-after-move)
  expect_refusal([&] { pending.get(); });
  expect_refusal([&] { pending.ready(); });
  expect_refusal([&] { pending.failed(); });
  expect_refusal([&] { pending.transfer(); });
  expect_refusal([&] { results.next(); });
  expect_refusal([&] { results.begin(); });
  expect_refusal([&] { results.wait_for(std::chrono::milliseconds(0)); });
  // NOLINTEND(bugprone-use-after-move)
  EXPECT_EQ(pending_now.get(), (std::vector<int>{0, 1, 4}));
  EXPECT_EQ(rest_of(results_now), (std::vector<int>{0, 1, 4}));
}

TEST_P(Lifetime, AssigningToAPoolEndsItsFormerWorkers) {
  Pool pool(options(2));
  const auto before = watch(pool.workers());
  pool = Pool(options(3));
  EXPECT_TRUE(all_end(before));
  EXPECT_EQ(pool.size(), 3);
  EXPECT_TRUE(works(pool));
}

TEST_P(Lifetime, ManyPoolsInARowLeakNothing) {
  for (int i = 0; i < 10; ++i) {
    Pool pool(options(3));
    EXPECT_TRUE(works(pool));
  }
}

}  // namespace
}  // namespace cow::testing

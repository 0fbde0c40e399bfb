// From the first worker to the last: close, join, terminate, move, destroy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

TEST(Lifetime, APoolHasAsManyWorkersAsItWasTold) {
  for (const int workers : {1, 2, 7}) {
    const Pool pool({.workers = workers});
    EXPECT_EQ(pool.size(), workers);
    EXPECT_EQ(pool.workers().size(), static_cast<std::size_t>(workers));
  }
}

TEST(Lifetime, APoolHasByDefaultAWorkerForEachCpu) {
  EXPECT_EQ(Pool().size(), available_cpus());
}

TEST(Lifetime, JoinFinishesWhatIsPendingAndEndsTheWorkers) {
  Pool pool({.workers = 2});
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

TEST(Lifetime, JoinIsRefusedBeforeClose) {
  Pool pool({.workers = 2});
  EXPECT_THAT(error_of<PoolError>([&] { pool.join(); }),
              HasSubstr("must be closed"));
  EXPECT_TRUE(works(pool));
}

TEST(Lifetime, JoinIsAllowedAfterTerminateAsInPython) {
  Pool pool({.workers = 2});
  pool.terminate();
  EXPECT_NO_THROW(pool.join());
}

TEST(Lifetime, AClosedPoolTakesNoMoreWorkButFinishesWhatItHas) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async(square, numbers(10), 1);
  pool.close();
  EXPECT_THAT(error_of<PoolError>([&] { pool.map(square, numbers(1)); }),
              HasSubstr("closed"));
  EXPECT_EQ(pending.get()[9], 81);
}

TEST(Lifetime, APoolThatWasJoinedTakesNoMoreWork) {
  Pool pool({.workers = 2});
  pool.close();
  pool.join();
  EXPECT_THROW(pool.map(square, numbers(1)), PoolError);
}

TEST(Lifetime, TerminateFailsWhatIsPending) {
  Gate gate;
  Pool pool({.workers = 2});
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

TEST(Lifetime, TerminateKeepsTheResultsThatWereThere) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async(square, numbers(10), 1);
  pending.wait();
  pool.terminate();
  EXPECT_EQ(pending.get()[9], 81);
}

TEST(Lifetime, TerminateEndsAWorkerThatIsStopped) {
  Pool pool({.workers = 1});
  ::kill(pool.workers()[0], SIGSTOP);
  pool.terminate();
  EXPECT_TRUE(pool.workers().empty());
}

TEST(Lifetime, ResultsMayBeFetchedWhenThePoolIsGone) {
  Gate gate;
  std::optional<Pending<std::vector<int>>> done;
  std::optional<Pending<std::vector<int>>> lost;
  {
    Pool pool({.workers = 2});
    done = pool.map_async(square, numbers(4));
    done->wait();
    lost = pool.map_async(stop_at_gate, numbers(4));
  }
  EXPECT_EQ(done->get(), (std::vector{0, 1, 4, 9}));
  EXPECT_TRUE(lost->ready());
  EXPECT_THROW(lost->get(), PoolError);
}

TEST(Lifetime, APoolIsDestroyedWithItsWorkHalfDone) {
  Gate gate;
  std::vector<Descriptor> workers;
  {
    Pool pool({.workers = 2});
    workers = watch(pool.workers());
    const std::vector<std::string> items(20, std::string(1 << 20, 'x'));
    pool.map_async([](const std::string& s) { return s; }, items, 1);
    pool.map_async(stop_at_gate, numbers(1000), 1);
  }
  EXPECT_TRUE(all_end(workers));
}

TEST(Lifetime, APoolThatIsMovedGoesOnUnderItsNewName) {
  Pool first({.workers = 2});
  auto pending = first.map_async(square, numbers(10), 1);
  Pool second(std::move(first));
  EXPECT_EQ(second.size(), 2);
  EXPECT_TRUE(works(second));
  EXPECT_EQ(pending.get()[9], 81);
}

TEST(Lifetime, APoolThatIsAssignedEndsTheWorkersItHad) {
  Pool pool({.workers = 2});
  const auto before = watch(pool.workers());
  pool = Pool({.workers = 3});
  EXPECT_TRUE(all_end(before));
  EXPECT_EQ(pool.size(), 3);
  EXPECT_TRUE(works(pool));
}

TEST(Lifetime, TwoPoolsWorkAtTheSameTime) {
  Gate gate;
  Pool first({.workers = 2});
  Pool second({.workers = 2});
  auto held = first.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(held, 2));
  EXPECT_TRUE(works(second));
  auto held_too = second.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(held_too, 2));
  gate.let_go(4);
  EXPECT_EQ(held_too.get(), numbers(2));
  EXPECT_EQ(held.get(), numbers(2));
}

TEST(Lifetime, TwoPoolsEndInEitherOrder) {
  for (const bool first_first : {true, false}) {
    for (const bool by_join : {true, false}) {
      auto first = std::make_unique<Pool>(PoolOptions{.workers = 2});
      auto second = std::make_unique<Pool>(PoolOptions{.workers = 2});
      EXPECT_TRUE(works(*first));
      EXPECT_TRUE(works(*second));
      std::unique_ptr<Pool>& one = first_first ? first : second;
      std::unique_ptr<Pool>& other = first_first ? second : first;
      if (by_join) {
        one->close();
        one->join();
      }
      one.reset();
      EXPECT_TRUE(works(*other));
      if (by_join) {
        other->close();
        other->join();
      }
    }
  }
}

TEST(Lifetime, ManyPoolsOneAfterTheOtherLeaveNothing) {
  for (int i = 0; i < 30; ++i) {
    Pool pool({.workers = 3});
    EXPECT_TRUE(works(pool));
  }
}

int sum_of_squares(int n) {
  Pool inner({.workers = 2});
  int sum = 0;
  for (const int square : inner.map(cow::testing::square, numbers(n))) {
    sum += square;
  }
  return sum;
}

TEST(Lifetime, APoolMayBeMadeInAWorker) {
  Pool pool({.workers = 2});
  EXPECT_EQ(pool.map(sum_of_squares, std::vector{1, 2, 3, 4}, 1),
            (std::vector{0, 1, 5, 14}));
}

int fail_in_inner_pool(int) {
  Pool inner({.workers = 2});
  inner.map([](int) { throw std::runtime_error("far below"); }, numbers(1));
  return 0;
}

TEST(Lifetime, AnExceptionInAPoolOfAWorkerArrives) {
  Pool pool({.workers = 2});
  EXPECT_THAT(
      error_of<TaskError>([&] { pool.map(fail_in_inner_pool, numbers(1)); }),
      HasSubstr("far below"));
  EXPECT_TRUE(works(pool));
}

}  // namespace
}  // namespace cow::testing

// The initializer runs in each worker, once and first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/os/mapping.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

int state = 0;

class Initializer : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Initializer, every_method(), name_of_method);

TEST_P(Initializer, RunsOnceInEachWorker) {
  Counters counters(1);
  Pool pool(options(3, [] { Counters::add(0); }));
  EXPECT_TRUE(works(pool));
  EXPECT_TRUE(works(pool));
  pool.close();
  pool.join();
  EXPECT_EQ(counters.all(), std::vector{3});
}

TEST_P(Initializer, RunsBeforeTheFirstTaskAndOnlyInWorkers) {
  Pool pool(options(2, [] { state += 7; }));
  EXPECT_EQ(pool.map([](int) { return state; }, numbers(6), 1),
            std::vector<int>(6, 7));
  EXPECT_EQ(state, 0);
}

TEST(ForkedInitializer, InheritsWhatItCaptures) {
  const std::vector<int> data{1, 2, 3};
  Pool pool({.workers = 2, .initializer = [&data] { state = data[2]; }});
  EXPECT_EQ(pool.map([](int) { return state; }, numbers(1)), std::vector{3});
}

TEST(ForkedInitializer, HoldsUpNoOtherWorkerIfItIsSlow) {
  Gate gate;
  const Mapping shared(page_size(), PROT_READ | PROT_WRITE, MAP_SHARED);
  auto& slow = *reinterpret_cast<std::atomic<pid_t>*>(shared.data());
  Pool pool({.workers = 2, .initializer = [&slow] {
               while (slow == 0) ::sched_yield();
               ::getpid() == slow ? Gate::stop() : Gate::arrive();
             }});
  slow = pool.workers()[0];
  ASSERT_TRUE(gate.arrived(2));
  ASSERT_TRUE(comes_to_be(pool.workers()[1], 'S'));  // waits for a task

  // It is too large to be taken back from whom it was given to at first.
  auto pid = pool.apply_async([](const std::string&) { return ::getpid(); },
                              std::string(std::size_t{16} << 20, 'x'));
  EXPECT_TRUE(pid.wait_for(kDeadline));
  gate.let_go(1);
  EXPECT_EQ(pid.get(), pool.workers()[1]);
}

TEST_P(Initializer, HoldsUpNoOtherWorkerIfItIsSlow) {
  Gate gate;
  Counters counters(1);
  Pool pool(options(
      2, [] { Counters::add(0) == 0 ? Gate::stop() : Gate::arrive(); }));
  auto pids = pool.map_async([](int) { return ::getpid(); }, numbers(2), 1);
  EXPECT_TRUE(pids.wait_for(kDeadline));
  gate.let_go(1);
  const std::vector<pid_t> both = pids.get();
  EXPECT_EQ(both[0], both[1]);
}

TEST_P(Initializer, RunsInTheSuccessorOfADeadWorker) {
  Pool pool(options(1, [] { state = 5; }));
  EXPECT_THROW(pool.map([](int) { std::abort(); }, numbers(1)), WorkerDied);
  EXPECT_EQ(pool.map([](int) { return state; }, numbers(1)), std::vector{5});
}

TEST_P(Initializer, RunsInTheSuccessorOfARetiredWorker) {
  Counters counters(1);
  const auto initialize = [](int value) {
    Counters::add(0);
    state = value;
  };
  Pool pool({.workers = 1,
             .start_method = GetParam(),
             .initializer = {initialize, 5},
             .max_tasks_per_child = 2});
  EXPECT_EQ(pool.map([](int) { return state; }, numbers(6), 1),
            std::vector<int>(6, 5));
  EXPECT_EQ(counters.all(), std::vector{3});
}

TEST_P(Initializer, IsReportedWithItsTextIfItThrows) {
  Pool pool(options(2, [] { throw std::runtime_error("no data"); }));
  auto pending = pool.map_async(square, numbers(4));
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<PoolError>([&] { pending.get(); }),
              AllOf(HasSubstr("initializer"), HasSubstr("std::runtime_error"),
                    HasSubstr("no data")));
  EXPECT_THAT(error_of<PoolError>([&] { pool.map(square, numbers(4)); }),
              HasSubstr("no data"));
}

TEST_P(Initializer, IsReportedIfItThrowsWhileItemsAreSent) {
  Pool pool(options(1, [] { throw 42; }));
  const std::vector<std::string> items(3, std::string(1 << 20, 'x'));
  auto pending =
      pool.map_async([](const std::string& s) { return s.size(); }, items, 1);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<PoolError>([&] { pending.get(); }),
              AllOf(HasSubstr("initializer"), HasSubstr("int")));
}

TEST_P(Initializer, DoesNotHoldUpShutdownIfItThrows) {
  {
    Pool pool(options(2, [] { throw 42; }));
    pool.close();
    pool.join();
  }
  const Pool never_used(options(2, [] { throw 42; }));
}

TEST_P(Initializer, IsReportedAndNotRepeatedIfItKillsItsWorker) {
  Pool pool(options(2, [] { ::_exit(9); }));
  auto pending = pool.map_async(square, numbers(4), 1);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<WorkerDied>([&] { pending.get(); }),
              HasSubstr("exit status 9"));
}

// An argument that can be saved, but not loaded.
struct NeverLoaded {
  template <class Archive>
  void save(Archive& archive) const {
    archive(7);
  }
  template <class Archive>
  void load(Archive& /*archive*/) {
    throw std::runtime_error("not here");
  }
};

TEST_P(Initializer, IsReportedIfItsArgumentCannotBeLoaded) {
  Pool pool(options(2, {[](const NeverLoaded&) {}, NeverLoaded()}));
  if (GetParam() == StartMethod::kFork) {
    EXPECT_TRUE(works(pool)) << "it was not to be loaded";
    return;
  }
  EXPECT_THAT(error_of<PoolError>([&] { pool.map(square, numbers(4)); }),
              AllOf(HasSubstr("initializer"), HasSubstr("not here")));
}

}  // namespace
}  // namespace cow::testing

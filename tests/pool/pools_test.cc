// Several pools: beside one another, of different start methods; and one in a
// worker of another.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "cow/os/child.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

PoolOptions by(StartMethod method, int workers) {
  return {.workers = workers, .start_method = method};
}

void close_and_join(Pool& pool) {
  pool.close();
  pool.join();
}

// Two pools, by two methods.
class Pools
    : public ::testing::TestWithParam<std::tuple<StartMethod, StartMethod>> {
 protected:
  static StartMethod one() { return std::get<0>(GetParam()); }
  static StartMethod other() { return std::get<1>(GetParam()); }
};
std::string name_of_both(
    const ::testing::TestParamInfo<std::tuple<StartMethod, StartMethod>>&
        methods) {
  const auto [one, other] = methods.param;
  return std::string(to_string(one)) + "_" + std::string(to_string(other));
}
INSTANTIATE_TEST_SUITE_P(, Pools,
                         ::testing::Combine(every_method(), every_method()),
                         name_of_both);

TEST_P(Pools, WorkAtTheSameTime) {
  Gate gate;
  Pool first(by(one(), 2));
  Pool second(by(other(), 2));
  auto held = first.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(held, 2));
  EXPECT_TRUE(works(second));
  auto held_too = second.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(held_too, 2));
  gate.let_go(4);
  EXPECT_EQ(held_too.get(), numbers(2));
  EXPECT_EQ(held.get(), numbers(2));
}

TEST_P(Pools, EndInEitherOrder) {
  for (const bool first_first : {true, false}) {
    for (const bool by_join : {true, false}) {
      auto first = std::make_unique<Pool>(by(one(), 2));
      auto second = std::make_unique<Pool>(by(other(), 2));
      EXPECT_TRUE(works(*first));
      EXPECT_TRUE(works(*second));
      std::unique_ptr<Pool>& sooner = first_first ? first : second;
      std::unique_ptr<Pool>& later = first_first ? second : first;
      if (by_join) close_and_join(*sooner);
      sooner.reset();
      EXPECT_TRUE(works(*later));
      if (by_join) close_and_join(*later);
    }
  }
}

int sum_of_squares(StartMethod method, int count) {
  Pool inner(by(method, 2));
  int sum = 0;
  for (const int i : inner.map(square, numbers(count), 1)) sum += i;
  return sum;
}

TEST_P(Pools, CanRunInsideAWorkerOfAnotherPool) {
  Pool outer(by(one(), 2));
  EXPECT_EQ(outer.apply(sum_of_squares, other(), 4), 0 + 1 + 4 + 9);
  EXPECT_TRUE(works(outer));
}

int fail_in_inner_pool(StartMethod method) {
  Pool inner(by(method, 2));
  inner.map([](int) { throw std::runtime_error("far below"); }, numbers(1));
  return 0;
}

TEST_P(Pools, PassOnAnExceptionOfAnInnerPool) {
  Pool outer(by(one(), 2));
  EXPECT_THAT(
      error_of<TaskError>([&] { outer.apply(fail_in_inner_pool, other()); }),
      HasSubstr("far below"));
  EXPECT_TRUE(works(outer));
}

// A task that writes into the FIFO `path` who it is and who works for it, and
// is busy then for ever.
void be_busy_with_a_pool(StartMethod method, const std::string& path) {
  Pool inner(by(method, 2));
  auto pending = inner.map_async([](int) { ::pause(); }, numbers(2), 1);
  std::vector<pid_t> all = inner.workers();
  all.push_back(::getpid());
  all.push_back(std::max(inner.fork_server(), ::getpid()));
  const Descriptor fifo(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  write_fully(fifo.get(), all.data(), all.size() * sizeof(pid_t));
  pending.wait();
}

class InnerPool : public Pools {
 protected:
  InnerPool() {
    ::mkfifo(path().c_str(), 0600);
    fifo_ = Descriptor(::open(path().c_str(), O_RDWR | O_CLOEXEC));
  }
  std::string path() const { return folder_.path() / "pids"; }
  // Of the four that `be_busy_with_a_pool` names.
  std::vector<Descriptor> watch_all() const {
    std::vector<pid_t> all(4);
    if (!becomes_readable(fifo_.get())) return {};
    read_fully(fifo_.get(), all.data(), all.size() * sizeof(pid_t));
    return watch(all);
  }

 private:
  TemporaryFolder folder_;
  Descriptor fifo_;
};
INSTANTIATE_TEST_SUITE_P(, InnerPool,
                         ::testing::Combine(every_method(), every_method()),
                         name_of_both);

TEST_P(InnerPool, EndsWhenTheOuterPoolIsTerminated) {
  Pool outer(by(one(), 1));
  auto pending = outer.apply_async(be_busy_with_a_pool, other(), path());
  pending.ready();
  const std::vector<Descriptor> watched = watch_all();
  ASSERT_EQ(watched.size(), 4U);
  outer.terminate();
  EXPECT_TRUE(all_end(watched));
}

TEST_P(InnerPool, EndsWhenTheParentOfTheOuterPoolIsKilled) {
  Child parent = Child::fork([&] {
    Pool outer(by(one(), 1));
    outer.apply(be_busy_with_a_pool, other(), path());
    return 0;
  });
  const std::vector<Descriptor> watched = watch_all();
  EXPECT_EQ(watched.size(), 4U);
  parent.kill(SIGKILL);
  parent.wait();
  EXPECT_TRUE(all_end(watched));
}

TEST(FourPools, EndInEitherOrderAfterADeathInEach) {
  for (const bool backwards : {false, true}) {
    std::vector<std::optional<Pool>> pools;
    for (const StartMethod method :
         {StartMethod::kFork, StartMethod::kSpawn, StartMethod::kForkServer,
          StartMethod::kFork}) {
      pools.emplace_back(by(method, 2));
    }
    std::vector<Pending<std::vector<int>>> pending;
    for (auto& pool : pools) {
      EXPECT_THROW(pool->apply([] { ::raise(SIGKILL); }), WorkerDied);
      pending.push_back(pool->map_async(same, numbers(50), 1));
    }
    if (backwards) std::reverse(pools.begin(), pools.end());
    if (backwards) std::reverse(pending.begin(), pending.end());
    for (std::size_t i = 0; i < pools.size(); ++i) {
      const auto watched = watch(pools[i]->workers());
      EXPECT_EQ(pending[i].get(), numbers(50));
      if (i % 2 == 0) close_and_join(*pools[i]);
      pools[i].reset();
      EXPECT_TRUE(all_end(watched));
    }
  }
}

}  // namespace
}  // namespace cow::testing

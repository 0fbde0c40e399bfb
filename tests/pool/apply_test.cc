// apply: one call with its arguments, in a worker, by each start method.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class Apply : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Apply, every_method(), name_of_method);

int answer() { return 42; }
std::string describe(int i, double x, const std::string& word) {
  return std::to_string(i) + " " + std::to_string(x) + " " + word;
}

TEST_P(Apply, CallsAFunctionOfAnyNumberOfArguments) {
  Pool calling = pool(2);
  EXPECT_EQ(calling.apply(answer), 42);
  EXPECT_EQ(calling.apply(square, 7), 49);
  EXPECT_EQ(calling.apply(describe, 1, 2.5, std::string("x")),
            describe(1, 2.5, "x"));
}

TEST_P(Apply, RunsTheTaskInAWorker) {
  Pool calling = pool(2);
  EXPECT_THAT(calling.workers(),
              Contains(calling.apply([] { return ::getpid(); })));
}

struct Line {
  int slope = 1;
  int offset = 0;
  int at(int x) const { return slope * x + offset; }
  int between(int from, int to) const { return at(to) - at(from); }
  int operator()(int x, int y) const { return at(x) + y; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(slope, offset);
  }
};

TEST_P(Apply, AcceptsEveryKindOfTask) {
  Pool calling = pool(2);
  EXPECT_EQ(calling.apply([](int a, int b) { return a - b; }, 9, 4), 5);
  EXPECT_EQ(calling.apply(bound<&Line::at>(Line{2, 1}), 10), 21);
  EXPECT_EQ(calling.apply(bound<&Line::between>(Line{2, 1}), 10, 20), 20);
  EXPECT_EQ(calling.apply(Line{2, 1}, 10, 100), 121);
}

TEST_P(Apply, HandlesMoveOnlyArgumentsAndResults) {
  Pool calling = pool(2);
  const std::unique_ptr<int> sum =
      calling.apply([](const std::unique_ptr<int>& a,
                       int b) { return std::make_unique<int>(*a + b); },
                    std::make_unique<int>(40), 2);
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ(*sum, 42);
}

TEST_P(Apply, TakesAndGivesBools) {
  Pool calling = pool(1);
  EXPECT_TRUE(
      calling.apply([](bool a, bool b) { return a && !b; }, true, false));
}

TEST_P(Apply, TakesLargeArgumentsAndGivesLargeResults) {
  Pool calling = pool(2);
  std::vector<int> large(1 << 22);
  std::iota(large.begin(), large.end(), 0);
  const std::vector<int> twice = calling.apply(
      [](std::vector<int> v, int factor) {
        for (int& i : v) i *= factor;
        return v;
      },
      large, 2);
  for (int& i : large) i *= 2;
  EXPECT_TRUE(twice == large);
}

TEST_P(Apply, ReportsAnExceptionAsItemZero) {
  Pool calling = pool(2);
  try {
    calling.apply(
        [](int i) -> int { throw std::out_of_range(std::to_string(i)); }, 5);
    FAIL() << "nothing was thrown";
  } catch (const TaskError& error) {
    EXPECT_EQ(error.item(), 0);
    EXPECT_EQ(error.text(), "5");
    EXPECT_EQ(error.type(), "std::out_of_range");
  }
  EXPECT_TRUE(works(calling));
}

TEST_P(Apply, ReportsAWorkersDeathInItemZero) {
  Pool calling = pool(2);
  try {
    calling.apply([] { std::raise(SIGKILL); });
    FAIL() << "nothing was thrown";
  } catch (const WorkerDied& died) {
    EXPECT_EQ(died.item(), 0);
    EXPECT_EQ(died.signal(), SIGKILL);
  }
  EXPECT_TRUE(works(calling));
}

TEST_P(Apply, ReturnsWhenTheTaskHasRun) {
  Counters counters(1);
  Pool pool(options(2));
  pool.apply([](int i) { Counters::add(i); }, 0);
  EXPECT_EQ(counters.all(), std::vector{1});
  pool.apply_async([](int i) { Counters::add(i); }, 0).get();
  EXPECT_EQ(counters.all(), std::vector{2});
}

class ApplyAsync : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, ApplyAsync, every_method(), name_of_method);

TEST_P(ApplyAsync, IsNotReadyBeforeItsTaskHasEnded) {
  Gate gate;
  Pool pool(options(1));
  auto pending = pool.apply_async(stop_at_gate, 3);
  ASSERT_TRUE(gate.arrived(pending, 1));
  EXPECT_FALSE(pending.ready());
  gate.let_go(1);
  EXPECT_TRUE(pending.wait_for(kDeadline));
  EXPECT_TRUE(pending.ready());
  EXPECT_EQ(pending.get(), 3);
}

TEST_P(ApplyAsync, CopiesItsArguments) {
  Gate gate;
  Pool pool(options(1));
  auto holds_the_worker = pool.apply_async(stop_at_gate, 0);
  std::string text(100'000, 'x');
  auto size =
      pool.apply_async([](const std::string& s) { return s.size(); }, text);
  text = "another one";
  gate.let_go(1);
  EXPECT_EQ(size.get(), 100'000U);
}

TEST_P(ApplyAsync, GivesEachCallItsOwnResult) {
  Pool pool(options(3));
  std::vector<Pending<int>> pending;
  for (int i = 0; i < 1000; ++i) {
    pending.push_back(pool.apply_async(square, i));
  }
  for (int i = 999; i >= 0; --i) {
    ASSERT_EQ(pending[static_cast<std::size_t>(i)].get(), i * i);
  }
}

TEST_P(ApplyAsync, FailsOnlyForTheTaskThatFails) {
  Pool pool(options(2));
  const auto task = [](int i) {
    if (i == 5) throw std::runtime_error("five");
    if (i == 7) ::_exit(7);
    return i;
  };
  std::vector<Pending<int>> pending;
  for (int i = 0; i < 20; ++i) pending.push_back(pool.apply_async(task, i));
  EXPECT_THROW(pending[7].get(), WorkerDied);
  EXPECT_THROW(pending[5].get(), TaskError);
  for (int i = 0; i < 20; ++i) {
    if (i == 5 || i == 7) continue;
    EXPECT_EQ(pending[static_cast<std::size_t>(i)].get(), i);
  }
}

TEST_P(ApplyAsync, IsRefusedByAClosedPoolAndFailsInATerminatedPool) {
  Gate gate;
  Pool pool(options(1));
  auto pending = pool.apply_async(stop_at_gate, 1);
  pool.close();
  EXPECT_THAT(error_of<PoolError>([&] { pool.apply(answer); }),
              HasSubstr("closed"));
  pool.terminate();
  EXPECT_THAT(error_of<PoolError>([&] { pending.get(); }),
              HasSubstr("terminated"));
}

}  // namespace
}  // namespace cow::testing

// System calls that fail, one after the other, at every step of starting a pool
// or a new worker; and reads and writes that do only a part of what was asked.
#include "pool/faults_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/memory/process.h"
#include "cow/os/descriptor.h"
#include "pool/faults_support.h"
#include "support/leaks.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

class SystemCalls : public ::testing::TestWithParam<StartMethod> {
 protected:
  PoolOptions workers(int count, Call initializer = {}) const {
    return {.workers = count,
            .start_method = GetParam(),
            .initializer = std::move(initializer)};
  }
};

INSTANTIATE_TEST_SUITE_P(, SystemCalls,
                         ::testing::Values(StartMethod::kFork,
                                           StartMethod::kSpawn,
                                           StartMethod::kForkServer),
                         [](const auto& method) {
                           return std::string(to_string(method.param));
                         });

// epoll reports the pipe of a worker that has closed it, again and again.
TEST_P(SystemCalls, AreFewAfterATaskClosesItsPipe) {
  Gate gate;
  Pool pool(workers(1));
  auto pending = pool.apply_async([] {
    Gate::arrive();  // so that it is open: it shall not take that number
    ::close(reply_pipe());
    Gate::stop();
  });
  ASSERT_TRUE(gate.arrived(pending, 2));
  const std::int64_t before = calls::waits();
  EXPECT_FALSE(pending.wait_for(std::chrono::milliseconds(50)));
  EXPECT_LE(calls::waits() - before, 3);
  gate.let_go(1);
  EXPECT_THROW(pending.get(), WorkerDied);
}

TEST_P(SystemCalls, DoNoHarmIfWaitingByPidfdIsRefused) {
  calls::refuse_to_wait_by_pidfd(true);
  const Holdings before = holdings();
  {
    Pool pool(workers(2));
    EXPECT_TRUE(works(pool));
    auto pending = pool.apply_async([] { return ::raise(SIGKILL); });
    EXPECT_THROW(pending.get(), WorkerDied);
    EXPECT_TRUE(works(pool));
  }
  EXPECT_EQ(leaks_since(before), "");
  calls::refuse_to_wait_by_pidfd(false);
}

TEST(WorkerInput, IsEmptyWithoutDevNull) {
  const Descriptor kept(::dup(STDIN_FILENO));
  const Pipe input = make_pipe();
  write_fully(input.writer.get(), "x", 1);
  ::dup2(input.reader.get(), STDIN_FILENO);
  calls::hide_dev_null(true);
  Pool pool({.workers = 1});
  calls::hide_dev_null(false);
  EXPECT_EQ(pool.apply([] {
    char byte = 0;
    return ::read(STDIN_FILENO, &byte, 1);
  }),
            0);
  ::dup2(kept.get(), STDIN_FILENO);
}

// Workers that are idle are told to end, and a fork server by its socket.
TEST_P(SystemCalls, MayRefuseToSignalAtShutdown) {
  const Holdings before = holdings();
  {
    Pool pool(workers(2));
    EXPECT_TRUE(works(pool));
    calls::refuse_signals(true);
  }
  calls::refuse_signals(false);
  EXPECT_EQ(leaks_since(before), "");
}

TEST_P(SystemCalls, AreReportedIfTheyFailAtStart) {
  const Holdings before = holdings();
  std::set<std::string> failed;
  for (int good = 0;; ++good) {
    std::string error;
    calls::fail_after(good);
    try {
      const Pool pool(workers(3));
      error = "none";
    } catch (const PoolError& reason) {
      error = reason.what();
    }
    const std::string call = calls::stop_failing();
    EXPECT_EQ(leaks_since(before), "") << call;
    if (call.empty()) {
      EXPECT_EQ(error, "none");
      break;
    }
    failed.insert(call);
    EXPECT_THAT(error, HasSubstr("of 3 workers could be started")) << call;
    EXPECT_THAT(error, HasSubstr(call)) << good;
    ASSERT_LT(good, 1000);
  }
  EXPECT_THAT(failed, Contains("pipe2"));
  EXPECT_THAT(failed, Contains("pidfd_open"));
  EXPECT_THAT(failed, Contains("mmap"));
  EXPECT_THAT(
      failed,
      Contains(GetParam() == StartMethod::kFork ? "fork" : "posix_spawn"));
}

TEST_P(SystemCalls, LeaveTheWorkToOthersIfTheyFailForANewWorker) {
  Pool pool(workers(2));
  EXPECT_TRUE(works(pool));
  const Holdings before = holdings();
  bool replaced = false;
  for (int good = 0; !replaced; ++good) {
    kill_and_wait(pool.workers()[0]);
    calls::fail_after(good);
    auto pending = pool.map_async(same, numbers(50), 1);
    ASSERT_TRUE(pending.wait_for(kDeadline));
    const std::string call = calls::stop_failing();
    EXPECT_EQ(pending.get(), numbers(50)) << call;
    replaced = call.empty();
    // Now nothing fails any more, and the set is full again.
    EXPECT_TRUE(works(pool));
    EXPECT_EQ(pool.workers().size(), 2U) << call;
    ASSERT_LT(good, 1000);
  }
  EXPECT_EQ(holdings().descriptors.size(), before.descriptors.size());
}

TEST_P(SystemCalls, AreReportedIfTheyFailForTheOnlyWorker) {
  const Holdings before = holdings();
  bool replaced = false;
  for (int good = 0; !replaced; ++good) {
    EXPECT_EQ(leaks_since(before), "") << good;
    Pool pool(workers(1));
    EXPECT_TRUE(works(pool));
    EXPECT_THROW(pool.apply([](int code) { ::_exit(code); }, 1), WorkerDied);
    calls::fail_after(good);
    auto pending = pool.map_async(same, numbers(9), 1);
    ASSERT_TRUE(pending.wait_for(kDeadline));
    const std::string call = calls::stop_failing();
    replaced = call.empty();
    if (replaced) {
      EXPECT_EQ(pending.get(), numbers(9));
    } else {
      EXPECT_THAT(
          error_of<PoolError>([&] { pending.get(); }),
          AllOf(HasSubstr("no worker can be started"), HasSubstr(call)));
    }
    ASSERT_LT(good, 1000);
  }
}

std::string extended(const std::string& item) { return item + '.'; }

// Each way of giving work, with items of many sizes.
void expect_right_results(Pool& pool) {
  std::vector<std::string> items;
  std::vector<std::string> expected;
  for (const std::size_t size :
       {0U, 1U, 47U, 48U, 4095U, 4096U, 8192U, 20000U, 70000U, 150000U, 1U}) {
    items.emplace_back(size, 's');
    expected.push_back(items.back() + '.');
  }
  for (const int chunk_size : {1, 2, 11}) {
    EXPECT_EQ(pool.map(extended, items, chunk_size), expected);
  }
  EXPECT_EQ(pool.map(same, numbers(2000), 1), numbers(2000));
  EXPECT_EQ(pool.map(same, numbers(100'000)), numbers(100'000));
  EXPECT_EQ(pool.starmap([](int a, int b) { return a - b; },
                         std::vector<std::pair<int, int>>{{5, 3}, {1, 2}}),
            (std::vector{2, -1}));
  int next = 0;
  for (const int i : pool.imap(same, numbers(300), 2)) EXPECT_EQ(i, next++);
  EXPECT_EQ(next, 300);
  std::multiset<int> squares;
  for (const int i : pool.imap_unordered(square, numbers(50)))
    squares.insert(i);
  EXPECT_EQ(squares.size(), 50U);
  EXPECT_EQ(pool.apply(extended, items[9]), expected[9]);
  EXPECT_THAT(error_of<TaskError>([&] {
                pool.map(
                    [](int i) {
                      if (i == 17) throw std::runtime_error("not seventeen");
                    },
                    numbers(40), 4);
              }),
              HasSubstr("not seventeen"));
}

TEST_P(SystemCalls, GiveRightResultsEvenIfTheyTransferOnlyAPart) {
  for (std::uint32_t seed = 1; seed <= static_cast<std::uint32_t>(repeated(2));
       ++seed) {
    SCOPED_TRACE(seed);
    calls::stutter(seed);
    Pool pool(workers(2, {calls::stutter, seed + 1000}));
    expect_right_results(pool);
    EXPECT_THROW(pool.apply([](int code) { ::_exit(code); }, 1), WorkerDied);
    EXPECT_TRUE(works(pool));
    pool.close();
    pool.join();
    calls::stop_stuttering();
  }
}

}  // namespace
}  // namespace cow::testing

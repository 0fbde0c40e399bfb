// What becomes of the batch that a worker was at when it died: it fails, or is
// run once more, as the pool was told.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pool/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

// Notes in the file `path`, which workers need not inherit, that a task runs.
// Returns how many have done so before.
int count_run(const std::string& path) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  write_fully(file.get(), "r", 1);
  return static_cast<int>(std::filesystem::file_size(path)) - 1;
}

int die_the_first_time(const std::string& path) {
  if (count_run(path) == 0) std::raise(SIGKILL);
  return 1;
}
int die_always(const std::string& path) {
  count_run(path);
  return std::raise(SIGKILL);
}

class Retry : public EveryStartMethod {
 protected:
  Pool retrying(int workers = 2) const {
    return Pool({.workers = workers,
                 .start_method = GetParam(),
                 .on_death = OnDeath::kRetryOnce});
  }
  std::string file(int i = 0) const {
    return folder_.path() / std::to_string(i);
  }
  // How often the task of `file(i)` was begun.
  int runs(int i = 0) const {
    return static_cast<int>(std::filesystem::file_size(file(i)));
  }

 private:
  TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(, Retry, every_method(), name_of_method);

TEST_P(Retry, RunsATaskAgainIfItKillsItsWorker) {
  Pool pool = retrying();
  EXPECT_EQ(pool.apply(die_the_first_time, file()), 1);
  EXPECT_EQ(runs(), 2);
  EXPECT_TRUE(works(pool));
}

TEST_P(Retry, RunsATaskTwiceAtMost) {
  Pool pool = retrying();
  for (int i = 0; i < 3; ++i) {
    try {
      pool.map(die_always, std::vector{file(i)});
      FAIL() << "nothing was thrown";
    } catch (const WorkerDied& died) {
      EXPECT_EQ(died.signal(), SIGKILL);
      EXPECT_EQ(died.item(), 0);
    }
    EXPECT_EQ(runs(i), 2);
  }
  EXPECT_TRUE(works(pool));
}

TEST_P(Retry, IsOffByDefault) {
  Pool failing = pool(2);
  EXPECT_THROW(failing.apply(die_the_first_time, file()), WorkerDied);
  EXPECT_TRUE(works(failing));
  EXPECT_EQ(runs(), 1);
}

TEST_P(Retry, LosesNoResultOfAnotherItem) {
  Pool pool = retrying();
  std::vector<std::string> files;
  for (int i = 0; i < 20; ++i) files.push_back(file(i));
  auto before = pool.map_async(same, numbers(50), 1);
  auto dying = pool.map_async(die_the_first_time, files, 1);
  auto after = pool.map_async(same, numbers(50), 1);
  EXPECT_EQ(after.get(), numbers(50));
  EXPECT_EQ(dying.get(), std::vector(20, 1));
  EXPECT_EQ(before.get(), numbers(50));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(runs(i), 2) << i;
}

TEST_P(Retry, KeepsTheOrderOfAnImap) {
  Pool pool = retrying();
  const auto task = [](const std::string& path) {
    return path.ends_with("7") ? die_always(path) : die_the_first_time(path);
  };
  std::vector<std::string> files;
  for (int i = 0; i < 10; ++i) files.push_back(file(i));
  auto results = pool.imap(task, files);
  for (int i = 0; i < 10; ++i) {
    if (i == 7) {
      EXPECT_THAT(error_of<WorkerDied>([&] { results.next(); }),
                  ::testing::HasSubstr("in item 7"));
    } else {
      EXPECT_EQ(results.next(), 1) << i;
    }
  }
  EXPECT_EQ(results.next(), std::nullopt);
}

// The items in front of it in its batch as well: their results went with it.
TEST_P(Retry, RunsTheWholeBatchAgain) {
  Counters counters(8);
  Pool pool = retrying(1);
  const auto task = [](int i) {
    if (Counters::add(i) == 0 && i == 2) ::_exit(1);
    return i;
  };
  EXPECT_EQ(pool.map(task, numbers(8), 4), numbers(8));
  EXPECT_EQ(counters.all(), (std::vector{2, 2, 2, 1, 1, 1, 1, 1}));
}

TEST_P(Retry, DoesNotRepeatATaskThatThrew) {
  Counters counters(1);
  Pool pool = retrying(1);
  EXPECT_THROW(pool.apply(
                   [](int i) {
                     Counters::add(i);
                     throw std::runtime_error("no");
                   },
                   0),
               TaskError);
  EXPECT_TRUE(works(pool));
  EXPECT_EQ(counters.all(), std::vector{1});
}

TEST_P(Retry, RunsATaskAgainIfItsWorkerIsKilledFromOutside) {
  Gate gate;
  Counters counters(1);
  Pool pool = retrying();
  auto pid = pool.apply_async([] {
    Counters::add(0);
    Gate::stop();
    return ::getpid();
  });
  ASSERT_TRUE(gate.arrived(pid, 1));
  const std::vector<pid_t> first = pool.workers();
  for (const pid_t worker : first) kill_and_wait(worker);
  ASSERT_TRUE(gate.arrived(pid, 1));
  gate.let_go(1);
  EXPECT_THAT(first, ::testing::Not(::testing::Contains(pid.get())));
  EXPECT_EQ(counters.all(), std::vector{2});
}

// Of its first run the half of a large result is there already, in the place
// where the whole will be.
TEST_P(Retry, DiscardsAHalfWrittenResult) {
  constexpr Eigen::Index kCount = 4 << 20;  // 32 MiB
  Gate gate;
  Counters counters(1);
  Pool pool = retrying(1);
  auto pending = pool.apply_async([]() -> Eigen::VectorXd {
    const int run = Counters::add(0);
    Gate::arrive();
    return Eigen::VectorXd::Constant(kCount, run + 1);
  });
  ASSERT_TRUE(gate.arrived(1));
  const pid_t worker = pool.workers()[0];
  // What fits into the pipe is taken out again and again, a part at a time.
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(comes_to_be(worker, 'S')) << "its pipe is full";
    ASSERT_FALSE(pending.ready());
  }
  kill_and_wait(worker);
  const Eigen::VectorXd result = pending.get();
  EXPECT_TRUE(result == Eigen::VectorXd::Constant(kCount, 2));
  EXPECT_EQ(counters.all(), std::vector{2});
}

}  // namespace
}  // namespace cow::testing

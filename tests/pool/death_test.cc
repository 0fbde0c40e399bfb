// Workers that die: at once noticed, told with the item, replaced; no other
// result is lost, and nothing hangs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

struct Way {
  const char* name;
  void (*die)();
  int signal;
  const char* words;
};

const Way kWays[] = {
    {"Abort", [] { std::abort(); }, SIGABRT, "signal 6 (Aborted)"},
    {"Kill", [] { ::raise(SIGKILL); }, SIGKILL, "signal 9 (Killed)"},
    {"Term", [] { ::raise(SIGTERM); }, SIGTERM, "signal 15"},
    {"UnderscoreExit", [] { ::_exit(5); }, 0, "exit status 5"},
    {"Exit", [] { std::exit(3); }, 0, "exit status 3"},
    {"ExitWithZero", [] { ::_exit(0); }, 0, "exit status 0"},
};

// Dies in item 3, in one of kWays.
struct DieAtThree {
  int way = 0;
  int operator()(int i) const {
    if (i == 3) kWays[way].die();
    return i;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(way);
  }
};

class Death : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Death, every_method(), name_of_method);

TEST_P(Death, IsReportedWithTheItem) {
  Pool pool(options(2));
  for (int way = 0; way < static_cast<int>(std::size(kWays)); ++way) {
    SCOPED_TRACE(kWays[way].name);
    const std::vector<pid_t> before = pool.workers();
    try {
      pool.map(DieAtThree{way}, numbers(8), 1);
      FAIL() << "nothing was thrown";
    } catch (const WorkerDied& died) {
      EXPECT_EQ(died.signal(), kWays[way].signal);
      EXPECT_EQ(died.item(), 3);
      EXPECT_THAT(before, ::testing::Contains(died.worker()));
      EXPECT_THAT(died.what(), HasSubstr(kWays[way].words));
      EXPECT_THAT(died.what(), HasSubstr("in item 3"));
    }
    EXPECT_TRUE(works(pool));
  }
}

TEST_P(Death, LosesNoResultOfAnotherMap) {
  Pool pool(options(2));
  for (int way = 0; way < static_cast<int>(std::size(kWays)); ++way) {
    SCOPED_TRACE(kWays[way].name);
    auto before = pool.map_async(same, numbers(10), 1);
    auto dying = pool.map_async(DieAtThree{way}, numbers(8), 1);
    auto after = pool.map_async(same, numbers(10), 1);
    EXPECT_THROW(dying.get(), WorkerDied);
    EXPECT_EQ(before.get(), numbers(10));
    EXPECT_EQ(after.get(), numbers(10));
    EXPECT_TRUE(works(pool));
  }
}

void abort_in(int) { std::abort(); }

class Deaths : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Deaths, every_method(), name_of_method);

TEST_P(Deaths, NameTheItemWhateverTheChunkSize) {
  Pool pool(options(2));
  for (const int chunk_size : {1, 2, 3, 4, 8}) {
    EXPECT_THAT(error_of<WorkerDied>(
                    [&] { pool.map(DieAtThree(), numbers(8), chunk_size); }),
                HasSubstr("in item 3"));
  }
}

TEST_P(Deaths, AreReportedForTheLowestItem) {
  Pool pool(options(3));
  for (int i = 0; i < 5; ++i) {
    try {
      pool.map(abort_in, numbers(9), 1);
      FAIL() << "nothing was thrown";
    } catch (const WorkerDied& died) {
      EXPECT_EQ(died.item(), 0);
    }
  }
}

TEST_P(Deaths, AreFollowedByAFullSetOfNewWorkers) {
  Gate gate;
  Pool pool(options(3));
  const std::vector<pid_t> before = pool.workers();
  const auto abort_together = [](int /*item*/) {
    Gate::stop();
    std::abort();
  };
  auto ends = pool.map_async(abort_together, numbers(3), 1);
  ASSERT_TRUE(gate.arrived(ends, 3));
  gate.let_go(3);
  EXPECT_THROW(ends.get(), WorkerDied);

  auto pending = pool.map_async(stop_at_gate, numbers(3), 1);
  ASSERT_TRUE(gate.arrived(pending, 3));  // three are working at the same time
  const std::vector<pid_t> now = pool.workers();
  EXPECT_EQ(now.size(), 3U);
  for (const pid_t pid : now) {
    EXPECT_THAT(before, ::testing::Not(::testing::Contains(pid)));
  }
  gate.let_go(3);
  EXPECT_EQ(pending.get(), numbers(3));
}

TEST_P(Deaths, LeaveThePoolIntactEvenIfThereAreAHundred) {
  Pool pool(options(2));
  auto pending = pool.map_async(abort_in, numbers(100), 1);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THROW(pending.get(), WorkerDied);
  EXPECT_TRUE(works(pool));
}

TEST_P(Deaths, AreReportedWithTheItemOfABusyWorker) {
  Gate gate;
  Counters done(2);
  Pool pool(options(2));
  auto pending = pool.map_async(
      [](int i) {
        Gate::stop();
        Counters::add(i);
      },
      numbers(2), 1);
  auto other = pool.map_async(same, numbers(4), 1);
  ASSERT_TRUE(gate.arrived(pending, 2));
  const pid_t victim = pool.workers()[1];
  kill_and_wait(victim);
  gate.let_go(1);  // only the other one is there to take it
  ASSERT_TRUE(pending.wait_for(kDeadline));
  try {
    pending.get();
    FAIL() << "nothing was thrown";
  } catch (const WorkerDied& died) {
    EXPECT_EQ(died.worker(), victim);
    EXPECT_EQ(died.signal(), SIGKILL);
    std::vector expected(2, 1);
    expected.at(static_cast<std::size_t>(died.item())) = 0;
    EXPECT_EQ(done.all(), expected);
  }
  EXPECT_EQ(other.get(), numbers(4));
  EXPECT_TRUE(works(pool));
  EXPECT_EQ(pool.workers().size(), 2U);
}

TEST_P(Deaths, LoseNoResultIfTheWorkerIsIdle) {
  Gate gate;
  Pool pool(options(3));
  EXPECT_TRUE(works(pool));
  const pid_t victim = pool.workers()[1];
  kill_and_wait(victim);
  auto pending = pool.map_async(stop_at_gate, numbers(3), 1);
  ASSERT_TRUE(gate.arrived(pending, 3));  // so three are at work
  EXPECT_EQ(pool.workers().size(), 3U);
  EXPECT_THAT(pool.workers(), ::testing::Not(::testing::Contains(victim)));
  gate.let_go(3);
  EXPECT_EQ(pending.get(), numbers(3));
}

TEST_P(Deaths, LoseNoResultIfAllWorkersAreIdle) {
  Pool pool(options(2));
  for (const pid_t victim : pool.workers()) kill_and_wait(victim);
  EXPECT_TRUE(works(pool));
}

TEST_P(Deaths, OfIdleWorkersLeaveBusyWorkersAlone) {
  Gate gate;
  Pool pool(options(2));
  auto pending = pool.map_async(stop_at_gate, numbers(1));
  ASSERT_TRUE(gate.arrived(pending, 1));
  kill_and_wait(pool.apply([] { return ::getpid(); }));
  EXPECT_FALSE(pending.ready());
  gate.let_go(1);
  EXPECT_EQ(pending.get(), numbers(1));
  EXPECT_TRUE(works(pool));
}

TEST_P(Deaths, DoNotHoldUpShutdownIfWorkersAreIdle) {
  Pool joined(options(2));
  for (const pid_t victim : joined.workers()) kill_and_wait(victim);
  joined.close();
  joined.join();
  Pool dropped(options(2));
  for (const pid_t victim : dropped.workers()) kill_and_wait(victim);
}

// A worker that has not begun a batch, because it is stopped, takes nothing
// with it: another one gets the batch.
TEST_P(Deaths, LoseNoOtherResultWhileALargeItemIsSent) {
  Pool pool(options(1));
  const pid_t victim = pool.workers()[0];
  ::kill(victim, SIGSTOP);
  const std::vector<std::string> items(1, std::string(1 << 24, 'x'));
  auto pending =
      pool.map_async([](const std::string& s) { return s.size(); }, items);
  EXPECT_FALSE(pending.ready());
  ::kill(victim, SIGKILL);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_EQ(pending.get(), std::vector<std::size_t>{1 << 24});
  EXPECT_TRUE(works(pool));
}

TEST_P(Deaths, DuringALargeReplyAreReportedWithTheItem) {
  Gate gate;
  Pool pool(options(1));
  const pid_t worker = pool.workers()[0];
  auto pending = pool.map_async(
      [](int) {
        Gate::arrive();
        return std::vector<char>(std::size_t{64} << 20, 'x');
      },
      numbers(1));
  ASSERT_TRUE(gate.arrived(1));
  // Nobody reads: it writes until its pipe is full, and can only wait then.
  ASSERT_TRUE(comes_to_be(worker, 'S'));
  ::kill(worker, SIGKILL);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<WorkerDied>([&] { pending.get(); }),
              HasSubstr("signal 9 (Killed) in item 0"));
  EXPECT_TRUE(works(pool));
}

// A result whose end is its worker's end: that is right after the reply.
class LastWill {
 public:
  LastWill() = default;
  explicit LastWill(bool armed) : armed_(armed) {}
  LastWill(LastWill&& other) noexcept
      : armed_(std::exchange(other.armed_, false)), word_(other.word_) {}
  LastWill& operator=(LastWill&& other) noexcept {
    std::swap(armed_, other.armed_);
    std::swap(word_, other.word_);
    return *this;
  }
  ~LastWill() {
    if (armed_) ::raise(SIGKILL);
  }
  template <class Archive>
  void save(Archive& archive) const {
    archive(7);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(word_);
  }
  int word() const { return word_; }

 private:
  bool armed_ = false;
  int word_ = 0;
};

TEST_P(Deaths, RightAfterAReplyLoseNoResult) {
  Pool pool(options(1));
  const std::vector<Descriptor> worker = watch(pool.workers());
  auto pending = pool.map_async([](int) { return LastWill(true); }, numbers(1));
  ASSERT_TRUE(all_end(worker));  // before the pool looks at what it sent
  EXPECT_EQ(pending.get()[0].word(), 7);
  EXPECT_TRUE(works(pool));
}

TEST_P(Deaths, AreReportedEvenIfTheWorkerWasStopped) {
  Gate gate;
  Pool pool(options(1));
  auto pending = pool.map_async(stop_at_gate, numbers(1));
  ASSERT_TRUE(gate.arrived(pending, 1));
  ::kill(pool.workers()[0], SIGSTOP);
  EXPECT_FALSE(pending.ready());
  ::kill(pool.workers()[0], SIGKILL);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THROW(pending.get(), WorkerDied);
}

TEST_P(Deaths, AreNotReportedWhileAWorkerIsOnlyStopped) {
  Gate gate;
  Pool pool(options(2));
  const pid_t stopped = pool.workers()[0];
  ::kill(stopped, SIGSTOP);
  auto pending = pool.map_async(
      [](int i) {
        Gate::arrive();
        return i;
      },
      numbers(20), 1);
  ASSERT_TRUE(gate.arrived(pending, 20));
  auto later = pool.map_async(same, numbers(20), 1);
  ASSERT_TRUE(later.wait_for(kDeadline));
  EXPECT_EQ(later.get(), numbers(20));
  EXPECT_EQ(pending.get(), numbers(20));
  ::kill(stopped, SIGCONT);
  EXPECT_TRUE(works(pool));
  EXPECT_EQ(pool.workers()[0], stopped);
}

}  // namespace
}  // namespace cow::testing

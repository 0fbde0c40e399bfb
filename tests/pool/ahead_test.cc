// Batches are prefetched by workers that are busy, and stolen back when another
// is idle: nobody is held up, and nothing is run twice.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "pool/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

constexpr int kItems = 100;

// Stops at the gate with one of the items, arrives there with the others.
template <int kSlow>
int stop_with(int i) {
  if (i == kSlow) {
    Gate::stop();
  } else {
    Gate::arrive();
  }
  return i;
}

TEST(Prefetch, LetsOtherTasksRunDuringASlowTask) {
  for (const int chunk_size : {1, 2}) {
    for (int (*task)(int) : {&stop_with<0>, &stop_with<50>}) {
      Gate gate;
      Pool pool({.workers = 2});
      auto pending = pool.map_async(task, numbers(kItems), chunk_size);
      // All have arrived but one that may share the batch of the slow one.
      ASSERT_TRUE(gate.arrived(pending, kItems - chunk_size + 1));
      EXPECT_FALSE(pending.ready());
      gate.let_go(1);
      EXPECT_EQ(pending.get(), numbers(kItems));
    }
  }
}

TEST(Prefetch, LetsOtherTasksRunDuringManySlowTasks) {
  Gate gate;
  Pool pool({.workers = 4});
  auto slow = pool.map_async(stop_at_gate, numbers(3), 1);
  auto quick = pool.map_async(same, numbers(1000), 1);
  ASSERT_TRUE(gate.arrived(slow, 3));
  ASSERT_TRUE(quick.wait_for(kDeadline));
  EXPECT_EQ(quick.get(), numbers(1000));
  EXPECT_FALSE(slow.ready());
  gate.let_go(3);
  EXPECT_EQ(slow.get(), numbers(3));
}

class PrefetchByAnyMethod : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, PrefetchByAnyMethod, every_method(), name_of_method);

// A worker that inherits no gate waits for a FIFO to be opened.
TEST_P(PrefetchByAnyMethod, LetsOtherTasksRunDuringASlowTask) {
  const TemporaryFolder folder;
  const std::string fifo = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::vector<std::string> items(kItems);
  items[0] = fifo;
  Pool mapping = pool(2);
  auto results = mapping.imap_unordered(
      [](const std::string& path) {
        if (!path.empty()) Descriptor(::open(path.c_str(), O_RDONLY));
        return static_cast<int>(path.size());
      },
      items);
  for (int i = 1; i < kItems; ++i) {
    ASSERT_TRUE(results.wait_for(kDeadline)) << i;
    ASSERT_EQ(results.next(), 0);
  }
  EXPECT_FALSE(results.wait_for(std::chrono::milliseconds(0)));
  const Descriptor opened(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(results.next(), static_cast<int>(fifo.size()));
  EXPECT_EQ(results.next(), std::nullopt);
}

// Whether each worker begins a task while the others are at theirs, and all
// come to an end.
bool all_meet(Pool& pool, Gate& gate) {
  auto meeting = pool.map_async(stop_at_gate, numbers(pool.size()), 1);
  if (!gate.arrived(meeting, pool.size())) return false;
  gate.let_go(pool.size());
  return meeting.get() == numbers(pool.size());
}

// The workers, of which the first `count` are stopped; all have met before.
std::vector<pid_t> stop_workers(Pool& pool, Gate& gate, std::size_t count) {
  EXPECT_TRUE(all_meet(pool, gate));
  const std::vector<pid_t> workers = pool.workers();
  for (std::size_t i = 0; i < count; ++i) {
    ::kill(workers[i], SIGSTOP);
    EXPECT_TRUE(comes_to_be(workers[i], 'T'));
  }
  return workers;
}

TEST_P(PrefetchByAnyMethod, LetsOtherWorkersRunBatchesOfAStoppedWorker) {
  Gate gate;
  Pool pool = this->pool(3);
  const std::vector<pid_t> workers = stop_workers(pool, gate, 2);
  for (const unsigned size : {0U, 100U, 10'000U}) {
    auto pids = pool.map_async([](const std::string&) { return ::getpid(); },
                               std::vector(20, std::string(size, 'x')), 1);
    ASSERT_TRUE(pids.wait_for(kDeadline)) << size;
    EXPECT_EQ(pids.transfer().batches, 20);
    EXPECT_EQ(pids.get(), std::vector<pid_t>(20, workers[2]));
  }

  // They read over what lies in their pipes, and are idle then: only to one
  // that is goes what is larger than a pipe.
  ::kill(workers[0], SIGCONT);
  ::kill(workers[1], SIGCONT);
  auto large = pool.map_async(
      [](const std::string& item) {
        return stop_at_gate(static_cast<int>(item.size()));
      },
      std::vector(3, std::string(2 << 20, 'x')), 1);
  ASSERT_TRUE(gate.arrived(large, 3));
  gate.let_go(3);
  EXPECT_EQ(large.get(), std::vector(3, 2 << 20));
}

// As long as two of them fit into a pipe, however large they are.
TEST_P(PrefetchByAnyMethod, KeepsAWorkerBusyWhileThePoolIsNotCalled) {
  for (const std::size_t size : {10U, 5'000U, 25'000U}) {
    Gate gate;
    Pool pool = this->pool(1);
    auto lengths = pool.map_async(
        [](const std::string& item) {
          Gate::stop();
          return item.size();
        },
        std::vector(2, std::string(size, 'x')), 1);
    ASSERT_TRUE(gate.arrived(lengths, 1)) << size;
    gate.let_go(1);
    EXPECT_TRUE(gate.arrived(1)) << size;
    gate.let_go(1);
    EXPECT_EQ(lengths.get(), std::vector(2, size));
  }
}

// A small amount of work most of the time, a thousand times as much now and
// then; which it is, the item says.
void spin(int i) {
  const unsigned mixed = static_cast<unsigned>(i) * 2654435761U;
  const unsigned rounds = mixed % 37 == 0 ? 200'000 : mixed % 200;
  for (volatile unsigned round = 0; round < rounds;) round = round + 1;
}

TEST(Prefetch, RunsEveryItemOnceForTasksOfAnyLength) {
  constexpr int kMost = 400;
  Counters counters(kMost);
  Pool pool({.workers = 3});
  std::mt19937 random(7);
  std::vector<int> expected(kMost, 0);
  for (int round = 0; round < 200; ++round) {
    const int count = 1 + static_cast<int>(random() % kMost);
    const int chunk_size = 1 + static_cast<int>(random() % 3);
    const auto task = [](int i) {
      spin(i);
      Counters::add(i);
      return i;
    };
    ASSERT_EQ(pool.map(task, numbers(count), chunk_size), numbers(count));
    for (int i = 0; i < count; ++i) ++expected[static_cast<std::size_t>(i)];
  }
  EXPECT_EQ(counters.all(), expected);
}

TEST(Prefetch, CountsAStolenBatchOnce) {
  Gate gate;
  Pool pool({.workers = 2});
  auto pending = pool.map_async(stop_with<0>, numbers(kItems), 1);
  ASSERT_TRUE(gate.arrived(pending, kItems));
  gate.let_go(1);
  pending.wait();
  EXPECT_EQ(pending.transfer().batches, kItems);
  EXPECT_EQ(pending.transfer().to_workers, Bytes(kItems * (48 + 8 + 4)));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(kItems * (48 + 4)));
}

TEST(Prefetch, LosesOnlyTheBegunBatchAtADeath) {
  Gate gate;
  Counters counters(kItems);
  Pool pool({.workers = 1});
  auto results = pool.imap(
      [](int i) {
        Counters::add(i);
        if (i % 10 == 0) Gate::stop();  // meanwhile others are prefetched
        if (i % 10 == 0) std::raise(SIGKILL);
        return i;
      },
      numbers(kItems));
  gate.let_go(kItems / 10);
  for (int i = 0; i < kItems; ++i) {
    if (i % 10 == 0) {
      EXPECT_THROW(results.next(), WorkerDied) << i;
    } else {
      EXPECT_EQ(results.next(), i);
    }
  }
  EXPECT_EQ(counters.all(), std::vector(kItems, 1));
}

TEST(Prefetch, RespectsMaxTasksPerChild) {
  Pool pool({.workers = 3, .max_tasks_per_child = 3});
  std::map<pid_t, int> batches;
  for (int round = 0; round < 5; ++round) {
    const auto task = [](int i) {
      spin(i);
      return ::getpid();
    };
    for (const pid_t pid : pool.map(task, numbers(50), 1)) ++batches[pid];
  }
  for (const auto& [pid, count] : batches) EXPECT_LE(count, 3) << pid;
}

}  // namespace
}  // namespace cow::testing

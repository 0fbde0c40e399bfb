// Pipes that hold next to nothing, and replies that end in the middle or are
// none at all.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cow/pool/frame.h"
#include "pool/faults_calls.h"
#include "pool/faults_support.h"
#include "support/leaks.h"

namespace cow::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// The descriptors of this process that are pipes and were not open `before`.
std::vector<int> new_pipes(const Holdings& before) {
  std::vector<int> pipes;
  for (const std::string& name : holdings().descriptors) {
    if (before.descriptors.contains(name)) continue;
    if (name.find("-> pipe:") != std::string::npos) {
      pipes.push_back(std::stoi(name));
    }
  }
  return pipes;
}

// A pool whose pipes are of one page.
class TinyPipes : public EveryStartMethod {
 protected:
  Pool pool(int workers, int max_tasks_per_child = 0) {
    calls::refuse_other_capacities(false);
    const Holdings before = holdings();
    Pool pool({.workers = workers,
               .start_method = GetParam(),
               .max_tasks_per_child = max_tasks_per_child});
    const std::vector<int> pipes = new_pipes(before);
    // Both ends of one, and one end of the other, of each worker.
    EXPECT_EQ(pipes.size(), static_cast<std::size_t>(3 * workers));
    for (const int pipe : pipes) {
      EXPECT_EQ(::fcntl(pipe, F_SETPIPE_SZ, 4096), 4096);
    }
    calls::refuse_other_capacities(true);
    return pool;
  }
  void TearDown() override { calls::refuse_other_capacities(false); }
};

INSTANTIATE_TEST_SUITE_P(, TinyPipes, every_method(), name_of_method);

std::string reversed(const std::string& item) {
  return {item.rbegin(), item.rend()};
}

TEST_P(TinyPipes, GiveRightResultsWithoutHanging) {
  Pool tiny = pool(2);
  std::vector<std::string> items;
  std::vector<std::string> expected;
  for (const std::size_t size : {100U, 4000U, 4047U, 4048U, 4049U, 4096U, 9000U,
                                 100'000U, 1'000'000U, 3U}) {
    items.push_back(std::string(size, 't') + '.');
    expected.push_back('.' + std::string(size, 't'));
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(tiny.map(reversed, items, 1), expected);
    EXPECT_EQ(tiny.map(reversed, items, 3), expected);
  }
  EXPECT_EQ(tiny.map(same, numbers(3000), 1), numbers(3000));
  EXPECT_EQ(tiny.map(same, numbers(50'000)), numbers(50'000));
  int next = 0;
  for (const int i : tiny.imap(same, numbers(1000))) EXPECT_EQ(i, next++);
  EXPECT_EQ(next, 1000);
}

std::string of_size(std::size_t size) { return std::string(size, 's'); }
std::size_t length_of(const std::string& item) { return item.size(); }

// How many of these ends belong to a pipe that holds more than `capacity`.
std::int64_t larger_than(int capacity, const std::vector<int>& ends) {
  return std::count_if(ends.begin(), ends.end(), [=](int end) {
    return ::fcntl(end, F_GETPIPE_SZ) > capacity;
  });
}

// (Those that take their places have pipes of the usual size.)
TEST_P(TinyPipes, WorkWithMaxTasksPerChild) {
  for (const int max_tasks : {1, 3}) {
    Pool tiny = pool(2, max_tasks);
    std::vector<std::string> items;
    std::vector<std::string> expected;
    for (std::size_t size = 1990; size < 2010; ++size) {
      items.push_back(std::string(size, 't') + '.');
      expected.push_back('.' + std::string(size, 't'));
    }
    EXPECT_EQ(tiny.map(reversed, items, 1), expected);
    EXPECT_EQ(tiny.map(reversed, items, 2), expected);
  }
}

TEST(Pipes, GrowForALargeItemOrResult) {
  const Pipe usual = make_pipe();
  const int capacity = ::fcntl(usual.reader.get(), F_GETPIPE_SZ);
  const Holdings before = holdings();
  Pool pool({.workers = 1});
  const std::vector<int> ends = new_pipes(before);
  ASSERT_EQ(ends.size(), 3U);  // both of the tasks', and one of the results'
  EXPECT_TRUE(works(pool));
  EXPECT_EQ(larger_than(capacity, ends), 0);
  // One that reads might keep up with what is written to it.
  const pid_t worker = pool.workers().front();
  ::kill(worker, SIGSTOP);
  ASSERT_TRUE(comes_to_be(worker, 'T'));
  auto length = pool.apply_async(length_of, of_size(1 << 20));
  EXPECT_EQ(larger_than(capacity, ends), 2);
  ::kill(worker, SIGCONT);
  EXPECT_EQ(length.get(), std::size_t{1} << 20);
  EXPECT_EQ(pool.apply(of_size, std::size_t{1} << 20).size(), 1U << 20);
  EXPECT_EQ(larger_than(capacity, ends), 3);
}

// A reply whose end stops or kills its worker: so that is right after a batch.
class Farewell {
 public:
  Farewell() = default;
  explicit Farewell(int signal) : signal_(signal) {}
  Farewell(Farewell&& other) noexcept
      : signal_(std::exchange(other.signal_, 0)) {}
  Farewell& operator=(Farewell&& other) noexcept {
    std::swap(signal_, other.signal_);
    return *this;
  }
  ~Farewell() {
    if (signal_ != 0) ::raise(signal_);
  }
  template <class Archive>
  void save(Archive& /*archive*/) const {}
  template <class Archive>
  void load(Archive& /*archive*/) {}

 private:
  int signal_ = 0;
};

Farewell stop_at_gate_and_end_in(int signal) {
  Gate::stop();
  return Farewell(signal);
}

// The signal of one worker comes after its reply.
bool wait_for_one(const std::vector<pid_t>& workers, int signal) {
  const auto has_come = [signal](pid_t worker) {
    const char state = state_of(worker);
    return signal == SIGSTOP ? state == 'T' : state == 'Z' || state == '\0';
  };
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (std::none_of(workers.begin(), workers.end(), has_come)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::sched_yield();
  }
  return true;
}

// One of two workers is at the gate, and two batches of `size` bytes each are
// given to it ahead. The other one runs them, but they stay in that pipe. Then
// the first one ends in `signal`, and the pool is joined.
int join_with_a_full_pipe(Pool& pool, Gate& gate, int signal,
                          std::size_t size) {
  auto held = pool.apply_async(stop_at_gate_and_end_in, signal);
  if (!gate.arrived(held, 1)) return 1;
  const std::vector<std::string> items(5, std::string(size, 'a'));
  if (pool.map(reversed, items, 1) != items) return 2;
  const std::vector<pid_t> workers = pool.workers();
  gate.let_go(1);
  held.wait();
  if (!wait_for_one(workers, signal)) return 3;
  pool.close();
  pool.join();
  return 0;
}

class FullPipes : public TinyPipes {
 protected:
  // Some of these fill a page but for the few bytes that the last frame takes.
  void expect_an_end(int signal) {
    for (std::size_t size = 1900; size < 2060; size += 10) {
      const ExitStatus status = in_a_child([&] {
        Gate gate;
        Pool full = pool(2);
        return join_with_a_full_pipe(full, gate, signal, size);
      });
      ASSERT_EQ(status.signal, 0) << size;
      ASSERT_EQ(status.code, 0) << size;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(, FullPipes, every_method(), name_of_method);

TEST_P(FullPipes, DoNotHoldUpShutdownOfStoppedWorkers) {
  expect_an_end(SIGSTOP);
}

TEST_P(FullPipes, DoNotHoldUpShutdownAfterWorkersDied) {
  expect_an_end(SIGKILL);
}

// Writes the first `size` bytes of the reply to item `size`, in the first batch
// that this worker was given, and ends.
int reply_in_part_and_die(int size) {
  const FrameHeader header{
      .kind = FrameKind::kResults, .payload = sizeof size, .batch = 1};
  std::string reply(sizeof header + sizeof size, '\0');
  std::memcpy(reply.data(), &header, sizeof header);
  std::memcpy(reply.data() + sizeof header, &size, sizeof size);
  write_fully(reply_pipe(), reply.data(), static_cast<std::size_t>(size));
  ::_exit(44);
}

class Replies : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Replies, every_method(), name_of_method);

TEST_P(Replies, AreReportedAsADeathIfCutAnywhere) {
  constexpr int kSize = sizeof(FrameHeader) + sizeof(int);
  Pool pool(options(1));
  for (int k = 0; k <= kSize; ++k) {
    auto pending = pool.map_async(reply_in_part_and_die, std::vector{k});
    ASSERT_TRUE(pending.wait_for(kDeadline));
    if (k == kSize) {
      EXPECT_EQ(pending.get(), std::vector{k});  // it was whole
    } else {
      EXPECT_THAT(error_of<WorkerDied>([&] { pending.get(); }),
                  HasSubstr("exit status 44 in item 0"))
          << k;
    }
  }
  EXPECT_TRUE(works(pool));
}

std::string random_bytes(std::size_t size, std::mt19937& random) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// A header that is right in some of its fields.
std::string nearly_a_frame(std::mt19937& random) {
  FrameHeader header;
  std::string bytes = random_bytes(sizeof header, random);
  std::memcpy(&header, bytes.data(), sizeof header);
  if (random() % 4 != 0) header.magic = FrameHeader::kMagic;
  if (random() % 4 != 0) header.kind = static_cast<FrameKind>(random() % 9);
  if (random() % 2 != 0) header.batch = random() % 8;
  if (random() % 4 != 0) header.payload = random() % 100;
  if (header.payload == sizeof(int)) ++header.payload;  // not quite a reply
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + random_bytes(random() % 100, random);
}

// A task whose state is what it writes.
struct Scribble {
  std::string bytes;
  int operator()(int i) const {
    write_fully(reply_pipe(), bytes.data(), bytes.size());
    if (i < 0) ::_exit(45);
    return i;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes);
  }
};

// Waits for `pending`, which is right, or told as lost with its worker: nothing
// else.
void expect_right_or_lost(Pending<std::vector<int>> pending,
                          const std::vector<int>& right) {
  ASSERT_TRUE(pending.wait_for(kDeadline));
  try {
    EXPECT_EQ(pending.get(), right);
  } catch (const WorkerDied& died) {
    EXPECT_THAT(died.what(), AnyOf(HasSubstr("something that is no reply"),
                                   HasSubstr("exit status 45")));
  }
}

// (A worker that goes on after its scribble may have begun another batch by the
// time the pool sees it: that one is lost as well, and told.)
void expect_no_harm(Pool& pool, const Scribble& scribble, int item) {
  auto before = pool.map_async(same, numbers(10), 1);
  expect_right_or_lost(pool.map_async(scribble, std::vector{item}), {item});
  expect_right_or_lost(std::move(before), numbers(10));
  EXPECT_EQ(pool.map(square, numbers(4), 1), (std::vector{0, 1, 4, 9}));
}

TEST_P(Replies, HarmNoOtherMapIfTheyAreRandomBytes) {
  std::mt19937 random(7);
  Pool pool(options(2));
  for (int i = 0; i < repeated(200) && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    // The worker goes on as if nothing had happened.
    expect_no_harm(pool, {random_bytes(1 + random() % 200, random)}, 5);
  }
}

TEST_P(Replies, HarmNoOtherMapIfTheyAreAlmostValid) {
  std::mt19937 random(8);
  Pool pool(options(2));
  for (int i = 0; i < repeated(300) && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    // The worker ends: for one that goes on, the pool would wait for as much as
    // it has announced.
    expect_no_harm(pool, {nearly_a_frame(random)}, -1);
  }
}

// A header that is right in some of its fields, but belongs to no batch of this
// worker, or is of no kind that a worker sends.
std::string nobodys_header(std::mt19937& random) {
  FrameHeader header{.payload = random() % 100'000, .entry = random()};
  switch (random() % 3) {
    case 0:
      header.kind = FrameKind::kResults;
      break;
    case 1:
      header.kind = FrameKind::kFailure;
      break;
    default:
      header.kind = static_cast<FrameKind>(100 + random() % 100);
  }
  header.batch = (std::uint64_t{1} << 40) + random();
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

TEST_P(Replies, AreNoticedIfTheirBatchIsUnknown) {
  std::mt19937 random(9);
  Pool pool(options(2));
  for (int i = 0; i < repeated(100) && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    expect_no_harm(pool, {nobodys_header(random)}, 5);
  }
}

// An item that does something in the middle of being read.
struct Trap {
  std::vector<char> first;
  int signal = 0;
  std::vector<char> second;

  template <class Archive>
  void save(Archive& archive) const {
    archive(first, signal, second);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(first, signal);
    ::raise(signal);
    archive(second);
  }
};

Trap trap(int signal) {
  return {std::vector<char>(5 << 20, 'a'), signal,
          std::vector<char>(5 << 20, 'b')};
}

int size_of(const Trap& item) {
  return static_cast<int>(item.first.size() + item.second.size());
}

class LargeItems : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, LargeItems, every_method(), name_of_method);

TEST_P(LargeItems, FailTheirTaskIfAWorkerDiesWhileItReadsThem) {
  Pool pool(options(1));
  for (int i = 0; i < 3; ++i) {
    auto pending = pool.map_async(size_of, std::vector{trap(SIGKILL)});
    ASSERT_TRUE(pending.wait_for(kDeadline));
    EXPECT_THAT(error_of<WorkerDied>([&] { pending.get(); }),
                HasSubstr("signal 9 (Killed) in item 0"));
    EXPECT_TRUE(works(pool));
  }
}

// Waits until a worker of `pool` is stopped, while the pool works. 0 after the
// deadline.
pid_t stopped_worker(Pool& pool, PendingWork& pending) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < deadline) {
    pending.wait_for(std::chrono::milliseconds(1));
    for (const pid_t worker : pool.workers()) {
      if (state_of(worker) == 'T') return worker;
    }
  }
  return 0;
}

TEST_P(LargeItems, HoldUpNoOtherWorkerIfTheirReaderIsStopped) {
  Pool pool(options(2));
  auto held = pool.map_async(size_of, std::vector{trap(SIGSTOP)});
  const pid_t stopped = stopped_worker(pool, held);
  ASSERT_NE(stopped, 0);
  EXPECT_EQ(pool.map(same, numbers(50), 1), numbers(50));
  EXPECT_FALSE(held.ready());
  ::kill(stopped, SIGCONT);
  ASSERT_TRUE(held.wait_for(kDeadline));
  EXPECT_EQ(held.get(), std::vector{10 << 20});
}

TEST_P(LargeItems, DoNotHoldUpTerminateIfTheirReaderIsStopped) {
  Pool pool(options(2));
  auto held = pool.map_async(size_of, std::vector{trap(SIGSTOP)});
  ASSERT_NE(stopped_worker(pool, held), 0);
  pool.terminate();
  EXPECT_THROW(held.get(), PoolError);
}

}  // namespace
}  // namespace cow::testing

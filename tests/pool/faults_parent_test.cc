// What goes wrong on the pool's own side: its process ends in whatever way, its
// calls are interrupted, it has threads; and workers that are stopped.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cow/os/child.h"
#include "pool/faults_calls.h"
#include "pool/faults_support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

class Parents : public EveryStartMethod {};

INSTANTIATE_TEST_SUITE_P(, Parents, every_method(), name_of_method);

// Destroyed by exit(3), if at all.
std::unique_ptr<Pool> pool_of_the_child;

struct End {
  const char* name;
  void (*act)();
  int code;
  int signal;
};

const End kEnds[] = {
    {"is killed", [] { ::raise(SIGKILL); }, 0, SIGKILL},
    {"aborts", [] { std::abort(); }, 0, SIGABRT},
    {"terminates", [] { std::terminate(); }, 0, SIGABRT},
    {"exits at once", [] { ::_exit(5); }, 5, 0},
    {"exits", [] { std::exit(6); }, 6, 0},
    {"is terminated", [] { ::raise(SIGTERM); }, 0, SIGTERM},
};

// Every process that descends from the child has `alive` open, and nobody else:
// so what is read there ends when all of them have.
bool all_are_gone(Pipe& alive) {
  alive.writer.close();
  if (!becomes_readable(alive.reader.get())) return false;
  char nothing = 0;
  return read_fully(alive.reader.get(), &nothing, 1) == 0;
}

// Of spawned workers a pipe would tell nothing: they inherit none. They are
// watched.
TEST_P(Parents, LeaveNoWorkerBehindHoweverTheyEnd) {
  for (const End& end : kEnds) {
    SCOPED_TRACE(end.name);
    const Pipe pids = make_pipe();
    const Pipe go = make_pipe();
    Child parent = Child::fork([&] {
      pool_of_the_child = std::make_unique<Pool>(options(2));
      // Busy, so that they do not look at their pipes.
      auto busy =
          pool_of_the_child->map_async([](int) { ::pause(); }, numbers(2), 1);
      busy.ready();
      std::vector<pid_t> all = pool_of_the_child->workers();
      all.push_back(pool_of_the_child->fork_server());
      write_fully(pids.writer.get(), all.data(), all.size() * sizeof(pid_t));
      char byte = 0;
      read_fully(go.reader.get(), &byte, 1);
      end.act();
      return 0;
    });
    std::vector<pid_t> all(3);
    read_fully(pids.reader.get(), all.data(), all.size() * sizeof(pid_t));
    if (all.back() == 0) all.pop_back();
    const std::vector<Descriptor> watched = watch(all);
    write_fully(go.writer.get(), "g", 1);
    const ExitStatus status = parent.wait();
    EXPECT_EQ(status.code, end.code);
    EXPECT_EQ(status.signal, end.signal);
    EXPECT_TRUE(all_end(watched));
  }
}

// At every moment of the start: the parent kills itself, some time after it has
// begun to make a pool.
TEST_P(Parents, LeaveNoWorkerBehindIfKilledDuringStart) {
  for (int i = 0; i < repeated(40); ++i) {
    Pipe alive = make_pipe();
    Child parent = Child::fork([&] {
      alive.reader.close();
      // For those that are spawned as well.
      ::fcntl(alive.writer.get(), F_SETFD, 0);
      itimerval soon{};
      soon.it_value.tv_usec =
          50 + i * (GetParam() == StartMethod::kFork ? 50 : 400);
      ::signal(SIGALRM, SIG_DFL);
      ::setitimer(ITIMER_REAL, &soon, nullptr);
      Pool pool(options(4));
      auto busy = pool.map_async([](int) { ::pause(); }, numbers(4), 1);
      busy.wait();
      return 0;
    });
    EXPECT_EQ(parent.wait().signal, SIGALRM);
    EXPECT_TRUE(all_are_gone(alive));
  }
}

TEST_P(Parents, GetAllResultsWhileAWorkerIsStopped) {
  Pool pool(options(3));
  EXPECT_TRUE(works(pool));
  const pid_t stopped = pool.workers()[1];
  ::kill(stopped, SIGSTOP);
  for (int i = 0; i < 20; ++i) {
    auto pending = pool.imap_unordered(same, numbers(50));
    for (int fetched = 0; fetched < 50; ++fetched) {
      ASSERT_TRUE(pending.wait_for(kDeadline));
      EXPECT_NE(pending.next(), std::nullopt);
    }
  }
  ::kill(stopped, SIGCONT);
  EXPECT_TRUE(works(pool));
}

TEST_P(Parents, CanJoinWorkersThatASignalHasStopped) {
  Pool pool(options(2));
  EXPECT_TRUE(works(pool));
  const auto watched = watch(pool.workers());
  for (const pid_t worker : pool.workers()) ::kill(worker, SIGSTOP);
  pool.close();
  pool.join();
  EXPECT_TRUE(all_end(watched));
}

TEST_P(Parents, CanTerminateWorkersThatASignalHasStopped) {
  Gate gate;
  Pool pool(options(2));
  auto pending = pool.map_async(same, numbers(100), 1);
  const auto watched = watch(pool.workers());
  for (const pid_t worker : pool.workers()) ::kill(worker, SIGSTOP);
  pool.terminate();
  EXPECT_TRUE(all_end(watched));
  EXPECT_TRUE(pending.ready());
}

// They may not signal their workers any more.
TEST_P(Parents, CanEndTheirWorkersAfterGivingUpPrivileges) {
  if (::getuid() != 0) GTEST_SKIP() << "this user has none to give up";
  const ExitStatus status = in_a_child([&] {
    std::vector<Descriptor> watched;
    {
      Pool pool(options(2));
      if (!works(pool)) return 1;
      watched = watch(pool.workers());
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 2;
    }
    return all_end(watched) ? 0 : 3;
  });
  EXPECT_EQ(status.signal, 0);
  EXPECT_EQ(status.code, 0);
}

// A fork server that is stopped, and knows how its workers have ended.
class StoppedServer : public ::testing::Test {
 protected:
  StoppedServer()
      : pool_({.workers = 2, .start_method = StartMethod::kForkServer}) {
    EXPECT_TRUE(works(pool_));
    watched_ = watch(pool_.workers());
    ::kill(pool_.fork_server(), SIGSTOP);
  }

  Pool pool_;
  std::vector<Descriptor> watched_;
};

TEST_F(StoppedServer, IsWokenForANewWorker) {
  kill_and_wait(pool_.workers()[0]);
  EXPECT_TRUE(works(pool_));
}

TEST_F(StoppedServer, DoesNotHoldUpJoin) {
  pool_.close();
  pool_.join();
  EXPECT_TRUE(all_end(watched_));
}

TEST_F(StoppedServer, DoesNotHoldUpTermination) {
  pool_.terminate();
  EXPECT_TRUE(all_end(watched_));
}

void be_interrupted() {
  struct sigaction nothing {};
  nothing.sa_handler = [](int) {};  // without SA_RESTART
  ::sigaction(SIGALRM, &nothing, nullptr);
  itimerval often{};
  often.it_interval.tv_usec = often.it_value.tv_usec = 200;
  ::setitimer(ITIMER_REAL, &often, nullptr);
}

std::string extended(const std::string& item) { return item + '.'; }

// Every call that waits, in the pool and in its workers, is interrupted again
// and again.
TEST_P(Parents, GetRightResultsDespiteInterruptedCalls) {
  const ExitStatus status = in_a_child([&] {
    be_interrupted();
    std::vector<std::string> items;
    std::vector<std::string> expected;
    for (const std::size_t size : {0U, 1U, 100'000U, 3'000'000U, 5'000'000U}) {
      items.emplace_back(size, 'i');
      expected.push_back(items.back() + '.');
    }
    const int times = repeated(GetParam() == StartMethod::kFork ? 5 : 2);
    for (int i = 0; i < times; ++i) {
      Pool pool(options(2, be_interrupted));
      if (pool.map(extended, items, 1) != expected) return 1;
      if (pool.map(same, numbers(20'000), 1) != numbers(20'000)) return 2;
      int sum = 0;
      for (const int square : pool.imap(square, numbers(1000))) sum += square;
      if (sum != 332'833'500) return 3;
      // Workers that die, and new ones, in between.
      try {
        pool.apply([](int signal) { ::raise(signal); }, SIGKILL);
        return 4;
      } catch (const WorkerDied&) {
      }
      if (!works(pool)) return 5;
      if (i % 2 == 0) {
        pool.close();
        pool.join();
      }
    }
    const itimerval never{};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    return 0;
  });
  EXPECT_EQ(status.code, 0);
  EXPECT_EQ(status.signal, 0);
}

// Threads that allocate and free, and so hold the heap's lock at most moments.
class BusyThreads {
 public:
  BusyThreads() {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this] {
        while (!stop_.load()) {
          const auto memory = std::make_unique<std::string>(1000, 'm');
          made_ += memory->size();
        }
      });
    }
  }
  BusyThreads(const BusyThreads&) = delete;
  BusyThreads& operator=(const BusyThreads&) = delete;
  ~BusyThreads() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> made_ = 0;
  std::vector<std::thread> threads_;
};

TEST_P(Parents, CanHaveThreadsUnlessTheyFork) {
  const BusyThreads threads;
  if (GetParam() == StartMethod::kFork) {
    EXPECT_THAT(error_of<PoolError>([&] { Pool pool(options(2)); }),
                HasSubstr("3 threads"));
    return;
  }
  for (int i = 0; i < repeated(5); ++i) {
    Pool pool(options(2));
    EXPECT_EQ(pool.map(same, numbers(1000), 1), numbers(1000));
    EXPECT_THROW(pool.apply([](int code) { ::_exit(code); }, 1), WorkerDied);
    EXPECT_TRUE(works(pool));
    pool.close();
    pool.join();
  }
}

TEST_P(Parents, NameTheKernelTheyNeedIfTheirsIsTooOld) {
  calls::be_an_old_kernel(true);
  EXPECT_THAT(error_of<PoolError>([&] { Pool pool(options(2)); }),
              HasSubstr("pidfd_open"));
  EXPECT_THAT(error_of<PoolError>([&] { Pool pool(options(2)); }),
              HasSubstr("needs Linux 5.4"));
  calls::be_an_old_kernel(false);
  Pool pool(options(2));
  EXPECT_TRUE(works(pool));
}

}  // namespace
}  // namespace cow::testing

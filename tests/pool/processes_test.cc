// A pool among other processes: forked copies, a parent that is killed, limits,
// threads, signals.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cow/os/child.h"
#include "pool/descriptor_limit.h"
#include "pool/support.h"
#include "support/leaks.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A child whose pool of three holds three tasks; it tells their process ids
// through `pids` and then waits for ever.
Child child_with_a_busy_pool(const Pipe& pids, Gate& gate) {
  return Child::fork([&] {
    Pool pool({.workers = 3});
    auto pending = pool.map_async(stop_at_gate, numbers(3), 1);
    if (!gate.arrived(pending, 3)) return 1;
    const std::vector<pid_t> workers = pool.workers();
    write_fully(pids.writer.get(), workers.data(),
                workers.size() * sizeof(pid_t));
    pending.wait();
    return 0;
  });
}

std::vector<Descriptor> watch_three(const Pipe& pids) {
  std::vector<pid_t> workers(3);
  if (!becomes_readable(pids.reader.get())) return {};
  read_fully(pids.reader.get(), workers.data(), 3 * sizeof(pid_t));
  return watch(workers);
}

TEST(Processes, WorkersEndWhenTheirParentIsKilled) {
  Gate gate;
  const Pipe pids = make_pipe();
  Child parent = child_with_a_busy_pool(pids, gate);
  const std::vector<Descriptor> workers = watch_three(pids);
  parent.kill(SIGKILL);
  EXPECT_EQ(parent.wait().signal, SIGKILL);
  EXPECT_EQ(workers.size(), 3U);
  EXPECT_TRUE(all_end(workers));
}

// Destroyed by exit(3), as a global of a program is.
std::unique_ptr<Pool> global_pool;

TEST(Processes, AForkedCopyOfAPoolDoesNoHarmWhenItExits) {
  Gate gate;
  global_pool = std::make_unique<Pool>(PoolOptions{.workers = 2});
  const std::vector<pid_t> workers = global_pool->workers();
  auto pending = global_pool->map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(pending, 2));
  Child copy = Child::fork([]() -> int { std::exit(7); });
  EXPECT_EQ(copy.wait().code, 7);
  Child other = Child::fork([] {
    global_pool.reset();
    return 8;
  });
  EXPECT_EQ(other.wait().code, 8);
  gate.let_go(2);
  EXPECT_EQ(pending.get(), numbers(2));
  EXPECT_TRUE(works(*global_pool));
  EXPECT_EQ(global_pool->workers(), workers);
  global_pool.reset();
}

TEST(Processes, AForkedCopyOfAPoolRefusesWork) {
  Pool pool({.workers = 2});
  Child copy = Child::fork([&] {
    try {
      pool.map(square, numbers(4));
    } catch (const PoolError&) {
      return 7;
    }
    return 1;
  });
  EXPECT_EQ(copy.wait().code, 7);
  EXPECT_TRUE(works(pool));
}

TEST(Processes, AWorkersCopyOfItsOwnPoolRefusesWork) {
  global_pool = std::make_unique<Pool>(PoolOptions{.workers = 2});
  // The pool was not yet there when its workers were forked; later ones see it.
  EXPECT_THROW(global_pool->map([](int) { std::abort(); }, numbers(2), 1),
               WorkerDied);
  const std::vector<bool> refused = global_pool->map(
      [](int) {
        try {
          global_pool->map(square, numbers(4));
        } catch (const PoolError&) {
          return true;
        }
        return false;
      },
      numbers(1));
  EXPECT_EQ(refused, std::vector{true});
  EXPECT_TRUE(works(*global_pool));
  global_pool.reset();
}

// A thread that waits until it is told to end.
class Bystander {
 public:
  Bystander()
      : thread_([this] {
          char byte = 0;
          read_fully(end_.reader.get(), &byte, 1);
        }) {}
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  ~Bystander() {
    write_fully(end_.writer.get(), "e", 1);
    thread_.join();
  }

 private:
  Pipe end_ = make_pipe();
  std::thread thread_;
};

TEST(Processes, AProcessWithThreadsCannotMakeAPool) {
  const Bystander thread;
  EXPECT_THAT(error_of<PoolError>([] { Pool({.workers = 2}); }),
              AllOf(HasSubstr("2 threads"), HasSubstr("cannot fork")));
}

TEST(Processes, AProcessWithThreadsCannotForkANewWorker) {
  Pool pool({.workers = 1});
  EXPECT_THROW(pool.map([](int) { std::abort(); }, numbers(1)), WorkerDied);
  {
    const Bystander thread;
    EXPECT_THAT(error_of<PoolError>([&] { pool.map(square, numbers(1)); }),
                HasSubstr("2 threads"));
  }
}

// The kernel takes a moment to forget a thread that was already joined.
TEST(Processes, AProcessWhoseThreadsHaveEndedMakesAPool) {
  const int before = thread_count();
  int times_wrong = 0;
  for (int i = 0; i < 3000; ++i) {
    std::thread([] {}).join();
    if (thread_count() != before) ++times_wrong;
  }
  EXPECT_EQ(times_wrong, 0);
  std::thread([] {}).join();
  Pool pool({.workers = 2});
  EXPECT_TRUE(works(pool));
}

// A process that does not see /proc; kNotPermitted if it may not hide it.
constexpr int kNotPermitted = 77;
int hide_proc() {
  const int user = ::getuid() == 0 ? 0 : CLONE_NEWUSER;
  if (::unshare(user | CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
    return kNotPermitted;
  }
  return 0;
}

TEST(Processes, ThreadsAreFoundEvenWithoutProc) {
  const ExitStatus end = in_a_child([] {
    if (const int code = hide_proc()) return code;
    if (thread_count() != 1) return 1;
    {
      const Bystander thread;
      if (error_of<PoolError>([] { Pool({.workers = 2}); }).find("thread") ==
          std::string::npos) {
        return 2;
      }
    }
    for (int i = 0; i < 3000; ++i) {
      if (thread_count() != 1) return 3;
      std::thread([] {}).join();
    }
    Pool pool({.workers = 2});
    return works(pool) ? 0 : 4;
  });
  if (end.code == kNotPermitted) GTEST_SKIP() << "/proc cannot be hidden";
  EXPECT_EQ(to_string(end), "exit status 0");
}

TEST(Processes, TooFewDescriptorsAreReportedAndNothingLeaks) {
  const Holdings before = holdings();
  // The limit is met at every step of starting a worker.
  for (int more = 0; more < 20; ++more) {
    const DescriptorLimit limit(more);
    EXPECT_THAT(error_of<PoolError>([] { Pool({.workers = 8}); }),
                AllOf(HasSubstr("of 8 workers"), HasSubstr("Too many open")))
        << more;
  }
  EXPECT_EQ(leaks_since(before), "");
  Pool pool({.workers = 8});
  EXPECT_TRUE(works(pool));
}

TEST(Processes, TooFewDescriptorsForANewWorkerLeaveTheWorkToOthers) {
  Pool pool({.workers = 2});
  EXPECT_THROW(pool.map(
                   [](int i) {
                     if (i == 0) std::abort();
                   },
                   numbers(1)),
               WorkerDied);
  {
    const DescriptorLimit limit(0);
    EXPECT_EQ(pool.map(same, numbers(10), 1), numbers(10));
  }
  EXPECT_TRUE(works(pool));
  EXPECT_EQ(pool.workers().size(), 2U);
}

int exit_handler_writes_to = -1;

TEST(Processes, AWorkerRunsNoExitHandlerOfTheParent) {
  const Pipe calls = make_pipe();
  exit_handler_writes_to = calls.writer.get();
  Child program = Child::fork([] {
    std::atexit([] { write_fully(exit_handler_writes_to, "x", 1); });
    {
      Pool pool({.workers = 3});
      if (!works(pool)) return 1;
      pool.close();
      pool.join();
      const Pool dropped({.workers = 3});
    }
    std::exit(0);
  });
  EXPECT_TRUE(program.wait().success());
  write_fully(calls.writer.get(), ".", 1);
  char byte = 0;
  read_fully(calls.reader.get(), &byte, 1);
  EXPECT_EQ(byte, 'x');  // once, by the program itself
  read_fully(calls.reader.get(), &byte, 1);
  EXPECT_EQ(byte, '.');
}

class IgnoredSigchld : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, IgnoredSigchld, every_method(), name_of_method);

// Some programs are started so; then children are reaped by the kernel.
TEST_P(IgnoredSigchld, DoesNotDisturbAPool) {
  Child program = Child::fork([&] {
    ::signal(SIGCHLD, SIG_IGN);
    {
      Pool pool(options(2));
      if (!works(pool)) return 1;
      try {
        pool.apply([] { ::raise(SIGKILL); });
        return 2;
      } catch (const WorkerDied&) {
      }
      if (!works(pool)) return 3;
      pool.close();
      pool.join();
    }
    Pool dropped(options(2));
    return works(dropped) ? 0 : 4;
  });
  EXPECT_TRUE(program.wait().success());
}

// The pipes between the pool and one worker are not open in another: else a
// worker's end would not show.
TEST(Processes, AWorkerHoldsOnlyItsOwnPipes) {
  Pool pool({.workers = 4});
  // Two each, and whatever this process had open before the pool was made.
  const auto count_pipes = [](int) {
    int pipes = 0;
    DIR* folder = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(folder)) {
      char target[64] = {};
      const std::string path = std::string("/proc/self/fd/") + entry->d_name;
      if (::readlink(path.c_str(), target, sizeof target - 1) > 0 &&
          std::atoi(entry->d_name) > 2 &&
          std::string(target).starts_with("pipe:")) {
        ++pipes;
      }
    }
    ::closedir(folder);
    return pipes;
  };
  const std::vector<int> counts = pool.map(count_pipes, numbers(16), 1);
  pool.terminate();
  const int before = count_pipes(0);
  for (const int count : counts) EXPECT_EQ(count, before + 2);
}

}  // namespace
}  // namespace cow::testing

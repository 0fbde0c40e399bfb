// Tasks that do to their worker what no task should do: the error says what
// became of it, other maps are unharmed, and nothing hangs.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "pool/faults_support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

void close_every_descriptor() { ::close_range(0, ~0U, 0); }

// Frames that the compiler cannot do without, and an end that it cannot see is
// too far away.
int overflow_the_stack(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  if (depth == 1 << 30) return 0;
  return overflow_the_stack(depth + 1) + frame[0];
}

void exec(const char* program) {
  ::execl(program, program, static_cast<char*>(nullptr));
}

void write_to_nowhere() {
  // As a wild pointer does; volatile, so that the compiler takes it as meant.
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

void fail() { throw std::runtime_error("to nobody"); }

struct Deed {
  const char* name;
  void (*act)();
  const char* words;
};

const Deed kDeeds[] = {
    {"ClosesEveryDescriptor", close_every_descriptor, "exit status 72"},
    {"Exits", [] { std::exit(3); }, "exit status 3"},
    {"ExitsAtOnce", [] { ::_exit(4); }, "exit status 4"},
    {"Aborts", [] { std::abort(); }, "signal 6"},
    {"Terminates", [] { std::terminate(); }, "signal 6"},
    {"ThrowsThroughNoexcept", []() noexcept { fail(); }, "signal 6"},
    {"OverflowsItsStack", [] { overflow_the_stack(0); }, "signal 11"},
    {"WritesToNowhere", write_to_nowhere, "signal 11"},
    {"BecomesAnotherProgram", [] { exec("/bin/true"); }, "exit status 0"},
    {"BecomesAProgramThatFails", [] { exec("/bin/false"); }, "exit status 1"},
};

int act(int deed) {
  // So that the machine keeps no core of it.
  ::prctl(PR_SET_DUMPABLE, 0);
  kDeeds[deed].act();
  return deed;
}

class Tasks : public EveryStartMethod {};

INSTANTIATE_TEST_SUITE_P(, Tasks, every_method(), name_of_method);

TEST_P(Tasks, HarmNoOtherItemIfTheyEndTheirWorker) {
  Pool harmed = pool(2);
  for (int deed = 0; deed < static_cast<int>(std::size(kDeeds)); ++deed) {
    SCOPED_TRACE(kDeeds[deed].name);
    auto before = harmed.map_async(same, numbers(20), 1);
    auto fatal = harmed.apply_async(act, deed);
    auto after = harmed.map_async(same, numbers(20), 3);
    ASSERT_TRUE(fatal.wait_for(kDeadline));
    EXPECT_THAT(error_of<WorkerDied>([&] { fatal.get(); }),
                HasSubstr(kDeeds[deed].words));
    ASSERT_TRUE(before.wait_for(kDeadline));
    EXPECT_EQ(before.get(), numbers(20));
    ASSERT_TRUE(after.wait_for(kDeadline));
    EXPECT_EQ(after.get(), numbers(20));
  }
}

// The reply cannot be written, and the descriptor's number may mean another
// file by then.
TEST_P(Tasks, AreReportedAsADeadWorkerIfTheyRedirectTheReplyPipeAndExit) {
  Pool harmed = pool(1);
  const auto nowhere = [](int i) {
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(null, reply_pipe());
    ::_exit(i);
  };
  EXPECT_THAT(error_of<WorkerDied>([&] { harmed.map(nowhere, numbers(1)); }),
              HasSubstr("exit status 0"));
  EXPECT_TRUE(works(harmed));
}

// This process can have 8 MiB more than it has, which is enough for everything
// but large blocks.
void leave_little_memory() {
  const auto statm = read_file("/proc/self/statm");
  rlimit little{};
  ::getrlimit(RLIMIT_AS, &little);
  little.rlim_cur =
      std::stoul(*statm) * static_cast<rlim_t>(::getpagesize()) + (8 << 20);
  ::setrlimit(RLIMIT_AS, &little);
}

TEST_P(Tasks, AreReportedAsAnExceptionIfTheyRunOutOfMemory) {
  Pool harmed = pool(1);
  const auto too_much = [](int) {
    leave_little_memory();
    const std::vector<char> large(std::size_t{64} << 20, 'x');
    return large.back();
  };
  const std::string text =
      error_of<TaskError>([&] { harmed.map(too_much, numbers(1)); });
  EXPECT_THAT(text, HasSubstr("std::bad_alloc"));
  // The same worker, which has no memory for a large item either.
  const std::vector<std::string> large(1, std::string(64 << 20, 'x'));
  const auto size = [](const std::string& item) { return item.size(); };
  EXPECT_THAT(error_of<TaskError>([&] { harmed.map(size, large); }),
              HasSubstr("std::bad_alloc"));
  EXPECT_TRUE(works(harmed));
}

TEST_P(Tasks, DoNotHoldUpShutdownIfTheyBlockEverySignal) {
  const auto block = [](int i) {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    return i;
  };
  Pool joined = pool(2);
  EXPECT_EQ(joined.map(block, numbers(6), 1), numbers(6));
  EXPECT_TRUE(works(joined));
  joined.close();
  joined.join();
  Pool dropped = pool(2);
  EXPECT_EQ(dropped.map(block, numbers(6), 1), numbers(6));
}

// A process that a task has forked and left: it holds copies of the worker's
// descriptors for as long as `hold` is open.
class Grandchildren {
 public:
  Grandchildren() { here_ = this; }
  Grandchildren(const Grandchildren&) = delete;
  Grandchildren& operator=(const Grandchildren&) = delete;
  // They end when nobody can write any more, and this waits for it: the pipe
  // `ended_` is at its end when none of them has it open.
  ~Grandchildren() {
    hold_.writer.close();
    ended_.writer.close();
    char nothing = 0;
    EXPECT_EQ(read_fully(ended_.reader.get(), &nothing, 1), 0U);
    here_ = nullptr;
  }

  // In a worker.
  static void leave_one() {
    if (::fork() != 0) return;
    ::close(here_->hold_.writer.get());
    char nothing = 0;
    read_fully(here_->hold_.reader.get(), &nothing, 1);
    ::_exit(0);
  }

 private:
  inline static Grandchildren* here_ = nullptr;
  Pipe hold_ = make_pipe();
  Pipe ended_ = make_pipe();
};

int leave_a_grandchild(int i) {
  Grandchildren::leave_one();
  return i;
}

int leave_a_grandchild_and_die(int) {
  Grandchildren::leave_one();
  ::_exit(9);
}

TEST(Grandchild, DoesNotHideTheDeathOfItsWorker) {
  const Grandchildren grandchildren;
  Pool pool({.workers = 2});
  auto pending = pool.map_async(leave_a_grandchild_and_die, numbers(4), 1);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<WorkerDied>([&] { pending.get(); }),
              HasSubstr("exit status 9 in item 0"));
  EXPECT_TRUE(works(pool));
  EXPECT_EQ(pool.workers().size(), 2U);
}

TEST(Grandchild, DoesNotHoldUpShutdownIfItOutlivesItsWorker) {
  const Grandchildren grandchildren;
  Pool joined({.workers = 2});
  EXPECT_EQ(joined.map(leave_a_grandchild, numbers(4), 1), numbers(4));
  joined.close();
  joined.join();
  Pool dropped({.workers = 2});
  EXPECT_EQ(dropped.map(leave_a_grandchild, numbers(4), 1), numbers(4));
}

TEST(Grandchild, DoesNotHoldUpTheSuccessorOfItsWorker) {
  const Grandchildren grandchildren;
  Pool pool({.workers = 1, .max_tasks_per_child = 1});
  EXPECT_EQ(pool.map(leave_a_grandchild, numbers(10), 1), numbers(10));
}

}  // namespace
}  // namespace cow::testing

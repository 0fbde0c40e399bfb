// What goes wrong around a fork server: it, or the pool's process, can open
// nothing more or fork nothing more; it dies while it forks; the program
// ignores how its children end, or has closed its standard streams.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/memory/process.h"
#include "pool/descriptor_limit.h"
#include "pool/faults_calls.h"
#include "pool/faults_support.h"
#include "support/leaks.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;

constexpr const char* kTooMany = "Too many open files";

PoolOptions served(int workers, Call preload = {}) {
  return {.workers = workers,
          .start_method = StartMethod::kForkServer,
          .preload = std::move(preload)};
}

// What a test with a fork server leaves becomes this process' child, where the
// check for leaks finds it.
class ForkServerFaults : public ::testing::Test {
 protected:
  ForkServerFaults() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~ForkServerFaults() override { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }

  const Holdings before_ = holdings();
};

std::optional<DescriptorLimit> limit_of_the_server;
void limit_descriptors(int more) { limit_of_the_server.emplace(more); }

// The limit is met at every step of forking the first workers.
TEST_F(ForkServerFaults, TooFewDescriptorsInTheServerAreReportedAtStart) {
  std::vector<std::string> errors;
  int good = 0;
  for (int more = 0; more <= 12; ++more) {
    try {
      Pool pool(served(3, {limit_descriptors, more}));
      const pid_t server = pool.fork_server();
      EXPECT_EQ(pool.map(same, numbers(50), 1), numbers(50));
      EXPECT_EQ(pool.fork_server(), server);
      EXPECT_EQ(children_of(server).size(), 3U);
      ++good;
    } catch (const PoolError& error) {
      errors.emplace_back(error.what());
    }
    EXPECT_EQ(leaks_since(before_), "") << more;
  }
  EXPECT_GT(good, 0);
  EXPECT_THAT(errors,
              Each(AllOf(HasSubstr("of 3 workers could be started"),
                         HasSubstr("the fork server"), HasSubstr(kTooMany))));
  EXPECT_THAT(errors, Contains(HasSubstr("only 0 of 3")));
  EXPECT_THAT(errors, Contains(HasSubstr("only 2 of 3")));
  EXPECT_THAT(errors, Contains(HasSubstr("taking in the pipes")));
  EXPECT_THAT(errors, Contains(HasSubstr("pidfd_open")));
}

// While it lives, another process can have no descriptor of this number or a
// higher one.
class LimitOfOther {
 public:
  LimitOfOther(pid_t pid, rlim_t number) : pid_(pid) {
    ::prlimit(pid_, RLIMIT_NOFILE, nullptr, &before_);
    const rlimit now{.rlim_cur = number, .rlim_max = before_.rlim_max};
    ::prlimit(pid_, RLIMIT_NOFILE, &now, nullptr);
  }
  LimitOfOther(const LimitOfOther&) = delete;
  LimitOfOther& operator=(const LimitOfOther&) = delete;
  ~LimitOfOther() { ::prlimit(pid_, RLIMIT_NOFILE, &before_, nullptr); }

 private:
  pid_t pid_;
  rlimit before_{};
};

// Above all descriptors that a server has here.
constexpr rlim_t kHighest = 24;

TEST_F(ForkServerFaults, TooFewDescriptorsInTheServerHarmNoOtherWorker) {
  Pool pool(served(2));
  EXPECT_TRUE(works(pool));
  const pid_t server = pool.fork_server();
  for (rlim_t number = 0; number <= kHighest; ++number) {
    kill_and_wait(pool.workers()[0]);
    {
      const LimitOfOther limit(server, number);
      EXPECT_EQ(pool.map(same, numbers(50), 1), numbers(50));
      EXPECT_EQ(children_of(server).size(), pool.workers().size());
      if (number == 0) {
        EXPECT_EQ(pool.workers().size(), 1U);
      }
      if (number == kHighest) {
        EXPECT_EQ(pool.workers().size(), 2U);
      }
    }
    EXPECT_TRUE(works(pool));
    EXPECT_EQ(pool.workers().size(), 2U) << number;
    EXPECT_EQ(children_of(server).size(), 2U) << number;
  }
  EXPECT_EQ(pool.fork_server(), server);
}

TEST_F(ForkServerFaults, TooFewDescriptorsForTheOnlyWorkerAreReported) {
  for (rlim_t number = 0; number <= kHighest; ++number) {
    Pool pool(served(1));
    const pid_t server = pool.fork_server();
    EXPECT_THROW(pool.apply([](int code) { ::_exit(code); }, 1), WorkerDied);
    const LimitOfOther limit(server, number);
    auto pending = pool.map_async(same, numbers(9), 1);
    ASSERT_TRUE(pending.wait_for(kDeadline));
    if (number == 0) {
      EXPECT_TRUE(pending.failed());
    }
    if (number == kHighest) {
      EXPECT_FALSE(pending.failed());
    }
    if (!pending.failed()) {
      EXPECT_EQ(pending.get(), numbers(9));
      continue;
    }
    EXPECT_THAT(
        error_of<PoolError>([&] { pending.get(); }),
        AllOf(HasSubstr("no worker can be started"), HasSubstr(kTooMany)));
    EXPECT_EQ(pool.fork_server(), server);
    EXPECT_THAT(children_of(server), ::testing::IsEmpty());
  }
}

TEST_F(ForkServerFaults, TooFewDescriptorsInThePoolAreReportedAtStart) {
  int good = 0;
  for (int more = 0; more <= 30; ++more) {
    const DescriptorLimit limit(more);
    const std::string error = error_of<PoolError>([] { Pool pool(served(3)); });
    if (error == "nothing was thrown") {
      ++good;
      continue;
    }
    EXPECT_THAT(error, AllOf(HasSubstr("of 3 workers could be started"),
                             HasSubstr(kTooMany)))
        << more;
  }
  EXPECT_GT(good, 0);
  EXPECT_EQ(leaks_since(before_), "");
}

TEST_F(ForkServerFaults, TooFewDescriptorsInThePoolLeaveNoStrayWorker) {
  Pool pool(served(2));
  EXPECT_TRUE(works(pool));
  const pid_t server = pool.fork_server();
  for (int more = 0; more <= 12; ++more) {
    kill_and_wait(pool.workers()[0]);
    {
      const DescriptorLimit limit(more);
      EXPECT_EQ(pool.map(same, numbers(50), 1), numbers(50));
    }
    if (more == 0) {
      EXPECT_EQ(pool.workers().size(), 1U);
    }
    if (more == 12) {
      EXPECT_EQ(pool.workers().size(), 2U);
    }
    EXPECT_EQ(children_of(server).size(), pool.workers().size()) << more;
    EXPECT_TRUE(works(pool));
    EXPECT_EQ(children_of(server).size(), 2U) << more;
  }
  EXPECT_EQ(pool.fork_server(), server);
}

// For each worker the server makes two calls that are counted: fork and
// pidfd_open.
TEST_F(ForkServerFaults, FailingCallsInTheServerAreReportedAtStart) {
  for (int good = 0; good < 6; ++good) {
    const std::string error = error_of<PoolError>([&] {
      Pool pool(served(3, {calls::fail_after, good}));
    });
    const std::string started = std::to_string(good / 2);
    EXPECT_THAT(error, AllOf(HasSubstr("only " + started + " of 3 workers"),
                             HasSubstr("the fork server: ")));
    if (good % 2 == 0) {
      EXPECT_THAT(error, HasSubstr("fork(): Resource temporarily unavailable"));
    } else {
      EXPECT_THAT(error, AllOf(HasSubstr("pidfd_open"), HasSubstr(kTooMany)));
    }
    EXPECT_EQ(leaks_since(before_), "") << error;
  }
  Pool pool(served(3, {calls::fail_after, 6}));
  EXPECT_TRUE(works(pool));
}

TEST_F(ForkServerFaults, FailingCallsInTheServerLeaveTheWorkToOthers) {
  for (const int good : {4, 5}) {
    Pool pool(served(2, {calls::fail_after, good}));
    EXPECT_TRUE(works(pool));
    const pid_t server = pool.fork_server();
    for (int i = 0; i < 2; ++i) {  // the second time nothing fails
      kill_and_wait(pool.workers()[0]);
      EXPECT_EQ(pool.map(same, numbers(50), 1), numbers(50));
    }
    EXPECT_TRUE(works(pool));
    EXPECT_EQ(pool.workers().size(), 2U);
    EXPECT_EQ(children_of(server).size(), 2U);
    EXPECT_EQ(pool.fork_server(), server);
  }
}

// The first answer says how a worker has ended, the second brings its
// successor. A server whose next answer would be that one is asked no more.
TEST_F(ForkServerFaults, AMissedAnswerIsNotTakenForTheNextAnswer) {
  for (const int good : {0, 1}) {
    {
      Pool pool(served(2));
      EXPECT_TRUE(works(pool));
      kill_and_wait(pool.workers()[0]);
      calls::fail_to_receive_after(good);
      auto pending = pool.map_async(same, numbers(50), 1);
      ASSERT_TRUE(pending.wait_for(kDeadline));
      calls::fail_to_receive_after(-1);
      for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(works(pool)) << good;
        EXPECT_EQ(pool.map(same, numbers(50), 1), numbers(50)) << good;
        EXPECT_LE(children_of(pool.fork_server()).size(), 2U) << good;
        kill_and_wait(pool.workers()[0]);
      }
    }
    while (::waitpid(-1, nullptr, 0) > 0) continue;  // one that nobody knew
  }
}

// A preload: this server dies of its next fork, if there is such a file, which
// it removes.
std::string of_whom_dies;
void die_of_a_fork(const std::string& file, bool always) {
  of_whom_dies = file;
  ::pthread_atfork(
      [] {
        if (std::filesystem::remove(of_whom_dies)) ::raise(SIGKILL);
      },
      nullptr, nullptr);
  if (always) write_file(file, "");
}

TEST_F(ForkServerFaults, AServerThatDiesWhileItForksIsReplaced) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "dies";
  write_file(file, "");
  Pool pool(served(1, {die_of_a_fork, file, false}));
  EXPECT_TRUE(works(pool));
  // The same with a new worker.
  for (int i = 0; i < 3; ++i) {
    const pid_t server = pool.fork_server();
    EXPECT_THROW(pool.apply([](int code) { ::_exit(code); }, 1), WorkerDied);
    write_file(file, "");
    EXPECT_EQ(pool.map(same, numbers(50), 1), numbers(50));
    EXPECT_NE(pool.fork_server(), server);
    EXPECT_FALSE(std::filesystem::exists(file));
  }
}

TEST_F(ForkServerFaults, AServerThatAlwaysDiesForkingIsReported) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "dies";
  EXPECT_THAT(error_of<PoolError>([&] {
                Pool pool(served(2, {die_of_a_fork, file, true}));
              }),
              HasSubstr("the fork server died while it forked a worker"));
  EXPECT_EQ(leaks_since(before_), "");
}

// Its program ignores SIGCHLD, as some that start programs have it. So do its
// workers, but not the server, who is asked how they have ended.
TEST_F(ForkServerFaults, AServerKnowsHowWorkersEndDespiteIgnoredSigchld) {
  const ExitStatus status = in_a_child([] {
    ::signal(SIGCHLD, SIG_IGN);
    Pool pool(served(2));
    if (pool.apply([] { return ::signal(SIGCHLD, SIG_DFL) == SIG_IGN; })) {
      for (const int signal : {SIGKILL, SIGTERM}) {
        try {
          pool.apply([](int number) { ::raise(number); }, signal);
          return 1;
        } catch (const WorkerDied& died) {
          if (died.signal() != signal) return 2;
        }
      }
      return works(pool) ? 0 : 3;
    }
    return 4;
  });
  EXPECT_EQ(status.code, 0);
  EXPECT_EQ(status.signal, 0);
}

bool output_is_closed() {
  // Standard input of a worker is /dev/null.
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1) return false;
  }
  return true;
}

// Prints as if there were somebody to read it.
int printed(int i) {
  std::printf("item %d\n", i);
  std::fprintf(stderr, "item %d\n", i);
  std::fflush(stdout);
  if (!output_is_closed()) return -1;
  return i;
}

void expect_output_closed() {
  if (!output_is_closed()) throw std::runtime_error("one is taken");
}

class Daemons : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Daemons, every_method(), name_of_method);

// A descriptor of the pool in the place of a standard stream would take what
// is printed.
TEST_P(Daemons, HaveNoPoolDescriptorAsAStandardStream) {
  const ExitStatus status = in_a_child([] {
    for (int fd = 0; fd <= STDERR_FILENO; ++fd) ::close(fd);
    PoolOptions options{.workers = 3,
                        .start_method = GetParam(),
                        .initializer = expect_output_closed};
    if (GetParam() == StartMethod::kForkServer) {
      options.preload = expect_output_closed;
    }
    Pool printing(options);
    for (int i = 0; i < 3; ++i) {
      if (printed(0) != 0) return 1;
      if (printing.map(printed, numbers(30), 1) != numbers(30)) return 2;
      // A new worker is no different.
      try {
        printing.apply([](int code) { ::_exit(code); }, 1);
        return 3;
      } catch (const WorkerDied&) {
      }
      if (printing.map(printed, numbers(30), 1) != numbers(30)) return 4;
    }
    printing.close();
    printing.join();
    return 0;
  });
  EXPECT_EQ(status.code, 0);
  EXPECT_EQ(status.signal, 0);
}

}  // namespace
}  // namespace cow::testing

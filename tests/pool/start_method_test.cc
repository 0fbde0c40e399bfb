// The three start methods: the same calls, the same results; what is inherited
// under each, and what goes wrong in its own way.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "cow/memory/process.h"
#include "cow/pool/options.h"
#include "pool/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using Shared = std::shared_ptr<const std::vector<int>>;

Shared table;  // set by initializers and preloads
int changed = 0;

void set_table(const Shared& sent) { table = sent; }
void make_table(int size) {
  table = std::make_shared<const std::vector<int>>(
      static_cast<std::size_t>(size), 7);
}
int size_of_table(int /*i*/) {
  return table ? static_cast<int>(table->size()) : -1;
}
pid_t parent_of(int /*i*/) { return ::getppid(); }
int get_changed(int /*i*/) { return changed; }

INSTANTIATE_TEST_SUITE_P(, EveryStartMethod, every_method(), name_of_method);

TEST_P(EveryStartMethod, GivesTheSameResultsInTheSameOrder) {
  Pool same_calls = pool(3);
  EXPECT_TRUE(works(same_calls));
  std::vector<int> expected;
  for (const int i : numbers(100)) expected.push_back(i * i);
  EXPECT_EQ(same_calls.map(square, numbers(100)), expected);
  EXPECT_EQ(same_calls.map([](int i) { return i * i; }, numbers(100), 1),
            expected);
  EXPECT_EQ(same_calls.workers().size(), 3U);
}

TEST_P(EveryStartMethod, ReportsAnExceptionOfATask) {
  Pool failing = pool(2);
  EXPECT_THAT(error_of<TaskError>([&] {
                failing.map(
                    [](int i) -> int {
                      if (i == 3) throw std::runtime_error("not three");
                      return i;
                    },
                    numbers(5), 1);
              }),
              AllOf(HasSubstr("item 3"), HasSubstr("not three")));
  EXPECT_TRUE(works(failing));
}

TEST_P(EveryStartMethod, NoticesTheDeathOfAWorkerAndReplacesIt) {
  Pool dying = pool(2);
  EXPECT_THAT(error_of<WorkerDied>([&] {
                dying.map([](int) { std::raise(SIGKILL); }, numbers(1));
              }),
              HasSubstr("signal 9"));
  EXPECT_THAT(error_of<WorkerDied>(
                  [&] { dying.map([](int) { ::_exit(5); }, numbers(1)); }),
              HasSubstr("exit status 5"));
  EXPECT_TRUE(works(dying));
}

TEST_P(EveryStartMethod, CallsTheInitializerWithItsArguments) {
  const auto shared = std::make_shared<const std::vector<int>>(1000, 1);
  Pool initialized = pool(3, {set_table, shared});
  EXPECT_THAT(initialized.map(size_of_table, numbers(9), 1), Each(1000));
  EXPECT_EQ(table, nullptr) << "it was called here as well";
}

TEST_P(EveryStartMethod, SendsInitializerArgumentsOnlyIfNotInherited) {
  const auto shared = std::make_shared<const std::vector<int>>(1000, 1);
  Pool initialized = pool(3, {set_table, shared});
  initialized.map(size_of_table, numbers(9), 1);
  // A header, the function, the memo's number, the length, the numbers.
  const Bytes each(48 + 8 + 4 + 8 + 1000 * sizeof(int));
  const bool fork = GetParam() == StartMethod::kFork;
  EXPECT_EQ(initialized.initialization().to_workers, fork ? Bytes() : 3 * each);
  EXPECT_EQ(initialized.initialization().batches, fork ? 0 : 3);
}

TEST_P(EveryStartMethod, InitializesAReplacementWorker) {
  Pool initialized = pool(1, {make_table, 5});
  EXPECT_THROW(initialized.map([](int) { ::_exit(1); }, numbers(1)),
               WorkerDied);
  EXPECT_THAT(initialized.map(size_of_table, numbers(3)), Each(5));
}

TEST_P(EveryStartMethod, SendsLargeArgumentsToTheInitializer) {
  const auto large = std::make_shared<const std::vector<int>>(4 << 20, 1);
  Pool initialized = pool(3, {set_table, large});
  EXPECT_THAT(initialized.map(size_of_table, numbers(6), 1), Each(4 << 20));
}

TEST_P(EveryStartMethod, ReportsAnInitializerThatThrows) {
  Pool broken = pool(2, [] { throw std::runtime_error("no data"); });
  auto pending = broken.map_async(square, numbers(4));
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<PoolError>([&] { pending.get(); }),
              AllOf(HasSubstr("initializer"), HasSubstr("no data")));
}

TEST_P(EveryStartMethod, ReplacesAWorkerThatHasDoneItsTasks) {
  Pool pool(
      {.workers = 1, .start_method = GetParam(), .max_tasks_per_child = 2});
  const std::vector<pid_t> pids =
      pool.map([](int) { return ::getpid(); }, numbers(6), 1);
  EXPECT_EQ(pids[0], pids[1]);
  EXPECT_EQ(pids[2], pids[3]);
  EXPECT_EQ(pids[4], pids[5]);
  EXPECT_EQ(std::set<pid_t>(pids.begin(), pids.end()).size(), 3U);
}

TEST_P(EveryStartMethod, CountsBatchesTowardMaxTasksPerChild) {
  Pool pool(
      {.workers = 1, .start_method = GetParam(), .max_tasks_per_child = 2});
  const std::vector<pid_t> pids =
      pool.map([](int) { return ::getpid(); }, numbers(12), 3);
  EXPECT_THAT(std::vector(pids.begin(), pids.begin() + 6), Each(pids[0]));
  EXPECT_THAT(std::vector(pids.begin() + 6, pids.end()), Each(pids[6]));
  EXPECT_NE(pids[0], pids[6]);
}

TEST_P(EveryStartMethod, ReapsWorkersThatHaveDoneTheirTasks) {
  Pool pool(
      {.workers = 2, .start_method = GetParam(), .max_tasks_per_child = 1});
  pool.map(same, numbers(40), 1);
  const pid_t parent =
      pool.fork_server() == 0 ? ::getpid() : pool.fork_server();
  EXPECT_LE(children_of(parent).size(), 8U);
  EXPECT_TRUE(works(pool));
}

TEST_P(EveryStartMethod, ClosesAndJoinsAndLeavesNoWorker) {
  Pool closed = pool(3);
  EXPECT_TRUE(works(closed));
  const auto watched = watch(closed.workers());
  closed.close();
  closed.join();
  EXPECT_TRUE(all_end(watched));
}

TEST_P(EveryStartMethod, TerminatesWithWorkPending) {
  std::vector<Descriptor> watched;
  {
    Pool ended = pool(2);
    watched = watch(ended.workers());
    auto pending = ended.map_async([](int) { ::pause(); }, numbers(4), 1);
    EXPECT_FALSE(pending.ready());
  }
  EXPECT_TRUE(all_end(watched));
}

// Whether the workers of a pool end when its process is killed.
bool workers_end_with_their_parent(const PoolOptions& options) {
  Pipe pids = make_pipe();
  Child parent = Child::fork([&] {
    Pool orphaned(options);
    works(orphaned);
    // Busy, so that they do not look at their pipes.
    auto pending = orphaned.map_async([](int) { ::pause(); }, numbers(2), 1);
    for (const pid_t pid : orphaned.workers()) {
      write_fully(pids.writer.get(), &pid, sizeof pid);
    }
    pending.wait();
    return 0;
  });
  pids.writer.close();
  std::vector<pid_t> workers(2);
  const bool told = read_fully(pids.reader.get(), workers.data(),
                               2 * sizeof(pid_t)) == 2 * sizeof(pid_t);
  EXPECT_TRUE(told);
  const auto watched = told ? watch(workers) : std::vector<Descriptor>();
  parent.kill(SIGKILL);
  parent.wait();
  return all_end(watched);
}

TEST_P(EveryStartMethod, EndsItsWorkersWhenTheParentIsKilled) {
  EXPECT_TRUE(workers_end_with_their_parent(options(2)));
}

TEST_P(EveryStartMethod, EndsWorkersThatHaveChangedTheirUserToo) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can";
  EXPECT_TRUE(workers_end_with_their_parent(options(2, [] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(9);
  })));
}

TEST(Fork, InheritsTheStateAtTheFork) {
  changed = 1;
  Pool pool({.workers = 1, .max_tasks_per_child = 1});
  changed = 2;
  EXPECT_EQ(pool.map(get_changed, numbers(1)), std::vector{1});
  EXPECT_EQ(pool.map(get_changed, numbers(1)), std::vector{2});
  changed = 0;
}

TEST(Spawn, InheritsNothing) {
  changed = 1;
  Pool pool({.workers = 1, .start_method = StartMethod::kSpawn});
  EXPECT_EQ(pool.map(get_changed, numbers(1)), std::vector{0});
  changed = 0;
}

TEST(Spawn, WorksBesideThreads) {
  Pipe end = make_pipe();
  std::thread other([&end] {
    char nothing = 0;
    read_fully(end.reader.get(), &nothing, 1);
  });
  for (const StartMethod method :
       {StartMethod::kSpawn, StartMethod::kForkServer}) {
    Pool pool({.workers = 2, .start_method = method});
    EXPECT_TRUE(works(pool));
  }
  EXPECT_THAT(error_of<PoolError>([] { Pool forked({.workers = 1}); }),
              AllOf(HasSubstr("2 threads"), HasSubstr("spawn")));
  end.writer.close();
  other.join();
}

// How many descriptors beside the standard ones are open without `flags`.
int count_descriptors(int flags) {
  int count = 0;
  for (int fd = STDERR_FILENO + 1; fd < 200; ++fd) {
    const int has = ::fcntl(fd, F_GETFD);
    if (has != -1 && (has & flags) == 0) ++count;
  }
  return count;
}

TEST(Spawn, LeavesTheWorkerNoDescriptorOfThePool) {
  const int of_who_runs_the_test = count_descriptors(FD_CLOEXEC);
  Pool pool({.workers = 3, .start_method = StartMethod::kSpawn});
  const std::vector<int> open =
      pool.map([](int) { return count_descriptors(0); }, numbers(3), 1);
  EXPECT_THAT(open, Each(of_who_runs_the_test + 2));  // and its own two pipes
}

TEST(Spawn, RefusesAnInitializerThatCannotBeSent) {
  int captured = 1;
  for (const StartMethod method :
       {StartMethod::kSpawn, StartMethod::kForkServer}) {
    EXPECT_THAT(
        error_of<PoolError>([&] {
          Pool pool({.workers = 1,
                     .start_method = method,
                     .initializer = [captured] { changed = captured; }});
        }),
        HasSubstr("the initializer cannot be sent"));
  }
}

struct NeverPickled {
  template <class Archive>
  void save(Archive& /*archive*/) const {
    throw std::runtime_error("not me");
  }
  template <class Archive>
  void load(Archive& /*archive*/) {}
};

TEST(Spawn, ReportsAnArgumentThatThrowsInPickling) {
  for (const StartMethod method :
       {StartMethod::kSpawn, StartMethod::kForkServer}) {
    EXPECT_THAT(error_of<std::runtime_error>([&] {
                  Pool pool({.workers = 2,
                             .start_method = method,
                             .initializer = {[](const NeverPickled&) {},
                                             NeverPickled()}});
                }),
                HasSubstr("not me"));
  }
}

TEST(ForkServer, RefusesAPreloadThatCannotBeSent) {
  int captured = 1;
  EXPECT_THAT(error_of<PoolError>([&] {
                Pool pool({.workers = 1,
                           .start_method = StartMethod::kForkServer,
                           .preload = [captured] { changed = captured; }});
              }),
              HasSubstr("the preload cannot be sent"));
}

struct NeverLoaded {
  template <class Archive>
  void save(Archive& /*archive*/) const {}
  template <class Archive>
  void load(Archive& /*archive*/) {
    throw std::runtime_error("not there");
  }
};

TEST(ForkServer, ReportsAPreloadArgumentThatFailsToPickleOrLoad) {
  EXPECT_THAT(
      error_of<std::runtime_error>([] {
        Pool pool({.workers = 1,
                   .start_method = StartMethod::kForkServer,
                   .preload = {[](const NeverPickled&) {}, NeverPickled()}});
      }),
      HasSubstr("not me"));
  EXPECT_THAT(
      error_of<PoolError>([] {
        Pool pool({.workers = 1,
                   .start_method = StartMethod::kForkServer,
                   .preload = {[](const NeverLoaded&) {}, NeverLoaded()}});
      }),
      AllOf(HasSubstr("the preload failed in the fork server"),
            HasSubstr("not there")));
}

// A program whose file was removed, or whose name another one has been given,
// since it was started.
TEST(Spawn, UsesTheRunningProgramEvenIfItsFileIsReplaced) {
  for (const char* fate : {"removed", "replaced"}) {
    const TemporaryFolder folder;
    const std::filesystem::path copy = folder.path() / "program";
    std::filesystem::copy_file(program("pool_lost_file"), copy);
    const Outcome outcome = run({copy, fate});
    EXPECT_EQ(outcome.status.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "1 4 9\n1 4 9\n") << fate;
  }
}

TEST(Spawn, RefusesAMainThatLacksItsFirstLine) {
  const Outcome outcome = run({program("pool_without_line")});
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("main must begin with"));
  EXPECT_THAT(outcome.out, HasSubstr("cow::serve_if_spawned()"));
}

TEST(Spawn, ReportsAMainThatCallsServeIfSpawnedTooLate) {
  for (const char* when : {"pool", "end"}) {
    const Outcome outcome = run({program("pool_late_line"), when});
    EXPECT_EQ(outcome.status.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("main must begin with")) << when;
  }
}

TEST(ForkServer, IsTheParentOfTheWorkersAndSharesItsPreload) {
  Pool pool({.workers = 3,
             .start_method = StartMethod::kForkServer,
             .preload = {make_table, 123}});
  EXPECT_THAT(pool.map(size_of_table, numbers(9), 1), Each(123));
  EXPECT_THAT(pool.map(parent_of, numbers(9), 1), Each(pool.fork_server()));
  EXPECT_NE(pool.fork_server(), ::getpid());
  EXPECT_EQ(table, nullptr);
}

TEST(ForkServer, EndsItsWorkersWhenKilledAndIsReplaced) {
  Pool pool({.workers = 2,
             .start_method = StartMethod::kForkServer,
             .preload = {make_table, 9}});
  const auto workers = watch(pool.workers());
  const pid_t first = pool.fork_server();
  auto pending = pool.map_async(
      [](int) {
        ::kill(::getppid(), SIGKILL);  // the server
        ::pause();
      },
      numbers(2), 1);
  EXPECT_TRUE(all_end(workers));
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<WorkerDied>([&] { pending.get(); }),
              HasSubstr("unknown exit status"));
  EXPECT_THAT(pool.map(size_of_table, numbers(4), 1), Each(9));
  EXPECT_NE(pool.fork_server(), first);
}

// As the first process of a container does.
TEST(ForkServer, LeavesNoZombieToASubreaperWhenKilled) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  {
    Pool pool({.workers = 3, .start_method = StartMethod::kForkServer});
    const auto workers = watch(pool.workers());
    ::kill(pool.fork_server(), SIGKILL);
    EXPECT_TRUE(all_end(workers));
    EXPECT_TRUE(works(pool));
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ForkServer, ReportsAPreloadThatThrowsOrEnds) {
  EXPECT_THAT(
      error_of<PoolError>([] {
        Pool pool({.workers = 1,
                   .start_method = StartMethod::kForkServer,
                   .preload = [] { throw std::runtime_error("no data"); }});
      }),
      AllOf(HasSubstr("the preload failed in the fork server"),
            HasSubstr("std::runtime_error: no data")));
  EXPECT_THAT(error_of<PoolError>([] {
                Pool pool({.workers = 1,
                           .start_method = StartMethod::kForkServer,
                           .preload = [] { ::_exit(3); }});
              }),
              HasSubstr("the fork server ended with exit status 3"));
}

void throw_much(std::size_t size) {
  throw std::runtime_error("no data" + std::string(size, '!'));
}

TEST(ForkServer, ReportsALongErrorOfItsPreload) {
  for (const std::size_t size : {70'000U, 1'000'000U}) {
    EXPECT_THAT(error_of<PoolError>([&] {
                  Pool pool({.workers = 1,
                             .start_method = StartMethod::kForkServer,
                             .preload = {throw_much, size}});
                }),
                HasSubstr("std::runtime_error: no data!!"))
        << size;
  }
}

TEST(ForkServer, RefusesToForkBesideThreadsOfItsPreload) {
  EXPECT_THAT(
      error_of<PoolError>([] {
        Pool pool({.workers = 1,
                   .start_method = StartMethod::kForkServer,
                   .preload = [] { std::thread([] { ::pause(); }).detach(); }});
      }),
      HasSubstr("the preload has started threads"));
}

TEST(Options, AreRefusedIfInvalid) {
  EXPECT_THROW(Pool({.workers = 0}), std::invalid_argument);
  EXPECT_THROW(Pool({.workers = 1, .max_tasks_per_child = -1}),
               std::invalid_argument);
  EXPECT_THROW(Pool({.workers = 1, .preload = {make_table, 1}}),
               std::invalid_argument);
}

}  // namespace
}  // namespace cow::testing

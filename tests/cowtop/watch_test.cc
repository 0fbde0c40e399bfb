// Looks at processes of a folder that looks like /proc.
#include "cowtop/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "cow/os/descriptor.h"
#include "cowtop/fake_proc.h"
#include "os/print.h"

namespace cowtop {
namespace {

using cow::Pages;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeProc;
using testing::FakeProcess;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

cow::Bytes pages(std::int64_t count) { return to_bytes(Pages(count)); }

class Sampling : public ::testing::Test {
 protected:
  WatchOptions options() {
    WatchOptions options;
    options.proc = proc.path();
    options.now = [this] { return now; };
    options.cpu_time = [this] { return cpu += cost; };
    return options;
  }

  // Options with which `change` happens after the list has been made for the
  // nth time.
  WatchOptions changing(std::function<void(int)> change) {
    WatchOptions result = options();
    result.list = [this, change](const std::filesystem::path& path) {
      Processes all = cow::list_processes(path);
      change(++lists);
      return all;
    };
    return result;
  }

  // A parent and workers of one image.
  void put_pool(int workers) const {
    proc.put({.pid = 10});
    for (int i = 1; i <= workers; ++i) {
      proc.put({.pid = 10 + i, .parent = 10, .started = 101});
    }
  }

  static std::vector<pid_t> pids(const Sample& sample) {
    std::vector<pid_t> pids;
    for (const Row& row : sample.rows) pids.push_back(row.pid);
    return pids;
  }

  FakeProc proc;
  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
  nanoseconds cpu{0};
  nanoseconds cost{0};  // of a look
  int lists = 0;
};

TEST_F(Sampling, ShowsOnlyAProcessAndItsDescendants) {
  put_pool(2);
  proc.put({.pid = 13, .parent = 12, .started = 102});
  proc.put({.pid = 50});
  Watch watch(10, options());
  const Sample sample = watch.look();
  EXPECT_THAT(pids(sample), ElementsAre(10, 11, 12, 13));
  EXPECT_EQ(sample.rows[0].depth, 0);
  EXPECT_EQ(sample.rows[1].depth, 1);
  EXPECT_EQ(sample.rows[3].depth, 2);
  EXPECT_EQ(sample.rows[3].parent, 12);
  EXPECT_EQ(sample.rows[0].command, "python3 job.py");
  EXPECT_THAT(sample.notes, IsEmpty());
}

TEST_F(Sampling, ShowsSeveralProcessesAndNamesTheMissingOnes) {
  put_pool(1);
  proc.put({.pid = 50});
  proc.put({.pid = 51, .parent = 50, .started = 101});
  proc.put({.pid = 60});
  Watch watch({50, 7, 10}, options());
  const Sample sample = watch.look();
  EXPECT_THAT(pids(sample), UnorderedElementsAre(10, 11, 50, 51));
  EXPECT_THAT(sample.notes, ElementsAre("There is no process 7."));
  EXPECT_EQ(sample.totals.rss, pages(4000));
  for (const pid_t pid : {10, 11, 50}) proc.remove(pid);
  EXPECT_THAT(pids(watch.look()), ElementsAre(51));
  EXPECT_FALSE(watch.ended());
}

TEST_F(Sampling, FollowsTheProcessesWithANameAndTheirDescendants) {
  put_pool(1);
  proc.put({.pid = 50, .command = std::string("sh\0-c\0job.sh", 12)});
  proc.put({.pid = 51, .parent = 50, .started = 101, .command = "sleep"});
  WatchOptions named = options();
  named.name = "JOB.?h";
  EXPECT_THAT(Watch(named).look().notes,
              ElementsAre("There is no process with JOB.?h in its command."));
  named.name = "job.?h";
  Watch watch(named);
  EXPECT_THAT(pids(watch.look()), ElementsAre(50, 51));
  proc.put({.pid = 52, .started = 102, .command = "/bin/job.sh"});
  EXPECT_THAT(pids(watch.look()), UnorderedElementsAre(50, 51, 52));
  for (const pid_t pid : {50, 51, 52}) proc.remove(pid);
  watch.look();
  EXPECT_TRUE(watch.ended());
}

TEST_F(Sampling, LeavesOutCowtopAndWhatHasStartedIt) {
  const pid_t later = std::numeric_limits<pid_t>::max();
  proc.put({.pid = 40, .command = "sudo cowtop --name job"});
  proc.put({.pid = later, .parent = 40, .command = "sh cowtop --name job"});
  proc.put(
      {.pid = ::getpid(), .parent = later, .command = "cowtop --name job"});
  WatchOptions named = options();
  named.name = "job";
  EXPECT_THAT(Watch(named).look().rows, IsEmpty());
}

TEST_F(Sampling, ShowsOnlyTheProcessesOfAUser) {
  put_pool(1);
  WatchOptions other = options();
  other.user = ::geteuid() + 1;
  EXPECT_THAT(Watch(other).look().notes,
              ElementsAre(HasSubstr("None of this user's")));
  other.name = "job";
  EXPECT_THAT(Watch(other).look().rows, IsEmpty());
  other.user = ::geteuid();
  EXPECT_THAT(pids(Watch(other).look()), ElementsAre(10, 11));
}

TEST_F(Sampling, CountsTheProcessesOfAnotherUserThatMayNotBeRead) {
  proc.put_stat({.pid = 10, .code = 1});
  proc.put_stat({.pid = 11, .code = 1});
  proc.put_stat({.pid = 12, .code = 0});  // a thread of the kernel
  WatchOptions user = options();
  user.list = [](const std::filesystem::path& path) {
    Processes all = cow::list_processes(path);
    for (cow::ListedProcess& one : all) {
      one.user = 7;
      if (one.image.code == 1) one.image.stack = 0;
    }
    return all;
  };
  user.user = 7;
  const Sample sample = Watch(user).look();
  EXPECT_EQ(sample.hidden, 2U);
  EXPECT_THAT(sample.notes, ElementsAre(HasSubstr("2 processes of user 7 may "
                                                  "not be read")));
  user.user = 8;
  EXPECT_THAT(Watch(user).look().notes,
              ElementsAre(HasSubstr("None of this user's")));
}

TEST_F(Sampling, HasTheControlGroupThatLeavesLeast) {
  put_pool(1);
  EXPECT_FALSE(Watch(10, options()).look().group);
  const cow::testing::TemporaryFolder groups;
  const auto put = [&](const std::string& folder, const std::string& limit) {
    std::filesystem::create_directories(groups.path() / folder);
    cow::write_file(groups.path() / folder / "memory.max", limit + "\n");
    cow::write_file(groups.path() / folder / "memory.current", "5000000\n");
    cow::write_file(groups.path() / folder / "memory.stat",
                    "inactive_file 1000000\n");
  };
  put("box", "8000000");
  put("box/job", "max");
  proc.write(10, "cgroup", "0::/box/job\n");
  WatchOptions limited = options();
  limited.cgroups = groups.path();
  const Sample sample = Watch(10, limited).look();
  ASSERT_TRUE(sample.group);
  EXPECT_EQ(sample.group->used, cow::Bytes(4'000'000)) << "files can go";
  EXPECT_EQ(sample.group->limit, cow::Bytes(8'000'000));
}

TEST_F(Sampling, AddsUpEachColumn) {
  put_pool(1);
  Watch watch(10, options());
  const Sample sample = watch.look();
  EXPECT_EQ(sample.rows[0].usage->rss, pages(1000));
  EXPECT_EQ(sample.rows[0].usage->pss, pages(700));
  EXPECT_EQ(sample.rows[0].usage->uss(), pages(600));
  EXPECT_EQ(sample.totals.rss, pages(2000));
  EXPECT_EQ(sample.totals.pss, pages(1400));
  EXPECT_EQ(sample.totals.uss, pages(1200));
}

TEST_F(Sampling, ReadsOnlyTheListIfNothingChanged) {
  put_pool(4);
  Watch watch(10, options());
  watch.look();
  EXPECT_EQ(watch.reads().usages, 5);
  for (int i = 0; i < 3; ++i) watch.look();
  EXPECT_EQ(watch.reads().lists, 1 + 4) << "twice where something was read";
  EXPECT_EQ(watch.reads().usages, 5);
  EXPECT_EQ(watch.reads().page_maps, 5);
}

TEST_F(Sampling, IsRepeatedIfAProcessEndsMeanwhile) {
  put_pool(3);
  Watch watch(10, changing([&](int n) {
                if (n == 1) proc.remove(12);
              }));
  const Sample sample = watch.look();
  EXPECT_THAT(pids(sample), ElementsAre(10, 11, 13));
  EXPECT_EQ(sample.totals.pss, pages(2100));
  EXPECT_FALSE(sample.torn);
  EXPECT_THAT(sample.notes, IsEmpty());
  EXPECT_EQ(watch.reads().usages, 4 + 3);
}

TEST_F(Sampling, IsRepeatedIfAProcessStartsMeanwhile) {
  put_pool(1);
  Watch watch(10, changing([&](int n) {
                if (n == 1) proc.put({.pid = 12, .parent = 10, .started = 102});
              }));
  const Sample sample = watch.look();
  EXPECT_THAT(pids(sample), ElementsAre(10, 11, 12));
  EXPECT_FALSE(sample.torn);
}

TEST_F(Sampling, IsRepeatedIfAProcessWasEnding) {
  put_pool(1);
  proc.put_stat({.pid = 12, .parent = 10, .started = 102, .code = 0});
  Watch watch(10, changing([&](int n) {
                if (n == 1) proc.remove(12);
              }));
  EXPECT_THAT(pids(watch.look()), ElementsAre(10, 11));
  EXPECT_EQ(watch.reads().usages, 3 + 2);
}

TEST_F(Sampling, KeepsFiguresOfAnEndingProcess) {
  proc.put({.pid = 10});
  WatchOptions ending = options();
  ending.list = [this](const std::filesystem::path& path) {
    if (++lists == 2) proc.put_stat({.pid = 10, .rss = 0, .code = 0});
    return cow::list_processes(path);
  };
  EXPECT_EQ(Watch(10, ending).look().totals.rss, pages(1000));
}

TEST_F(Sampling, IsRepeatedOnlyOnceIfProcessesKeepEnding) {
  put_pool(6);
  Watch watch(10, changing([&](int n) { proc.remove(10 + n); }));
  const Sample sample = watch.look();
  EXPECT_TRUE(sample.torn);
  EXPECT_THAT(sample.notes, Contains(HasSubstr("came and went")));
  EXPECT_EQ(watch.reads().usages, 7 + 6);
}

TEST_F(Sampling, IsNotRepeatedForUnrelatedProcesses) {
  put_pool(1);
  Watch watch(10, changing([&](int n) { proc.put({.pid = 50 + n}); }));
  EXPECT_FALSE(watch.look().torn);
  EXPECT_EQ(watch.reads().usages, 2);
}

TEST_F(Sampling, KeepsFiguresOfAProcessThatEndsRightAfter) {
  proc.put({.pid = 10});
  WatchOptions ending = options();
  ending.list = [this](const std::filesystem::path& path) {
    if (++lists == 2) proc.remove(10);
    return cow::list_processes(path);
  };
  Watch watch(10, ending);
  const Sample sample = watch.look();
  EXPECT_EQ(sample.totals.rss, pages(1000));
  EXPECT_FALSE(sample.torn);
  EXPECT_FALSE(watch.ended());
}

TEST_F(Sampling, RereadsAllRelativesIfOneRelativeChanged) {
  put_pool(4);
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 12, .parent = 10, .started = 101, .faults = 1});
  watch.look();
  EXPECT_EQ(watch.reads().usages, 10);
  EXPECT_EQ(watch.reads().page_maps, 5) << "no figure has changed";
}

TEST_F(Sampling, ComparesPagesAgainIfFiguresChanged) {
  put_pool(4);
  Watch watch(10, options());
  watch.look();
  proc.put(
      {.pid = 12, .parent = 10, .started = 101, .faults = 999, .uss = 999});
  watch.look();
  EXPECT_EQ(watch.reads().page_maps, 10);
}

TEST_F(Sampling, RereadsIfAnUnwatchedRelativeChanged) {
  put_pool(2);
  Watch watch(11, options());
  EXPECT_THAT(pids(watch.look()), ElementsAre(11));
  proc.put({.pid = 12, .parent = 10, .started = 101, .faults = 1});
  watch.look();
  EXPECT_EQ(watch.reads().usages, 2);
}

TEST_F(Sampling, IgnoresChangesOfUnrelatedProcesses) {
  put_pool(2);
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 50, .faults = 7, .code = 0x9000});
  watch.look();
  EXPECT_EQ(watch.reads().usages, 3);
}

TEST_F(Sampling, IgnoresWhetherAProcessSleepsOrRuns) {
  put_pool(1);
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 10, .state = 'R'});
  watch.look();
  EXPECT_EQ(watch.reads().usages, 2);
}

TEST_F(Sampling, FollowsOrphans) {
  put_pool(2);
  Watch watch(10, options());
  watch.look();
  proc.remove(10);
  proc.put({.pid = 11, .parent = 1, .started = 101});
  proc.put({.pid = 12, .parent = 1, .started = 101});
  const Sample sample = watch.look();
  EXPECT_THAT(pids(sample), ElementsAre(11, 12));
  EXPECT_EQ(sample.rows[0].depth, 0);
  EXPECT_FALSE(watch.ended());
  proc.put({.pid = 13, .parent = 12, .started = 300});
  EXPECT_THAT(pids(watch.look()), ElementsAre(11, 12, 13));
}

TEST_F(Sampling, DoesNotFollowAReusedId) {
  put_pool(1);
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 11, .parent = 1, .started = 900});
  EXPECT_THAT(pids(watch.look()), ElementsAre(10));
}

TEST_F(Sampling, ForgetsTheFiguresOfAReusedId) {
  put_pool(1);
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 11, .parent = 10, .started = 900, .uss = 650});
  now += std::chrono::seconds(1);
  const Sample sample = watch.look();
  ASSERT_THAT(pids(sample), ElementsAre(10, 11));
  EXPECT_EQ(sample.rows[1].usage->uss(), pages(650));
  EXPECT_EQ(sample.rows[1].became_private, cow::Bytes());
}

TEST_F(Sampling, ShowsHowMuchBecamePrivateAndHowFast) {
  proc.put({.pid = 10, .uss = 100});
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 10, .faults = 1, .uss = 300});
  now += std::chrono::seconds(2);
  const Sample sample = watch.look();
  EXPECT_EQ(sample.rows[0].became_private, pages(200));
  EXPECT_EQ(sample.rows[0].private_per_second, pages(100));
}

TEST_F(Sampling, LetsTheRateFallIfNothingChanges) {
  proc.put({.pid = 10, .uss = 100});
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 10, .faults = 1, .uss = 300});
  for (int i = 0; i < 5; ++i) {
    now += std::chrono::seconds(1);
    watch.look();
  }
  const Sample sample = watch.look();
  EXPECT_EQ(sample.rows[0].became_private, pages(200));
  EXPECT_EQ(sample.rows[0].private_per_second, cow::Bytes());
}

// A parent whose heap is shared, and two workers with these heaps.
class DirtyingRate : public Sampling {
 protected:
  void put_heaps(const std::string& worker) {
    faults += 9000;  // as many as pages can have been written
    proc.put({.pid = 10, .rss = 9000});
    proc.put_heap(10, std::string(6000, 's'));
    for (pid_t pid = 11; pid < 13; ++pid) {
      proc.put({.pid = pid,
                .parent = 10,
                .started = 101,
                .faults = faults,
                .rss = 9000,
                .uss = std::count(worker.begin(), worker.end(), 'x')});
      proc.put_heap(pid, worker);
    }
  }

  // A worker that has written some of the 6,000 pages that it inherited, and
  // made some for itself.
  static std::string heap(std::size_t written, std::size_t made) {
    return std::string(written, 'x') + std::string(6000 - written, 's') +
           std::string(made, 'x');
  }

  std::int64_t faults = 0;
};

TEST_F(DirtyingRate, IsShownWhilePagesBecomePrivate) {
  put_heaps(heap(2000, 0));
  Watch watch(10, options());
  watch.look();
  put_heaps(heap(4000, 0));
  now += std::chrono::seconds(1);
  EXPECT_THAT(watch.look().diagnosis.sentence,
              HasSubstr("becomes private at 15.6 MiB a second"));
  for (int i = 0; i < 6; ++i) {
    now += std::chrono::seconds(1);
    watch.look();
  }
  EXPECT_THAT(watch.look().diagnosis.sentence, HasSubstr("has been copied"))
      << "it has come to rest";
}

TEST_F(DirtyingRate, IgnoresMemoryThatWorkersMake) {
  put_heaps(heap(4000, 0));
  Watch watch(10, options());
  watch.look();
  put_heaps(heap(4000, 2000));
  now += std::chrono::seconds(1);
  EXPECT_THAT(watch.look().diagnosis.sentence,
              HasSubstr("was shared and has been copied"));
}

TEST_F(DirtyingRate, StaysShownIfAChangeIsTooSmallToReadPagesAgain) {
  put_heaps(heap(2000, 0));
  Watch watch(10, options());
  watch.look();
  put_heaps(heap(4000, 0));
  now += std::chrono::seconds(1);
  watch.look();
  const auto page_maps = watch.reads().page_maps;
  put_heaps(heap(4001, 0));
  now += std::chrono::seconds(1);
  EXPECT_THAT(watch.look().diagnosis.sentence, HasSubstr("a second"));
  EXPECT_EQ(watch.reads().page_maps, page_maps);
}

TEST_F(DirtyingRate, EndsButTheDiagnosisStaysDirtying) {
  put_heaps(heap(500, 0));
  Watch watch(10, options());
  watch.look();
  put_heaps(heap(1100, 0));
  now += std::chrono::seconds(1);
  EXPECT_THAT(watch.look().diagnosis.sentence, HasSubstr("becomes private"));
  for (int i = 0; i < 6; ++i) {
    now += std::chrono::seconds(1);
    watch.look();
  }
  const Diagnosis after = watch.look().diagnosis;
  EXPECT_EQ(after.kind, Kind::kDirtying);
  EXPECT_THAT(after.sentence, HasSubstr("has been copied"));
}

TEST_F(DirtyingRate, IsNotShownIfTheWorkersHaveNoPageFaults) {
  put_heaps(heap(2000, 0));
  faults = 0;
  Watch watch(10, options());
  watch.look();
  faults -= 9000;  // the workers have none
  put_heaps(heap(4000, 0));
  now += std::chrono::seconds(1);
  EXPECT_THAT(watch.look().diagnosis.sentence,
              Not(HasSubstr("becomes private")));
}

TEST_F(Sampling, StartsCountingAgainAfterExec) {
  proc.put({.pid = 10, .uss = 600});
  Watch watch(10, options());
  watch.look();
  proc.put(
      {.pid = 10, .name = "sh", .code = 0x8000, .uss = 20, .command = "sh"});
  const Sample sample = watch.look();
  EXPECT_EQ(sample.rows[0].became_private, cow::Bytes());
  EXPECT_EQ(sample.rows[0].command, "sh");
}

TEST_F(Sampling, ShowsAZombieWithoutFigures) {
  put_pool(1);
  proc.put_stat({.pid = 12,
                 .parent = 10,
                 .state = 'Z',
                 .started = 102,
                 .rss = 0,
                 .code = 0});
  Watch watch(10, options());
  const Sample sample = watch.look();
  ASSERT_THAT(pids(sample), ElementsAre(10, 11, 12));
  EXPECT_THAT(sample.rows[2].usage.reason(), HasSubstr("zombie"));
  EXPECT_EQ(sample.rows[2].command, "[python3]");
  EXPECT_THAT(sample.notes, ElementsAre(HasSubstr("PID 12")));
  EXPECT_EQ(sample.totals.rss, pages(2000));
}

TEST_F(Sampling, EndsIfOnlyZombiesAreLeft) {
  proc.put({.pid = 10});
  Watch watch(10, options());
  watch.look();
  EXPECT_FALSE(watch.ended());
  proc.put_stat({.pid = 10, .state = 'Z', .rss = 0, .code = 0});
  watch.look();
  EXPECT_TRUE(watch.ended());
}

TEST_F(Sampling, EndsAtOnceIfThereIsNoProcess) {
  Watch watch(10, options());
  const Sample sample = watch.look();
  EXPECT_THAT(sample.rows, IsEmpty());
  EXPECT_THAT(sample.notes, ElementsAre("There is no process 10."));
  EXPECT_TRUE(watch.ended());
}

TEST_F(Sampling, DoesNotPickUpAProcessThatStartsLater) {
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 10});
  EXPECT_THAT(watch.look().rows, IsEmpty());
}

TEST_F(Sampling, NamesUnreadableProcesses) {
  put_pool(1);
  proc.put_stat({.pid = 11, .parent = 10, .started = 101});
  proc.remove(11, "smaps_rollup");
  Watch watch(10, options());
  const Sample sample = watch.look();
  EXPECT_THAT(sample.rows[1].usage.reason(), HasSubstr("smaps_rollup"));
  EXPECT_THAT(sample.notes, ElementsAre(HasSubstr("PID 11")));
  EXPECT_EQ(sample.totals.rss, pages(1000));
}

TEST_F(Sampling, NamesOnlySomeOfManyUnreadableProcesses) {
  proc.put({.pid = 10});
  for (pid_t pid = 11; pid < 19; ++pid) {
    proc.put_stat({.pid = pid, .parent = 10, .started = 101, .rss = 0});
  }
  Watch watch(10, options());
  EXPECT_THAT(
      watch.look().notes,
      ElementsAre("8 processes could not be read (there is no memory to "
                  "read): PID 11, 12, 13, 14, 15 and 3 more."));
}

TEST_F(Sampling, SkipsAProcessThatEndsWhileItIsRead) {
  put_pool(1);
  proc.remove(11, "stat");  // it is listed, and gone
  Watch watch(10, options());
  EXPECT_THAT(pids(watch.look()), ElementsAre(10));
}

TEST_F(Sampling, SurvivesMalformedFiles) {
  put_pool(2);
  proc.write(11, "stat", "garbage");
  proc.write(12, "smaps_rollup", "garbage");
  proc.write(10, "maps", "garbage\n");
  Watch watch(10, options());
  const Sample sample = watch.look();
  ASSERT_THAT(pids(sample), ElementsAre(10, 12));
  EXPECT_FALSE(sample.rows[1].usage);
}

TEST_F(Sampling, ShowsANewNameWithoutControlCharacters) {
  proc.put({.pid = 10});
  Watch watch(10, options());
  watch.look();
  proc.put({.pid = 10,
            .name = "x",
            .faults = 1,
            .command = std::string("a\033[2J\0b\xff", 8)});
  EXPECT_EQ(watch.look().rows[0].command, "a\uFFFD[2J b\uFFFD");
}

TEST_F(Sampling, SurvivesAThousandProcesses) {
  put_pool(1000);
  Watch watch(10, options());
  const Sample sample = watch.look();
  EXPECT_EQ(sample.rows.size(), 1001U);
  EXPECT_EQ(sample.totals.rss, pages(1'001'000));
  watch.look();
  EXPECT_EQ(watch.reads().usages, 1001);
}

TEST_F(Sampling, ShowsTheLargestForkedTreeFirst) {
  const auto put = [&](pid_t pid, pid_t parent, std::uint64_t code,
                       std::int64_t pss) {
    proc.put({.pid = pid,
              .parent = parent,
              .started = 100U + static_cast<std::uint64_t>(pid),
              .code = code,
              .pss = pss});
  };
  put(10, 1, 0xa000, 1000);
  put(11, 10, 0xa000, 1000);
  put(20, 11, 0xb000, 5000);  // a pool that a shell has started
  put(21, 20, 0xb000, 5000);
  put(22, 21, 0xc000, 5);  // a program that a worker runs
  put(30, 1, 0xd000, 90000);
  put(40, 1, 0xe000, 10);  // too small for a sentence
  put(41, 40, 0xe000, 10);
  Watch watch(options());
  const Sample sample = watch.look();
  EXPECT_THAT(pids(sample), ElementsAre(20, 21, 22, 10, 11, 40, 41));
  EXPECT_THAT(sample.notes, ElementsAre(HasSubstr("3 trees")));
  EXPECT_THAT(sample.diagnosis.sentence,
              StartsWith("Of PID 20 and its descendants: can't tell"));
  ASSERT_EQ(sample.others.size(), 1U);
  EXPECT_THAT(sample.others[0].sentence,
              StartsWith("Of PID 10 and its descendants: can't tell"));
  EXPECT_FALSE(watch.ended());
}

TEST_F(Sampling, SaysIfNoProcessesShareMemoryThroughFork) {
  proc.put({.pid = 30});
  Watch watch(options());
  EXPECT_THAT(watch.look().notes, ElementsAre(HasSubstr("None of your")));
}

TEST_F(Sampling, OmitsTheNoteOnTheNextLookIfThereIsNone) {
  put_pool(1);
  cost = milliseconds(1000);
  WatchOptions single = options();
  EXPECT_THAT(Watch(10, single).look().notes,
              ElementsAre(HasSubstr("the next look")));
  single.once = true;
  EXPECT_THAT(Watch(10, single).look().notes, IsEmpty());
}

TEST_F(Sampling, KeepsTheGivenInterval) {
  put_pool(1);
  cost = milliseconds(1);
  Watch watch(10, options());
  EXPECT_EQ(watch.look().until_next, milliseconds(1000));
  watch.set_interval(milliseconds(5000));
  EXPECT_EQ(watch.look().until_next, milliseconds(5000));
}

TEST_F(DirtyingRate, IsNotShownAfterALongWaitWithoutNewPageFaults) {
  WatchOptions costly = options();
  costly.nap = [](milliseconds) {};
  cost = std::chrono::milliseconds(300);  // so the next look is in 20 s
  put_heaps(heap(2000, 0));
  Watch watch(10, costly);
  watch.look();
  put_heaps(heap(6000, 0));
  now += std::chrono::seconds(1);
  EXPECT_THAT(watch.look().diagnosis.sentence,
              Not(HasSubstr("becomes private at")));
}

TEST_F(DirtyingRate, IsShownAfterALongWaitIfThereArePageFaults) {
  WatchOptions costly = options();
  costly.nap = [this](milliseconds) { put_heaps(heap(5000, 0)); };
  cost = std::chrono::milliseconds(300);
  put_heaps(heap(2000, 0));
  Watch watch(10, costly);
  watch.look();
  put_heaps(heap(4000, 0));
  now += std::chrono::seconds(1);
  EXPECT_THAT(watch.look().diagnosis.sentence, HasSubstr("becomes private at"));
}

TEST_F(Sampling, SaysThatHugetlbPagesAreInNoFigure) {
  proc.put({.pid = 10});
  proc.write(10, "smaps_rollup",
             "Rss: 8 kB\nPss: 8 kB\nPrivate_Dirty: 8 kB\n"
             "Shared_Hugetlb: 30720 kB\nPrivate_Hugetlb: 30720 kB\n");
  Watch watch(10, options());
  EXPECT_THAT(watch.look().notes,
              ElementsAre(HasSubstr("hugetlbfs are in none of these figures: "
                                    "the processes have 60.0 MiB")));
}

TEST_F(Sampling, SlowsDownAndSaysSoIfItCostsTooMuch) {
  put_pool(1);
  cost = milliseconds(300);
  Watch watch(10, options());
  nanoseconds spent{0};
  const auto begin = now;
  Sample sample;
  for (int i = 0; i < 100; ++i) {
    sample = watch.look();
    now += sample.until_next;
    spent += cost;
  }
  EXPECT_EQ(sample.until_next, milliseconds(20'000)) << "0.3 s are 1.5 % of it";
  EXPECT_LE(spent, (now - begin) * 15 / 1000 + milliseconds(300));
  EXPECT_THAT(sample.notes,
              ElementsAre(AllOf(HasSubstr("in 20.0 s rather than 1.0"),
                                HasSubstr("under 2 % of a processor"))));
}

TEST_F(Sampling, LooksAsOftenAsItsBudgetAllows) {
  put_pool(1);
  cost = milliseconds(900);
  const auto wait_with = [&](double budget) {
    WatchOptions allowed = options();
    allowed.budget = budget;
    Watch watch(10, allowed);
    milliseconds wait{0};
    for (int i = 0; i < 100; ++i) {
      wait = watch.look().until_next;
      now += wait;
    }
    return wait;
  };
  EXPECT_EQ(wait_with(30), milliseconds(4000)) << "22.5 % are for looks";
  EXPECT_EQ(wait_with(100), milliseconds(1000)) << "the interval";
}

}  // namespace
}  // namespace cowtop

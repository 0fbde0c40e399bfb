// Lesson 16: each bound derived again from the raw figures.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cow/lesson/manifest.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kLesson = "16_many_machines";
constexpr const char* kCopies = "a copy in each rank";
constexpr const char* kOne = "a window on the node";
constexpr const char* kCut = "a window on each node";

#define SKIP_WITHOUT_MPI() \
  if (!lesson_named(kLesson).built()) GTEST_SKIP() << "no Open MPI here"

// What the data costs all ranks together, in bytes.
std::int64_t cost(const nlohmann::json& report, const std::string& moment) {
  const Held held = moment_of(report, moment);
  return held.sum(&Row::pss) - pss_base(nothing_before(report, moment), held);
}

std::int64_t nodes_of(const nlohmann::json& report, const std::string& moment) {
  for (const auto& each : report.at("moments")) {
    if (each.at("name") == moment) return each.at("transfer").at("nodes");
  }
  ADD_FAILURE() << "no moment is called " << moment;
  return 0;
}

void expect_claims(std::int64_t D, std::int64_t N, std::int64_t K) {
  SCOPED_TRACE(::testing::Message() << D << ", " << N << ", " << K);
  const auto report =
      report_of(kLesson, {"--data", std::to_string(D), "--workers",
                          std::to_string(N), "--nodes", std::to_string(K)});
  const auto expect_cost = [&](const char* moment, std::int64_t copies) {
    SCOPED_TRACE(moment);
    const Held held = moment_of(report, moment);
    ASSERT_EQ(std::ssize(held.workers), N);
    const std::int64_t slack =
        std::max({copies * D / 50, 256 * kKiB, pss_slack(copies * D, N + 1)});
    EXPECT_GE(cost(report, moment), copies * D - slack);
    EXPECT_LE(cost(report, moment), copies * D + slack);
    // Every rank has read all of it, wherever it is.
    EXPECT_GE(held.least(&Row::rss), D);
    for (const auto& each : report.at("moments")) {
      EXPECT_EQ(each.at("transfer").at("right_results"), N);
    }
  };
  expect_cost(kCopies, N);
  expect_cost(kOne, 1);
  expect_cost(kCut, K);
  EXPECT_EQ(nodes_of(report, kOne), 1);
  EXPECT_EQ(nodes_of(report, kCut), K);

  // A copy is a rank's own; a window that several map belongs to none of them.
  const Held nothing = nothing_before(report, kCopies);
  EXPECT_GE(moment_of(report, kCopies).least(&Row::uss), D);
  if (N > K) {
    EXPECT_LE(moment_of(report, kOne).most(&Row::uss),
              nothing.most(&Row::uss) + kMiB);
  }
}

TEST(ManyMachines, HoldOneCopyEach) {
  SKIP_WITHOUT_MPI();
  expect_claims(64 * kMiB, 4, 2);
}

TEST(ManyMachines, KeepTheirClaimsWithOneThreeOrFourNodes) {
  SKIP_WITHOUT_MPI();
  expect_claims(32 * kMiB, 6, 3);
  expect_claims(24 * kMiB, 4, 4);
  expect_claims(40 * kMiB, 1, 1);
}

TEST(ManyMachines, KeepTheirClaimsForNodesOfDifferentSizes) {
  SKIP_WITHOUT_MPI();
  expect_claims(5'000'001 + 8 * kMiB, 5, 2);
}

void expect_refusal(const Outcome& outcome, int status,
                    const std::string& sentence) {
  EXPECT_EQ(outcome.status.code, status) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr(sentence));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
}

TEST(ManyMachines, RefuseBadNumbersOfNodes) {
  SKIP_WITHOUT_MPI();
  for (const char* bad : {"0", "nan", "-1", "1.5", "5", ""}) {
    expect_refusal(run({program(kLesson), "--nodes", bad}), 2,
                   std::string("--nodes ") + bad +
                       ": expected a whole number from 1 to 4");
  }
  expect_refusal(run({program("04_global"), "--nodes", "2"}), 2,
                 "--nodes 2: no such flag");
}

TEST(ManyMachines, NeedMpirun) {
  SKIP_WITHOUT_MPI();
  const TemporaryFolder empty;
  expect_refusal(run({program(kLesson)},
                     [&] { ::setenv("PATH", empty.path().c_str(), 1); }),
                 77, "there is no mpirun here: install Open MPI");
}

// mpirun that cannot do what it is asked says so in several lines.
TEST(ManyMachines, ShowOnlyTheFirstSentenceOfAnMpirunError) {
  SKIP_WITHOUT_MPI();
  const TemporaryFolder folder;
  const fs::path hosts = folder.path() / "no_hosts";
  expect_refusal(run({program(kLesson)},
                     [&] {
                       ::setenv("OMPI_MCA_orte_default_hostfile", hosts.c_str(),
                                1);
                     }),
                 77, "mpirun ended with exit status");
}

// In a mount namespace of its own: `prepare` has changed /dev/shm there.
Outcome run_with_shm(const std::function<bool()>& prepare) {
  return run({program(kLesson)}, [&] {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        !prepare()) {
      ::_exit(99);
    }
  });
}

TEST(ManyMachines, NeedRoomForTheirSegments) {
  SKIP_WITHOUT_MPI();
  const auto small = [] {
    return ::mount("small", "/dev/shm", "tmpfs", 0, "size=16m") == 0;
  };
  const Outcome outcome = run_with_shm(small);
  if (outcome.status.code == 99) GTEST_SKIP() << "no mount namespace here";
  expect_refusal(outcome, 77,
                 "this needs 148.0 MiB in /dev/shm, and 16.0 MiB are free");
  const auto none = [] {
    return ::mount("none", "/dev", "tmpfs", 0, "size=1m") == 0;
  };
  expect_refusal(run_with_shm(none), 77, "there is no /dev/shm that can be");
}

// How many ranks have made a segment for messages. (A window is there, too, but
// its name is removed as soon as all have opened it.)
std::int64_t ranks_in(const fs::path& folder) {
  const fs::directory_iterator files(folder);
  return std::count_if(begin(files), end(files), [](const auto& file) {
    return file.path().filename().string().starts_with("vader_segment");
  });
}

// A run whose ranks are there. It is of a copy of the program, which has a
// folder for its segments and its session: another test may run the lesson,
// too.
struct Running {
  TemporaryFolder place;
  fs::path copy = place.path() / "lesson";
  fs::path folder = place.path() / "segments";
  fs::path messages = place.path() / "messages";
  Child lesson;
  std::vector<Descriptor> pidfds = {};  // of the lesson, mpirun, the ranks
};

constexpr int kMinute = 60'000;

void start(Running& run) {
  fs::copy_file(program(kLesson), run.copy);
  fs::create_directory(run.folder);
  const Descriptor changes(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  EXPECT_NE(::inotify_add_watch(changes.get(), run.folder.c_str(), IN_CREATE),
            -1);
  run.lesson = run_program({run.copy}, [&] {
    for (const char* variable :
         {"TMPDIR", "OMPI_MCA_btl_vader_backing_directory",
          "OMPI_MCA_osc_sm_backing_directory"}) {
      ::setenv(variable, run.folder.c_str(), 1);
    }
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::dup2(::open(run.messages.c_str(), O_WRONLY | O_CREAT, 0600),
           STDERR_FILENO);
  });
  while (ranks_in(run.folder) < 4 && wait_readable(changes.get(), kMinute)) {
    std::array<char, 4096> events{};
    EXPECT_GT(::read(changes.get(), events.data(), events.size()), 0);
  }
  EXPECT_EQ(ranks_in(run.folder), 4);
  for (const pid_t pid : processes_of(run.copy)) {
    run.pidfds.push_back(open_pidfd(pid));
  }
  EXPECT_EQ(run.pidfds.size(), 1U + 1U + 4U);
}

void expect_nothing_left(const Running& run) {
  for (const Descriptor& pidfd : run.pidfds) {
    EXPECT_TRUE(wait_readable(pidfd.get(), kMinute));
  }
  EXPECT_THAT(processes_of(run.copy), IsEmpty());
  EXPECT_TRUE(fs::is_empty(run.folder));
}

TEST(ManyMachines, LeaveNothingBehindHoweverTheyEnd) {
  SKIP_WITHOUT_MPI();
  for (const int signal : {SIGKILL, SIGTERM, SIGINT}) {
    Running run;
    start(run);
    run.lesson.kill(signal);
    EXPECT_EQ(run.lesson.wait().signal, signal);
    expect_nothing_left(run);
  }
}

TEST(ManyMachines, EndIfARankIsKilled) {
  SKIP_WITHOUT_MPI();
  Running run;
  start(run);
  ::kill(processes_of(run.copy).back(), SIGKILL);
  EXPECT_EQ(run.lesson.wait().code, 77);
  EXPECT_EQ(*read_file(run.messages),
            "16_many_machines: a rank was ended by signal 9 (Killed)\n");
  expect_nothing_left(run);
}

}  // namespace
}  // namespace cow::testing

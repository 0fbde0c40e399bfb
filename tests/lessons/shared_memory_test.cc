// Lesson 13: each bound derived again from the raw figures.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "lessons/report.h"
#include "support/leaks.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;
using Values = std::vector<std::int64_t>;

const std::vector<std::string> kKinds{"memfd", "POSIX shm", "file"};

std::string in_place(const std::string& kind) {
  return kind + ", results in place";
}

// The figure of the claim that begins with `claim`.
Values claimed(const nlohmann::json& report, const std::string& claim) {
  for (const auto& each : report.at("claims")) {
    if (each.at("name").get<std::string>().starts_with(claim)) {
      return each.at("figure").at("values");
    }
  }
  ADD_FAILURE() << "no claim begins with " << claim;
  return {};
}

// What the data costs all processes: none of it is a part of the base.
std::int64_t cost(const nlohmann::json& report, const std::string& moment) {
  const Held held = moment_of(report, moment);
  return held.sum(&Row::pss) - pss_base(nothing_before(report, moment), held);
}

std::int64_t least_rss(const nlohmann::json& report,
                       const std::string& moment) {
  const Held held = moment_of(report, moment);
  return std::min(held.parent.rss, held.least(&Row::rss));
}

void expect_shared(const nlohmann::json& report, const std::string& kind,
                   std::int64_t D, std::int64_t N, std::int64_t n) {
  SCOPED_TRACE(kind);
  const std::int64_t slack = std::max(D / 50, 256 * kKiB + N * 64 * kKiB);
  const Held held = moment_of(report, kind);
  ASSERT_EQ(std::ssize(held.workers), N);
  // All of it is in each process, and nothing of it belongs to one alone.
  EXPECT_GE(least_rss(report, kind), D);
  EXPECT_LE(held.most(&Row::uss), std::min(D / 2, kMiB));
  EXPECT_LE(held.parent.uss, kMiB + D / 50);
  const std::int64_t share = D / (N + 1);
  EXPECT_THAT(claimed(report, kind + ": one of N + 1 shares"),
              AllOf(SizeIs(1), Each(AllOf(Ge(share - share / 50 - 4 * kKiB),
                                          Le(share + 4 * kKiB)))));
  for (const std::string& moment : {kind, in_place(kind)}) {
    const Held now = moment_of(report, moment);
    const Held nothing = nothing_before(report, moment);
    if (kind == "file") {
      // A file's pages count among those of files, the program's as well.
      const std::int64_t more =
          now.sum(&Row::pss_file) - nothing.sum(&Row::pss_file);
      EXPECT_GE(more, D - D / 50 - 4 * kMiB);
      EXPECT_LE(more, D + D / 50 + 4 * kMiB);
    } else {
      EXPECT_GE(cost(report, moment), D - slack) << moment;
      EXPECT_LE(cost(report, moment), D + slack) << moment;
    }
  }
  // The call of the initializer: 48 + 8 bytes, then the handle, whatever D is:
  // a path, five numbers of eight bytes, and a bool.
  const Values sent = claimed(report, kind + ": each worker is sent a handle");
  EXPECT_THAT(sent, AllOf(SizeIs(1), Each(AllOf(Ge(N * (48 + 8 + 8 + 41)),
                                                Le(N * (48 + 8 + 8 + 300))))));
  // Replies to a map that returns nothing: a header of 48 bytes each.
  for (const auto& moment : report.at("moments")) {
    if (moment.at("name") != in_place(kind)) continue;
    const auto& transfer = moment.at("transfer");
    EXPECT_EQ(transfer.at("from_workers"),
              transfer.at("batches").get<std::int64_t>() * 48);
  }
  EXPECT_EQ(claimed(report, kind + ": results that are right"), Values{n});
}

void expect_claims(const nlohmann::json& report, std::int64_t D, std::int64_t N,
                   std::int64_t n) {
  for (const std::string& kind : kKinds) expect_shared(report, kind, D, N, n);
  EXPECT_EQ(claimed(report, "sealed: map to write, write, shrink"),
            Values(3, EPERM));
  EXPECT_EQ(claimed(report, "sealed: make a mapping writable"), Values{EACCES});
  EXPECT_EQ(claimed(report, "sealed: store"), Values{SIGSEGV});
  EXPECT_EQ(claimed(report, "left after kill -9: memfd"), Values{0});
  EXPECT_EQ(claimed(report, "left after kill -9: POSIX shm"), Values{D});
  EXPECT_EQ(claimed(report, "left after kill -9: file"), Values{D});
  for (const auto& moment : report.at("moments")) {
    const std::string name = moment.at("name");
    if (name.find(",") != std::string::npos) continue;
    const auto& right = moment.at("transfer").at("right_results");
    if (std::find(kKinds.begin(), kKinds.end(), name) != kKinds.end()) {
      EXPECT_EQ(right, n) << name;
    }
  }
}

TEST(SharedMemory, ExistsOnceForSpawnedWorkers) {
  expect_claims(report_of("13_shared_memory"), 64 * kMiB, 4, 4);
}

TEST(SharedMemory, KeepsItsClaimsForOneWorkerAndForMany) {
  for (const std::int64_t workers : {1, 2, 10}) {
    expect_claims(report_of("13_shared_memory", {"--data", "40MiB", "--workers",
                                                 std::to_string(workers)}),
                  40 * kMiB, workers, workers);
  }
}

TEST(SharedMemory, MeetsItsClaimsForManyItems) {
  expect_claims(report_of("13_shared_memory", {"--data", "16MiB", "--workers",
                                               "2", "--items", "64"}),
                16 * kMiB, 2, 64);
}

TEST(SharedMemory, IsSealedWhateverItsSize) {
  for (const char* size : {"4MiB", "5000001"}) {
    const auto report = report_of("13_shared_memory", {"--data", size});
    EXPECT_EQ(claimed(report, "sealed: map to write, write, shrink"),
              Values(3, EPERM))
        << size;
  }
}

// Segments of lessons that have ended: another test may run this lesson, too.
std::set<std::string> names_left() { return holdings().segments; }

TEST(SharedMemory, LeavesNoNameBehind) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run({program("13_shared_memory"), "--data", "4MiB"},
          [&] { ::setenv("TMPDIR", folder.path().c_str(), 1); });
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_THAT(names_left(), IsEmpty());
}

// The signal comes as soon as the lesson has made its file.
TEST(SharedMemory, LeavesNoNameBehindWhenItIsInterrupted) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    const Descriptor changes(::inotify_init1(IN_CLOEXEC));
    ASSERT_NE(
        ::inotify_add_watch(changes.get(), folder.path().c_str(), IN_CREATE),
        -1);
    Child lesson = run_program({program("13_shared_memory")}, [&] {
      ::setenv("TMPDIR", folder.path().c_str(), 1);
      ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    });
    constexpr int kMinute = 60'000;
    EXPECT_TRUE(wait_readable(changes.get(), kMinute));
    lesson.kill(signal);
    EXPECT_EQ(lesson.wait().signal, signal);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    EXPECT_THAT(names_left(), IsEmpty());
  }
}

TEST(SharedMemory, AboveTheFileSizeLimitIsRefusedByTheLesson) {
  const Outcome outcome =
      run({program("13_shared_memory"), "--data", "8MiB"}, [] {
        const struct rlimit limit { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };
        ::setrlimit(RLIMIT_FSIZE, &limit);
      });
  EXPECT_EQ(outcome.status.code, 77);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err,
              HasSubstr("no room for 8.0 MiB in memory: the limit on the size "
                        "of files is smaller (ulimit -f): File too large\n"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
}

}  // namespace
}  // namespace cow::testing

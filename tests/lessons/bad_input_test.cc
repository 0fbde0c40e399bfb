// What a lesson says to a command line or a machine that it cannot work with:
// one clear sentence, the exit status of the contract, nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cow/lesson/manifest.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> written_lessons() {
  std::vector<std::string> names;
  for (const LessonEntry& lesson : lessons()) {
    if (lesson.built()) names.emplace_back(lesson.name);
  }
  return names;
}

void expect_refusal(const Outcome& outcome, int status,
                    const std::string& sentence) {
  EXPECT_EQ(outcome.status.signal, 0);
  EXPECT_EQ(outcome.status.code, status) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr(sentence));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
}

void limit(decltype(RLIMIT_NOFILE) resource, rlim_t value) {
  const struct rlimit both { .rlim_cur = value, .rlim_max = value };
  ::setrlimit(resource, &both);
}

struct BadFlag {
  std::vector<std::string> flags;
  int status;
  std::string sentence;
};

TEST(BadInput, IsNamedInOneSentence) {
  const std::vector<BadFlag> all{
      {{"--data", "0"}, 2, "--data 0: expected"},
      {{"--data", "banana"}, 2, "--data banana: expected"},
      {{"--data", "20TiB"}, 77, "0.00 TiB of memory, and"},
      {{"--workers", "0"}, 2, "--workers 0: expected"},
      {{"--workers", "-3"}, 2, "--workers -3: expected"},
      {{"--workers", "100000"}, 2, "--workers 100000: expected"},
      {{"--items", "0"}, 2, "--items 0: expected"},
      {{"--items", "3"}, 2, "--items 3: expected a whole number from 4"},
      {{"--json", "/no/such/dir/x"}, 2, "--json /no/such/dir/x: expected"},
      {{"--json", "/"}, 2, "--json /: expected"},
      {{"--frobnicate"}, 2, "--frobnicate: no such flag"},
      {{"4"}, 2, "4: no such flag"}};
  for (const std::string& lesson : written_lessons()) {
    for (const BadFlag& bad : all) {
      std::vector<std::string> command{program(lesson)};
      command.insert(command.end(), bad.flags.begin(), bad.flags.end());
      expect_refusal(run(command), bad.status, bad.sentence);
    }
  }
}

TEST(BadInput, IsNamedForFlagsThatOnlySomeLessonsHave) {
  for (const char* lesson :
       {"08_page_map", "09_refcounts", "11_garbage_collector"}) {
    expect_refusal(run({program(lesson), "--svg", "/no/such/dir/x"}), 2,
                   "--svg /no/such/dir/x: expected a file");
    expect_refusal(run({program(lesson), "--svg", "/"}), 2,
                   "--svg /: expected");
  }
  expect_refusal(run({program("04_global"), "--svg", "x"}), 2, "no such flag");
  expect_refusal(run({program("09_refcounts"), "--objects", "banana"}), 2,
                 "--objects banana: expected a whole number from");
  expect_refusal(run({program("08_page_map"), "--objects", "5"}), 2,
                 "no such flag");
}

TEST(EachLesson, NoticesAClosedStandardOutputBeforeItRuns) {
  for (const std::string& lesson : written_lessons()) {
    expect_refusal(run({program(lesson)}, [] { ::close(STDOUT_FILENO); }), 2,
                   "standard output is closed");
  }
}

TEST(EachLesson, ReportsAFullDisk) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  const Outcome outcome =
      run({"sh", "-c", "exec \"$0\" --data 4MiB > /dev/full",
           program("04_global")});
  expect_refusal(outcome, 77, "No space left on device");
}

TEST(EachLesson, ReportsTooFewDescriptors) {
  // Which call is the first to fail depends on the limit, and on how many
  // descriptors the test itself was started with.
  for (const std::string& lesson : written_lessons()) {
    for (const rlim_t most : {16U, 17U, 18U, 19U, 20U}) {
      const Outcome outcome = run({program(lesson), "--workers", "20"}, [most] {
        ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        limit(RLIMIT_NOFILE, most);
      });
      expect_refusal(outcome, 77, "of 20 workers could be started: ");
      expect_refusal(outcome, 77, ": Too many open files");
    }
  }
}

TEST(EachLesson, RefusesToRunWithTooLittleAddressSpace) {
  for (const std::string& lesson : written_lessons()) {
    expect_refusal(run({program(lesson), "--data", "1GiB"},
                       [] { limit(RLIMIT_AS, 512 << 20); }),
                   77, "are available");
  }
}

TEST(EachLesson, ReportsTooFewProcesses) {
  // The limit counts a user's processes, and root is exempt from it.
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const auto copy = folder.path() / "04_global";
  std::filesystem::copy_file(program("04_global"), copy);
  const Outcome outcome = run({copy, "--workers", "20"}, [] {
    limit(RLIMIT_NPROC, 4);
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(99);
  });
  expect_refusal(outcome, 77, "of 20 workers could be started: fork()");
}

TEST(BadInput, LeavesNoFileBehind) {
  const TemporaryFolder folder;
  const auto json = folder.path() / "report.json";
  run({program("04_global"), "--data", "5TiB", "--json", json});
  EXPECT_FALSE(std::filesystem::exists(json));
}

TEST(Json, GoesToAFileOrToStandardOutput) {
  const TemporaryFolder folder;
  const auto json = folder.path() / "report.json";
  const Outcome both =
      run({program("04_global"), "--data", "4MiB", "--json", json});
  EXPECT_EQ(both.status.code, 0) << both.err;
  EXPECT_THAT(both.out, HasSubstr("Claims"));
  EXPECT_TRUE(std::filesystem::file_size(json) > 0);
  const Outcome alone =
      run({program("04_global"), "--data", "4MiB", "--json", "-"});
  EXPECT_EQ(nlohmann::json::parse(alone.out).at("lesson"), "04_global");
  EXPECT_EQ(alone.err, "");
}

TEST(Help, IsPrintedAndExitsWithZero) {
  for (const std::string& lesson : written_lessons()) {
    const Outcome outcome = run({program(lesson), "--help"});
    EXPECT_EQ(outcome.status.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("--full-scale"));
    EXPECT_EQ(outcome.err, "");
  }
}

}  // namespace
}  // namespace cow::testing

// The lessons agree with the same experiments in real CPython.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

#include "cow/lesson/manifest.h"
#include "cow/lesson/twin.h"
#include "cow/report/table.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

TEST(Twins, AgreeWithTheLessonsInEveryClaim) {
  const Reading<std::string> python = find_python();
  if (!python) GTEST_SKIP() << python.reason();
  // Half the data and half the workers of `make twins`: three processes of
  // CPython vary by less than 2 % of that.
  const Outcome outcome = run(
      {program("course"), "twins", "--data", "128MiB", "--workers", "2"}, [] {
        if (::chdir(source("").c_str()) != 0) ::_exit(99);
      });
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  for (const LessonEntry& lesson : lessons()) {
    const std::string heading = fmt::format("\n{}  ", lesson.name);
    EXPECT_EQ(outcome.out.find(heading) != std::string::npos, lesson.written())
        << lesson.name;
  }
  EXPECT_THAT(outcome.out,
              HasSubstr("  agree     the data exists once (ΣPSS)"));
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), 80U) << line;
  }
}

TEST(Twins, ShowTheCopiesByTheSameMeter) {
  const Reading<std::string> python = find_python();
  if (!python) GTEST_SKIP() << python.reason();
  Flags flags;
  flags.data = 128_MiB;
  const auto twin = run_twin(*python, source("lessons/01_pass_self/twin.py"),
                             source("common/course"), flags);
  ASSERT_EQ(twin.size(), 2U);
  const Moment& held = twin.back();
  ASSERT_EQ(held.workers.size(), 4U);
  EXPECT_EQ(held.right_results, 4);
  for (const Process& worker : held.workers) {
    EXPECT_GE(worker.usage.uss(), 128_MiB);
    EXPECT_LE(worker.usage.uss(), 128_MiB + 8_MiB);
    EXPECT_GE(worker.usage.rss, 2 * 128_MiB);
  }
}

TEST(Twins, OfWhichOneFailsAreReportedAndLeaveNothing) {
  const Reading<std::string> python = find_python();
  if (!python) GTEST_SKIP() << python.reason();
  const TemporaryFolder folder;
  const auto script = folder.path() / "twin.py";
  write_file(script, "import cowtwin\nraise SystemExit(7)\n");
  EXPECT_THROW(run_twin(*python, script, source("common/course"), Flags{}),
               std::runtime_error);
}

}  // namespace
}  // namespace cow::testing

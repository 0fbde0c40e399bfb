// The lessons agree with the same experiments in real CPython.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <vector>

#include "cow/lesson/manifest.h"
#include "cow/lesson/twin.h"
#include "cow/report/run_lesson.h"
#include "cow/report/table.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> written_lessons() {
  std::vector<std::string> names;
  for (const LessonEntry& lesson : lessons()) {
    if (lesson.built()) names.emplace_back(lesson.name);
  }
  return names;
}

// A twin each, so that each has the time limit of a test.
class EveryTwin : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Twins, EveryTwin,
                         ::testing::ValuesIn(written_lessons()),
                         [](const auto& lesson) {
                           return lesson.param.substr(3);
                         });

TEST_P(EveryTwin, AgreesWithItsLessonInEveryClaim) {
  const Reading<std::string> python = find_python();
  if (!python) GTEST_SKIP() << python.reason();
  // Half the workers of `make twins`, and so less data: three processes of
  // CPython vary by less than 2 % of that.
  const Outcome outcome = run({program("course"), "twins", GetParam(), "--data",
                               "160MiB", "--workers", "2"},
                              [] {
                                if (::chdir(source("").c_str()) != 0) {
                                  ::_exit(99);
                                }
                              });
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\n" + GetParam() + "  "));
  EXPECT_THAT(outcome.out, HasSubstr("  agree     "));
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), 80U) << line;
  }
}

TEST(Twins, RunForOneLessonIfItIsNamed) {
  const Reading<std::string> python = find_python();
  if (!python) GTEST_SKIP() << python.reason();
  const auto twins = [](const char* lesson) {
    return run({program("course"), "twins", lesson, "--data", "32MiB"}, [] {
      if (::chdir(source("").c_str()) != 0) ::_exit(99);
    });
  };
  const Outcome outcome = twins("04");
  EXPECT_THAT(outcome.out, HasSubstr("\n04_global  "));
  EXPECT_THAT(outcome.out, Not(HasSubstr("05_registry")));
  const Outcome unknown = twins("99");
  EXPECT_EQ(unknown.status.code, kBadUsage);
  EXPECT_EQ(unknown.err, "course: 99: there is no lesson of that name\n");
}

TEST(Twins, AreMeasuredByTheSameMeter) {
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

TEST(Twins, ReportAFailingScript) {
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

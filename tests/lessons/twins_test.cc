// The lessons agree with the same experiments in real CPython.
#include <gtest/gtest.h>
#include <unistd.h>

#include "cow/lesson/twin.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

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

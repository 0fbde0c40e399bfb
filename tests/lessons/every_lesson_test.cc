// What holds of every lesson's run, whatever it teaches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "cow/lesson/manifest.h"
#include "cow/report/table.h"
#include "lessons/report.h"
#include "support/lesson_json.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::MatchesRegex;

std::vector<std::string> written_lessons() {
  std::vector<std::string> names;
  for (const LessonEntry& lesson : lessons()) {
    if (lesson.built()) names.emplace_back(lesson.name);
  }
  return names;
}

class EveryLesson : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryLesson, HasAReportOfEightyColumnsThatEndsWithItsVerdict) {
  const Outcome outcome =
      run({program(GetParam()), "--data", "32MiB", "--workers", "12"});
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  std::istringstream lines(outcome.out);
  std::string last;
  for (std::string line; std::getline(lines, line); last = line) {
    EXPECT_LE(display_width(line), 80U) << line;
  }
  EXPECT_THAT(last, MatchesRegex("([0-9]+) of ([0-9]+) claims hold"));
}

INSTANTIATE_TEST_SUITE_P(Lessons, EveryLesson,
                         ::testing::ValuesIn(written_lessons()),
                         [](const auto& lesson) {
                           return lesson.param.substr(3);
                         });

// Copies of the shared libraries that this program maps, other than the C
// library, into `folder`.
void copy_libraries(const fs::path& folder) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path == std::string::npos) continue;
    const fs::path file = line.substr(path);
    const std::string name = file.filename();
    if (name.find(".so") == std::string::npos || name.starts_with("ld-") ||
        name.starts_with("libc.")) {
      continue;
    }
    fs::copy_file(file, folder / name, fs::copy_options::skip_existing);
    // By the name that programs ask for: libfmt.so.9, not libfmt.so.9.1.0.
    const std::string soname =
        name.substr(0, name.find('.', name.find(".so.") + 4));
    if (soname != name && !fs::exists(folder / soname)) {
      fs::create_symlink(name, folder / soname);
    }
  }
}

// This program maps libstdc++ and fmt; a shell does not. A lesson that is given
// copies of its own, which nothing else maps, runs as it does from a shell.
TEST(LessonFigures, AreTheSameFromATestAndFromAShell) {
#ifndef COWPOOL_SELF_CONTAINED
  GTEST_SKIP() << "the lessons map shared libraries in this build";
#endif
  const TemporaryFolder folder;
  copy_libraries(folder.path());
  ASSERT_TRUE(fs::exists(folder.path() / "libstdc++.so.6"));
  // A copy of the program, too: another test may run it at the same time.
  const fs::path lesson = folder.path() / "04_global";
  fs::copy_file(program("04_global"), lesson);
  const Held from_here = moment_of(run_lesson_json(lesson), kHeld);
  ::setenv("LD_LIBRARY_PATH", folder.path().c_str(), 1);
  const Held from_a_shell = moment_of(run_lesson_json(lesson), kHeld);
  ::unsetenv("LD_LIBRARY_PATH");

  // Which of its program's pages the kernel maps around those that it uses
  // depends on where it lies in memory: some hundred KiB.
  const auto expect_alike = [](std::int64_t a, std::int64_t b) {
    EXPECT_LE(std::abs(a - b), 512 * kKiB) << a << ", " << b;
  };
  expect_alike(from_here.parent.uss, from_a_shell.parent.uss);
  expect_alike(from_here.sum(&Row::uss), from_a_shell.sum(&Row::uss));
  expect_alike(from_here.sum(&Row::pss), from_a_shell.sum(&Row::pss));
  expect_alike(from_here.most(&Row::uss), from_a_shell.most(&Row::uss));
}

}  // namespace
}  // namespace cow::testing

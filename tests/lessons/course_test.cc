// The program behind `make lessons`: with the lessons themselves, and with
// lessons made up that do what no true one does.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "cow/lesson/manifest.h"
#include "cow/os/descriptor.h"
#include "cow/report/table.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t widest(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    width = std::max(width, display_width(line));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return width;
}

// How many lessons have a program here.
std::int64_t written() {
  return std::count_if(lessons().begin(), lessons().end(),
                       [](const LessonEntry& each) { return each.built(); });
}

Outcome course(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program("course"));
  return run(arguments);
}

// The program beside lessons of the test's own, each a shell script.
class CourseRun : public ::testing::Test {
 protected:
  CourseRun() {
    fs::copy(program("course"), folder_.path() / "course");
    for (const LessonEntry& lesson : lessons()) {
      if (lesson.built()) make(lesson.name, holding_);
    }
  }

  void make(std::string_view lesson, const std::string& script) {
    const fs::path path = folder_.path() / lesson;
    write_file(path, "#!/bin/sh\nfor last; do :; done\n" + script + "\n");
    fs::permissions(path, fs::perms::owner_all);
  }

  Outcome course(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), folder_.path() / "course");
    return run(arguments);
  }

  static std::string with_claim(bool holds, const std::string& values) {
    return R"SH(cat > "$last" <<'END'
{"claims": [{"name": "a worker owns nothing of D (USS)",
  "formula": "N·P + b_uss", "unit": "bytes", "predicted": 81920,
  "symbols": {"N": 4, "P": 4096, "b_uss": 65536},
  "low": 4096, "high": 262144, "measured": 73728, "likely": "somebody writes",
  "figure": {"moment": "every worker holds its task", "what": "worker uss",
             "values": [)SH" +
           values + "]},\n  \"holds\": " + (holds ? "true" : "false") +
           "}]}\nEND\necho its whole report\nexit " + (holds ? "0" : "1");
  }

  const std::string holding_ = with_claim(true, "73728");
  const TemporaryFolder folder_;
};

TEST(Course, RunsEveryLessonAndEndsWithOneTable) {
  const Outcome outcome = course({"lessons", "--data", "8MiB"});
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  const std::size_t table = outcome.out.find("\nThe lessons\n");
  ASSERT_NE(table, std::string::npos);
  std::size_t last = 0;
  for (const LessonEntry& lesson : lessons()) {
    const std::size_t at = outcome.out.find(lesson.name);
    if (!lesson.written()) {
      EXPECT_EQ(at, std::string::npos) << lesson.name;
      continue;
    }
    EXPECT_LT(at, table) << lesson.name;
    EXPECT_GE(at, last) << lesson.name << " comes too early";
    last = at;
    EXPECT_THAT(outcome.out.substr(table), HasSubstr(std::string(lesson.name)));
  }
  EXPECT_TRUE(std::regex_search(
      outcome.out, std::regex(R"(\n(\d+) of \1 claims hold\.\n)")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("b_uss"))) << "a claim that holds";
  EXPECT_LE(widest(outcome.out), 80U);
}

TEST(Course, ShowsEveryClaimIfAsked) {
  const Outcome outcome = course({"lessons", "--data", "8MiB", "--claims"});
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("predicted D + b_uss = 8."));
  EXPECT_LE(widest(outcome.out), 80U);
}

TEST(Course, SaysWhenALessonIsNotPossibleHere) {
  const Outcome outcome = course({"lessons", "--data", "5TiB"});
  EXPECT_EQ(outcome.status.code, 77);
  EXPECT_THAT(outcome.out, HasSubstr("not possible here"));
  EXPECT_THAT(
      outcome.out,
      HasSubstr(fmt::format("0 of 0 claims hold; {} lessons made", written())));
  EXPECT_LE(widest(outcome.out), 80U);
}

TEST(Course, RefusesBadUsageInOneSentence) {
  const auto expect_sentence = [](std::vector<std::string> arguments,
                                  const std::string& sentence) {
    const Outcome outcome = course(std::move(arguments));
    EXPECT_EQ(outcome.status.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(sentence));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  };
  expect_sentence({"lessons", "--data", "banana"}, "--data banana: expected");
  expect_sentence({"lessons", "--json", "x"}, "--json: one file is not enough");
  expect_sentence({"twins", "--reports"}, "--reports: ");
  expect_sentence({"banana"}, R"(banana: expected "lessons" or "twins")");
  expect_sentence({}, "nothing: expected");
}

TEST_F(CourseRun, ShowsTheFailedClaimWithItsFigures) {
  make("04_global", with_claim(false, "73728, 393216"));
  const Outcome outcome = course({"lessons"});
  EXPECT_EQ(outcome.status.code, 1);
  EXPECT_THAT(
      outcome.out,
      HasSubstr("  FAILS  a worker owns nothing of D (USS)\n"
                "         read      every worker holds its task, worker uss: "
                "73,728 bytes,\n"
                "                   393,216 bytes\n"
                "         expected  N·P + b_uss = 81,920 bytes, where N = 4, P "
                "= 4,096, b_uss =\n"
                "                   65,536\n"
                "         accepted  from 4,096 bytes to 262,144 bytes\n"
                "         likely    somebody writes\n"));
  EXPECT_THAT(outcome.out,
              ::testing::ContainsRegex("04_global +1 +0 +[0-9.]+  FAILS\n"));
  EXPECT_THAT(outcome.out,
              ::testing::ContainsRegex("05_registry +1 +1 +[0-9.]+  holds\n"));
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{} of {} claims hold.\n",
                                                 written() - 1, written())));
  EXPECT_THAT(outcome.out, Not(HasSubstr("the workers inherit it")))
      << "the answer of 04 is not shown to be true";
}

TEST_F(CourseRun, ShowsManyValuesAsARange) {
  std::string values = "73728";
  for (int i = 0; i < 99; ++i) values += ", 393216";
  make("04_global", with_claim(false, values));
  EXPECT_THAT(course({"lessons"}).out,
              HasSubstr("worker uss: 100 values from\n"
                        "                   73,728 bytes to 393,216 bytes\n"));
}

TEST_F(CourseRun, CountsNoClaimsOfAKilledLesson) {
  make("04_global", "echo '{\"claims\": [' > \"$last\"; kill -SEGV $$");
  const Outcome outcome = course({"lessons"});
  EXPECT_EQ(outcome.status.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("  signal 11 (Segmentation fault):\n"));
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format(
                               "{0} of {0} claims hold; 1 lesson made none",
                               written() - 1)));
}

TEST_F(CourseRun, FailsIfAClaimFailsEvenIfAnotherLessonIsNotPossible) {
  make("04_global", "echo '04_global: too little memory' >&2; exit 77");
  const Outcome one = course({"lessons"});
  EXPECT_EQ(one.status.code, 77);
  EXPECT_THAT(one.out,
              HasSubstr("  not possible here:\n  too little memory\n"));
  make("05_registry", with_claim(false, "1"));
  EXPECT_EQ(course({"lessons"}).status.code, 1);
}

TEST_F(CourseRun, ShowsWholeReportsIfAsked) {
  EXPECT_THAT(course({"lessons"}).out, Not(HasSubstr("its whole report")));
  EXPECT_THAT(course({"lessons", "--reports"}).out,
              HasSubstr("its whole report\n"));
}

TEST_F(CourseRun, NamesALessonThatIsNotBuilt) {
  fs::remove(folder_.path() / "05_registry");
  const Outcome outcome = course({"lessons"});
  EXPECT_EQ(outcome.status.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("05_registry is not built"));
}

}  // namespace
}  // namespace cow::testing

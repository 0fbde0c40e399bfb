// The program behind `make lessons`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

Outcome course(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program("course"));
  return run(arguments, [] {
    if (::chdir(source("").c_str()) != 0) ::_exit(99);
  });
}

TEST(Course, RunsEveryLessonAndEndsWithOneTable) {
  const Outcome outcome = course({"lessons", "--data", "8MiB"});
  EXPECT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  const std::size_t table = outcome.out.find("The course so far");
  ASSERT_NE(table, std::string::npos);
  for (const char* lesson :
       {"01_pass_self", "02_read_the_meter", "03_bound_method", "04_global",
        "05_registry", "06_class_static", "07_start_methods", "08_page_map",
        "09_refcounts"}) {
    EXPECT_LT(outcome.out.find(lesson), table) << lesson;
    EXPECT_THAT(outcome.out.substr(table), HasSubstr(lesson));
  }
  EXPECT_THAT(outcome.out.substr(table), HasSubstr("holds"));
}

TEST(Course, SaysWhenALessonIsNotPossibleHere) {
  const Outcome outcome = course({"lessons", "--data", "5TiB"});
  EXPECT_EQ(outcome.status.code, 77);
  EXPECT_THAT(outcome.out, HasSubstr("not possible here"));
}

TEST(Course, HandsOnBadUsage) {
  EXPECT_EQ(course({"lessons", "--data", "banana"}).status.code, 2);
  EXPECT_EQ(course({"banana"}).status.code, 2);
  EXPECT_EQ(course({}).status.code, 2);
}

}  // namespace
}  // namespace cow::testing

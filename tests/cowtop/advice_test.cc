// What to do about a diagnosis.
#include "cowtop/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/programs.h"

namespace cowtop {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Advice, DependsOnTheProgramThatRuns) {
  EXPECT_THAT(advice_for(Kind::kDirtying, "python3.11"),
              HasSubstr("gc.freeze()"));
  EXPECT_THAT(advice_for(Kind::kDirtying, "uwsgi"), HasSubstr("gc.freeze()"));
  EXPECT_THAT(advice_for(Kind::kCopies, "ruby3.1"), HasSubstr("preload_app!"));
  EXPECT_THAT(advice_for(Kind::kDirtying, "redis-server"),
              HasSubstr("few clients"));
  EXPECT_THAT(advice_for(Kind::kDirtying, "server"), HasSubstr("--writers"));
}

TEST(Advice, IsEmptyIfThereIsNothingToDo) {
  EXPECT_THAT(advice_for(Kind::kShared, "python3"), IsEmpty());
  EXPECT_THAT(advice_for(Kind::kUnknown, "python3"), IsEmpty());
}

TEST(Advice, NamesAPageThatExists) {
  for (const Kind kind : {Kind::kCopies, Kind::kDirtying, Kind::kUnrelated}) {
    for (const char* process : {"python3", "ruby", "redis", "server"}) {
      const std::string text = advice_for(kind, process);
      const std::size_t page = text.find("docs/");
      ASSERT_NE(page, text.npos) << text;
      EXPECT_TRUE(
          std::filesystem::exists(cow::testing::source(text.substr(page))))
          << text;
    }
  }
}

}  // namespace
}  // namespace cowtop

// The limits of --fail-if, over looks that were never made.
#include "cowtop/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cow/lesson/bad_usage.h"
#include "cowtop/samples.h"

namespace cowtop {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A parent with 1 MiB of USS, and workers with 1, 2 and 3 MiB.
const Sample kSample = testing::make_sample(3);

TEST(Limits, NameTheProcessThatExceedsThemMost) {
  Limits limits(parse_limits("uss>1.5MiB"));
  EXPECT_THAT(limits.check(kSample),
              ElementsAre("--fail-if uss>1.5MiB: PID 103 (worker 3) had 3.0 "
                          "MiB"));
  EXPECT_TRUE(limits.exceeded());
  EXPECT_THAT(limits.check(kSample), IsEmpty()) << "it was said";
}

TEST(Limits, AreExceededOnlyByMore) {
  Limits limits(parse_limits("uss>3MiB,sum-uss>7MiB"));
  EXPECT_THAT(limits.check(kSample), IsEmpty());
  EXPECT_FALSE(limits.exceeded());
}

TEST(Limits, AddUpAllProcesses) {
  Limits limits(parse_limits("sum-uss>6MiB,rss>1GiB,sum-new>1MiB"));
  EXPECT_THAT(
      limits.check(kSample),
      ElementsAre(HasSubstr("sum-uss>6MiB: the processes together had 7.0 MiB"),
                  HasSubstr("sum-new>1MiB: the processes together had 3.0")));
}

TEST(Limits, DoNotCountTheSumsOfATornLook) {
  Sample torn = kSample;
  torn.torn = true;
  EXPECT_THAT(Limits(parse_limits("sum-uss>6MiB")).check(torn), IsEmpty());
}

TEST(Limits, LeaveOutProcessesThatCouldNotBeRead) {
  Sample sample;
  sample.rows = {testing::unreadable_row(7, 0, "x", "denied")};
  EXPECT_THAT(Limits(parse_limits("uss>0,sum-uss>0")).check(sample), IsEmpty());
}

TEST(Limits, RefuseTextThatIsNoColumnAndSize) {
  for (const std::string text : {"", "uss", "size>1MiB", "uss>", "uss>much",
                                 "uss>1MiB,", "sum->1", "uss<1MiB"}) {
    EXPECT_THROW(parse_limits(text), cow::BadUsage) << text;
  }
}

}  // namespace
}  // namespace cowtop

// What is kept of many looks.
#include "cowtop/looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cowtop/samples.h"

namespace cowtop {
namespace {

using namespace cow::literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Sample of(cow::Bytes pss) {
  Sample sample;
  sample.rows.push_back(cowtop::testing::make_row(7, 0, "job", pss, pss, pss));
  cowtop::testing::add_up(sample);
  return sample;
}

Sample unread() {
  Sample sample;
  sample.rows.push_back(cowtop::testing::unreadable_row(7, 0, "job", "denied"));
  sample.notes = {"1 process could not be read (denied): PID 7."};
  return sample;
}

TEST(ReportedSample, HasTheLargestPss) {
  Looks looks;
  for (const cow::Bytes pss : {2_MiB, 3_MiB, 1_MiB}) looks.add(of(pss));
  ASSERT_TRUE(looks.largest());
  EXPECT_EQ(looks.largest()->totals.pss, 3_MiB);
}

TEST(ReportedSample, IsPreferredIfItsDiagnosisIsKnown) {
  Sample shared = of(2_MiB);
  shared.diagnosis.kind = Kind::kShared;
  Looks looks;
  looks.add(of(3_MiB));  // before there were workers
  EXPECT_TRUE(looks.reported()->notes.empty());
  looks.add(shared);
  looks.add(of(1_MiB));
  EXPECT_EQ(looks.reported()->totals.pss, 2_MiB);
  EXPECT_THAT(looks.reported()->notes,
              ElementsAre(HasSubstr("the machine paid more: 3.0 MiB")));
  EXPECT_EQ(looks.largest()->totals.pss, 3_MiB);
}

TEST(ReportedSample, IsNoTornSampleIfThereIsAWholeOne) {
  Sample torn = of(9_MiB);
  torn.torn = true;
  Looks looks;
  looks.add(torn);
  EXPECT_TRUE(looks.largest());
  looks.add(of(1_MiB));
  EXPECT_EQ(looks.largest()->totals.pss, 1_MiB);
  looks.add(torn);
  EXPECT_EQ(looks.largest()->totals.pss, 1_MiB);
}

TEST(ReportedSample, IsMissingIfNothingCouldBeRead) {
  Looks looks;
  looks.add(Sample());
  EXPECT_FALSE(looks.largest());
  EXPECT_EQ(looks.why_none("the command"),
            "the command ended before it could be read");
  looks.add(unread());
  EXPECT_FALSE(looks.largest());
  EXPECT_EQ(looks.why_none("the command"),
            "the command ended before it could be read: 1 process could not be "
            "read (denied): PID 7.");
  looks.add(of(1_MiB));
  EXPECT_TRUE(looks.largest());
}

TEST(InVain, IsTrueIfNoProcessIsReadable) {
  EXPECT_FALSE(in_vain(Sample())) << "somebody may come";
  EXPECT_TRUE(in_vain(unread()));
  Sample some = unread();
  some.rows.push_back(of(1_MiB).rows[0]);
  EXPECT_FALSE(in_vain(some));
}

}  // namespace
}  // namespace cowtop

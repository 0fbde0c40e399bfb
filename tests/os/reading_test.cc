// A figure, or the reason for its absence.
#include "cow/os/reading.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace cow {
namespace {

TEST(Reading, HoldsAValueAndNoReason) {
  const Reading<std::string> reading = std::string("text");
  ASSERT_TRUE(reading);
  EXPECT_EQ(*reading, "text");
  EXPECT_EQ(reading->size(), 4U);
  EXPECT_EQ(reading.reason(), "");
}

TEST(Reading, IsPresentIfItIsZero) {
  const Reading<int> reading = 0;
  ASSERT_TRUE(reading);
  EXPECT_EQ(*reading, 0);
}

TEST(Reading, HoldsTheReasonIfAbsent) {
  const Reading<int> reading = Absent{"no such file"};
  EXPECT_FALSE(reading);
  EXPECT_EQ(reading.reason(), "no such file");
}

TEST(Reading, ThrowsTheReasonIfAnAbsentValueIsTaken) {
  const Reading<std::string> reading = Absent{"no such file"};
  for (const bool by_arrow : {false, true}) {
    try {
      static_cast<void>(by_arrow ? reading->size() : (*reading).size());
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "no such file");
    }
  }
}

}  // namespace
}  // namespace cow

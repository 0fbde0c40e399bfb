// Deadlines, also those so far away that they cannot be calculated.
#include "cow/os/deadline.h"

#include <gtest/gtest.h>

#include <chrono>

namespace cow::testing {
namespace {

using std::chrono::milliseconds;

TEST(Deadline, LeavesNoTimeOncePassed) {
  for (const milliseconds ago :
       {milliseconds(0), milliseconds(1), milliseconds(13'000'000'000'000),
        milliseconds::max()}) {
    EXPECT_EQ(Deadline(-ago).milliseconds_left(), 0) << ago.count();
  }
}

TEST(Deadline, LeavesAtMostOneHourForEachWait) {
  EXPECT_EQ(Deadline(milliseconds::max()).milliseconds_left(), 3'600'000);
}

}  // namespace
}  // namespace cow::testing

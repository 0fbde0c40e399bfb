// Counts of pages that chance decides.
#include "cow/lesson/chance.h"

#include <gtest/gtest.h>

namespace cow {
namespace {

Formula pages() { return Formula("R", 16384); }

TEST(DeviationOfPages, IsLessThanOfIndependentPages) {
  const Formula q = Formula::share("q", 0.01);
  // p = 1 − 0.99^128 = 0.7237: the root of R·p·(1 − p) is 57.2.
  EXPECT_NEAR(deviation_of_pages(pages(), 128, q), 40.7, 0.1);
  EXPECT_NEAR(deviation_of_pages(pages(), 128, q, 4), 48.3, 0.1);
}

TEST(DeviationOfPages, IsZeroWhereEachPageHasOneObject) {
  EXPECT_NEAR(deviation_of_pages(pages(), 1, Formula::share("q", 0.3)), 0,
              1e-4);
}

TEST(DeviationOfPages, IsZeroWhereEverythingIsRead) {
  EXPECT_EQ(deviation_of_pages(pages(), 128, Formula::share("q", 1. - 1e-9)),
            0);
}

}  // namespace
}  // namespace cow

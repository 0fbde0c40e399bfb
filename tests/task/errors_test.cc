// What a person reads when something went wrong in a pool.
#include "cow/task/errors.h"

#include <gtest/gtest.h>

#include <string>

namespace cow {
namespace {

TEST(TaskError, NamesTheItemTheWorkerAndTheCause) {
  const TaskError error("no more rows", "std::out_of_range", 17, 4711);
  EXPECT_STREQ(
      error.what(),
      "item 17 failed in worker 4711: std::out_of_range: no more rows");
  EXPECT_EQ(error.text(), "no more rows");
  EXPECT_EQ(error.type(), "std::out_of_range");
  EXPECT_EQ(error.item(), 17);
  EXPECT_EQ(error.worker(), 4711);
}

TEST(TaskError, NamesItsTypeIfItHasNoText) {
  EXPECT_STREQ(TaskError("", "int", 0, 1).what(),
               "item 0 failed in worker 1: int");
}

TEST(WorkerDied, NamesItsOnlyItem) {
  const WorkerDied error("signal 9 (Killed)", 9, 4711, 3, 1);
  EXPECT_STREQ(error.what(),
               "worker 4711 died with signal 9 (Killed) in item 3");
  EXPECT_EQ(error.signal(), 9);
  EXPECT_EQ(error.worker(), 4711);
  EXPECT_EQ(error.item(), 3);
}

TEST(WorkerDied, NamesTheFirstAndTheLastOfItsItems) {
  EXPECT_STREQ(
      WorkerDied("exit status 1", 0, 4711, 3, 4).what(),
      "worker 4711 died with exit status 1 in one of the items 3 to 6");
}

}  // namespace
}  // namespace cow

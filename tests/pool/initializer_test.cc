// The initializer runs in each worker, once and first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

int state = 0;

// What can be read from `fd`, which has no other writer left.
std::string read_to_the_end(int fd) {
  std::string text(1000, '\0');
  text.resize(read_fully(fd, text.data(), text.size()));
  return text;
}

TEST(Initializer, RunsOnceInEachWorker) {
  Pipe calls = make_pipe();
  Pool pool({.workers = 3,
             .initializer = [&] { write_fully(calls.writer.get(), "i", 1); }});
  calls.writer.close();
  EXPECT_TRUE(works(pool));
  EXPECT_TRUE(works(pool));
  pool.close();
  pool.join();
  EXPECT_EQ(read_to_the_end(calls.reader.get()), "iii");
}

TEST(Initializer, RunsBeforeTheFirstTaskAndNotHere) {
  Pool pool({.workers = 2, .initializer = [] { state += 7; }});
  EXPECT_EQ(pool.map([](int) { return state; }, numbers(6), 1),
            std::vector<int>(6, 7));
  EXPECT_EQ(state, 0);
}

TEST(Initializer, InheritsWhatItCaptures) {
  const std::vector<int> data{1, 2, 3};
  Pool pool({.workers = 2, .initializer = [&data] { state = data[2]; }});
  EXPECT_EQ(pool.map([](int) { return state; }, numbers(1)), std::vector{3});
}

TEST(Initializer, RunsInAWorkerThatTakesTheFormersPlace) {
  Pool pool({.workers = 1, .initializer = [] { state = 5; }});
  EXPECT_THROW(pool.map([](int) { std::abort(); }, numbers(1)), WorkerDied);
  EXPECT_EQ(pool.map([](int) { return state; }, numbers(1)), std::vector{5});
}

TEST(Initializer, ThatThrowsIsReportedWithItsText) {
  Pool pool({.workers = 2,
             .initializer = [] { throw std::runtime_error("no data"); }});
  auto pending = pool.map_async(square, numbers(4));
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<PoolError>([&] { pending.get(); }),
              AllOf(HasSubstr("initializer"), HasSubstr("std::runtime_error"),
                    HasSubstr("no data")));
  EXPECT_THAT(error_of<PoolError>([&] { pool.map(square, numbers(4)); }),
              HasSubstr("no data"));
}

TEST(Initializer, ThatThrowsWhileMuchIsOnItsWayIsReportedAsWell) {
  Pool pool({.workers = 1, .initializer = [] { throw 42; }});
  const std::vector<std::string> items(3, std::string(1 << 20, 'x'));
  auto pending =
      pool.map_async([](const std::string& s) { return s.size(); }, items, 1);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<PoolError>([&] { pending.get(); }),
              AllOf(HasSubstr("initializer"), HasSubstr("int")));
}

TEST(Initializer, ThatThrowsDoesNotHoldUpTheEnd) {
  {
    Pool pool({.workers = 2, .initializer = [] { throw 42; }});
    pool.close();
    pool.join();
  }
  const Pool never_used({.workers = 2, .initializer = [] { throw 42; }});
}

TEST(Initializer, InWhichAWorkerDiesEndsInAnErrorAndNotInAnEndlessRow) {
  Pool pool({.workers = 2, .initializer = [] { ::_exit(9); }});
  auto pending = pool.map_async(square, numbers(4), 1);
  ASSERT_TRUE(pending.wait_for(kDeadline));
  EXPECT_THAT(error_of<WorkerDied>([&] { pending.get(); }),
              HasSubstr("exit status 9"));
}

}  // namespace
}  // namespace cow::testing

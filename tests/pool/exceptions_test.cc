// What a task throws arrives in the parent, and the pool goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "pool/support.h"

namespace cow::testing {

// Has a name that a person would give, for the test of its name.
class OutOfLuck : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

int fail_at_three(int i) {
  if (i == 3) throw OutOfLuck("it is the three");
  return i;
}

// The TaskError that a map of these ends in.
template <typename F, typename Items>
TaskError failure_of(Pool& pool, F task, const Items& items,
                     int chunk_size = 1) {
  try {
    pool.map(task, items, chunk_size);
  } catch (const TaskError& error) {
    return error;
  }
  ADD_FAILURE() << "no TaskError was thrown";
  return {"", "", -1, 0};
}

class Exception : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Exception, every_method(), name_of_method);

TEST_P(Exception, ArrivesWithTextTypeItemAndWorker) {
  Pool pool(options(2));
  const TaskError error = failure_of(pool, fail_at_three, numbers(8));
  EXPECT_EQ(error.text(), "it is the three");
  EXPECT_EQ(error.type(), "cow::testing::OutOfLuck");
  EXPECT_EQ(error.item(), 3);
  EXPECT_THAT(pool.workers(), Contains(error.worker()));
  EXPECT_EQ(error.what(), "item 3 failed in worker " +
                              std::to_string(error.worker()) +
                              ": cow::testing::OutOfLuck: it is the three");
}

TEST_P(Exception, NamesTheItemWhateverTheChunkSize) {
  Pool pool(options(2));
  for (const int chunk_size : {1, 2, 3, 4, 8, 100}) {
    EXPECT_EQ(failure_of(pool, fail_at_three, numbers(8), chunk_size).item(),
              3);
  }
}

TEST_P(Exception, LeavesThePoolAndItsWorkersAsTheyWere) {
  Pool pool(options(2));
  const std::vector<pid_t> before = pool.workers();
  for (int i = 0; i < 10; ++i) failure_of(pool, fail_at_three, numbers(8));
  EXPECT_EQ(pool.workers(), before);
  EXPECT_TRUE(works(pool));
}

TEST_P(Exception, MayHaveAnyType) {
  Pool pool(options(2));
  const TaskError number = failure_of(
      pool, [](int) { throw 42; }, numbers(1));
  EXPECT_EQ(number.type(), "int");
  EXPECT_EQ(number.text(), "");
  const TaskError text = failure_of(
      pool, [](int) { throw std::string("x"); }, numbers(1));
  EXPECT_THAT(text.type(), HasSubstr("basic_string"));
  const TaskError standard = failure_of(
      pool, [](int i) { return std::vector<int>(3).at(9 + size_t(i)); },
      numbers(1));
  EXPECT_EQ(standard.type(), "std::out_of_range");
  EXPECT_TRUE(works(pool));
}

struct WithoutText : std::exception {
  const char* what() const noexcept override { return nullptr; }
};

TEST_P(Exception, IsReportedWithItsTypeIfItsTextIsNull) {
  Pool pool(options(2));
  const std::vector<pid_t> before = pool.workers();
  const TaskError error = failure_of(
      pool, [](int) { throw WithoutText(); }, numbers(1));
  EXPECT_THAT(error.type(), HasSubstr("WithoutText"));
  EXPECT_EQ(error.text(), "");
  EXPECT_TRUE(works(pool));
  EXPECT_EQ(pool.workers(), before);
}

TEST_P(Exception, NamesAllItsNestedCauses) {
  Pool pool(options(2));
  const TaskError error = failure_of(
      pool,
      [](int i) -> int {
        try {
          try {
            return fail_at_three(i);
          } catch (...) {
            std::throw_with_nested(std::runtime_error("no line"));
          }
        } catch (...) {
          std::throw_with_nested(std::logic_error("no file"));
        }
      },
      numbers(4));
  EXPECT_THAT(error.text(), HasSubstr("no file"));
  EXPECT_THAT(error.text(), HasSubstr("no line"));
  EXPECT_THAT(error.text(), HasSubstr("OutOfLuck: it is the three"));
}

TEST_P(Exception, NamesTheTypeOfANonStandardCause) {
  Pool pool(options(1));
  const TaskError error = failure_of(
      pool,
      [](int i) {
        try {
          throw i;
        } catch (...) {
          std::throw_with_nested(std::runtime_error("no line"));
        }
      },
      numbers(1));
  EXPECT_EQ(error.text(), "no line; caused by int");
}

TEST_P(Exception, ArrivesWholeIfItsTextIsLong) {
  Pool pool(options(1));
  const TaskError error = failure_of(
      pool, [](int) { throw OutOfLuck(std::string(1'000'000, 'x')); },
      numbers(1));
  EXPECT_TRUE(error.text() == std::string(1'000'000, 'x'));
}

TEST_P(Exception, IsThrownForTheLowestItemEvenIfItComesLast) {
  Gate gate;
  Pool pool(options(2));
  auto pending = pool.map_async(
      [](int i) {
        if (i == 1) Gate::stop();
        if (i == 1 || i == 3) throw OutOfLuck(std::to_string(i));
      },
      numbers(4), 1);
  ASSERT_TRUE(gate.arrived(pending, 1));
  while (!pending.failed()) {
    ASSERT_FALSE(pending.wait_for(std::chrono::milliseconds(1)));
  }
  gate.let_go(1);
  try {
    pending.get();
    FAIL() << "nothing was thrown";
  } catch (const TaskError& error) {
    EXPECT_EQ(error.item(), 1);
    EXPECT_EQ(error.text(), "1");
  }
}

TEST_P(Exception, ReachesOnlyItsOwnMap) {
  Pool pool(options(2));
  auto before = pool.map_async(square, numbers(20), 1);
  auto failing = pool.map_async(fail_at_three, numbers(20), 1);
  auto after = pool.map_async(square, numbers(20), 1);
  EXPECT_THROW(failing.get(), TaskError);
  EXPECT_THROW(failing.get(), TaskError);  // however often it is asked
  EXPECT_EQ(before.get()[19], 361);
  EXPECT_EQ(after.get()[19], 361);
}

TEST_P(Exception, NamesTheBadNumberOfWorkers) {
  for (const int workers : {0, -3}) {
    EXPECT_THAT(
        error_of<std::invalid_argument>([&] { Pool(options(workers)); }),
        HasSubstr(std::to_string(workers)));
  }
}

}  // namespace
}  // namespace cow::testing

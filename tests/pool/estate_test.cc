// What becomes of the batches of a worker that has died.
#include "cow/pool/estate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cow/pool/errors.h"
#include "cow/pool/map_job.h"

namespace cow {
namespace {

using ::testing::HasSubstr;

int same(int i) { return i; }

class Estate : public ::testing::Test {
 protected:
  using Work = MapJob<int (*)(int), int>;

  // Items 0 to 29 in three batches.
  std::shared_ptr<Work> job_ =
      std::make_shared<Work>(&same, std::vector<int>(30), 10);

  Assignment batch(std::int64_t number) {
    return {.job = job_, .batch = number, .message = job_->pickle(number)};
  }
  // A worker gets `batches`, begins as many as `begun`, is at `item` and dies.
  std::deque<Assignment> die_with(std::deque<Assignment> batches,
                                  std::size_t begun, std::uint64_t item,
                                  OnDeath on_death = OnDeath::kFail) {
    const std::shared_ptr<Offers> offers = offers_in(make_offers(1));
    WorkerLink link(
        {.tasks = {}, .tasks_reader = {}, .results = {}, .offers = offers});
    for (Assignment& each : batches) link.give(std::move(each));
    for (std::size_t i = 0; i < begun; ++i) {
      EXPECT_TRUE(offers->take(link.given()[i].slot, link.given()[i].number));
    }
    offers->item = item;
    return settle(link, {.pid = 7, .status = {.code = 0, .signal = SIGKILL}},
                  on_death);
  }
  std::string failure() {
    try {
      job_->outcome().rethrow_failure();
    } catch (const WorkerDied& died) {
      return died.what();
    }
    return "none";
  }
};

std::vector<std::int64_t> numbers_of(const std::deque<Assignment>& batches) {
  std::vector<std::int64_t> numbers;
  for (const Assignment& each : batches) numbers.push_back(each.batch);
  return numbers;
}

TEST_F(Estate, LosesTheBatchThatWasBegunAndHandsOnTheOthers) {
  std::deque<Assignment> batches;
  for (const std::int64_t number : {1, 0, 2}) {
    batches.push_back(batch(number));
  }
  const auto left = die_with(std::move(batches), 1, 13);
  EXPECT_EQ(numbers_of(left), (std::vector<std::int64_t>{0, 2}));
  EXPECT_THAT(failure(), HasSubstr("in item 13"));
}

// A worker whose initializer calls exit, say.
TEST_F(Estate, IsHandedOnThreeTimesIfNobodyBeginsIt) {
  std::deque<Assignment> batches;
  batches.push_back(batch(1));
  for (int deaths = 1; deaths < 3; ++deaths) {
    batches = die_with(std::move(batches), 0, 0);
    EXPECT_EQ(numbers_of(batches), std::vector<std::int64_t>{1}) << deaths;
  }
  batches = die_with(std::move(batches), 0, 0);
  EXPECT_TRUE(batches.empty());
  // Nobody was at any of its items.
  EXPECT_THAT(failure(), HasSubstr("in one of the items 10 to 19"));
}

TEST_F(Estate, IsHandedOnOnceMoreIfItIsToBeRetried) {
  std::deque<Assignment> batches;
  batches.push_back(batch(0));
  int deaths = 0;
  for (; !batches.empty(); ++deaths) {
    ASSERT_LT(deaths, 100);
    batches = die_with(std::move(batches), 0, 0, OnDeath::kRetryOnce);
  }
  EXPECT_EQ(deaths, 4);
  EXPECT_TRUE(job_->outcome().failed());
}

}  // namespace
}  // namespace cow

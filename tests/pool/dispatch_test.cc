// Which batch goes to which worker. There is no process here. The test plays
// the workers: it takes offers from the pages that they share with the pool,
// and gives their answers.
#include "cow/pool/dispatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cow/pool/map_job.h"

namespace cow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Batches = std::vector<std::int64_t>;
using Place = std::optional<std::size_t>;

constexpr auto kNowhere = std::nullopt;
constexpr Bytes kPipe{64 << 10};

int same(int i) { return i; }

std::shared_ptr<Job> new_job() {
  return std::make_shared<MapJob<int (*)(int), int>>(
      &same, std::vector<int>(1000), 10);
}

Batches indices_of(const std::vector<PickledBatch>& batches) {
  Batches indices;
  for (const PickledBatch& batch : batches) indices.push_back(batch.index);
  return indices;
}

// Batch i holds the items 10 i to 10 i + 9.
class DispatchTest : public ::testing::Test {
 protected:
  PickledBatch batch(std::int64_t index, std::size_t size = 0) {
    const std::string load(size, 'x');
    return {.job = job_,
            .index = index,
            .header = job_->header(index),
            .payload = pickle(load)};
  }
  static Bytes small() { return Bytes(100); }
  // Starts `count` workers. Those in the places `ready` say that they serve.
  void start(std::size_t count, const std::vector<std::size_t>& ready) {
    for (std::size_t i = 0; i < count; ++i) {
      offers_.push_back(offers_in(make_offers(1)));
      dispatch_.add(i, offers_.back(), kPipe);
    }
    for (const std::size_t place : ready) dispatch_.note_ready(place, 0);
  }
  // Gives each batch to the worker that is chosen for it; returns their places.
  std::vector<Place> give(const Batches& indices) {
    std::vector<Place> places;
    for (const std::int64_t index : indices) {
      places.push_back(dispatch_.choose(batch(index).size()));
      if (places.back()) give_to(*places.back(), {index});
    }
    return places;
  }
  void give_to(std::size_t place, const Batches& indices) {
    for (const std::int64_t index : indices) {
      numbers_.push_back(dispatch_.give(place, batch(index)).header.batch);
    }
    dispatch_.note_written(place, Bytes(), kPipe);
  }
  // The worker begins its first batch in flight; false if it was stolen.
  bool begin(std::size_t place) {
    const FrameHeader& header = dispatch_.current(place).header;
    return offers_[place]->take(header.slot, header.batch);
  }
  // The worker replies to its first batch in flight.
  std::int64_t finish(std::size_t place) {
    const FrameHeader reply{.kind = FrameKind::kResults,
                            .batch = dispatch_.current(place).header.batch};
    EXPECT_TRUE(dispatch_.is_answer(place, reply));
    return dispatch_.finish(place).index;
  }
  Batches steal(std::size_t spared = 1) {
    return indices_of(dispatch_.steal_back(spared));
  }

  std::shared_ptr<Job> job_ = new_job();
  Dispatch dispatch_{3, 0};
  std::vector<std::shared_ptr<Offers>> offers_;
  std::vector<std::uint64_t> numbers_;  // of what `give_to` gave
};
using Workers = DispatchTest;
using PrefetchedBatches = DispatchTest;
using StolenBatches = DispatchTest;

TEST_F(Workers, AreIdleOnceTheyReportReady) {
  start(2, {});
  EXPECT_FALSE(dispatch_.any_is_idle());
  dispatch_.note_ready(1, 0);
  EXPECT_FALSE(dispatch_.is_idle(0));
  EXPECT_TRUE(dispatch_.is_idle(1));
}

TEST_F(Workers, AreIdleAgainAfterTheirReply) {
  start(1, {0});
  give({7});
  EXPECT_FALSE(dispatch_.is_idle(0));
  EXPECT_EQ(dispatch_.in_flight(), 1U);
  EXPECT_TRUE(begin(0));
  EXPECT_EQ(finish(0), 7);
  EXPECT_TRUE(dispatch_.is_idle(0));
  EXPECT_EQ(dispatch_.in_flight(), 0U);
}

TEST_F(Workers, GetBatchesFirstIfTheyAreIdle) {
  start(3, {1, 2});
  EXPECT_THAT(give({0, 1, 2}), ElementsAre(2, 1, 0));
}

TEST_F(Workers, AreNotIdleDuringACall) {
  start(1, {});
  const std::uint64_t call = dispatch_.add_call(0, small());
  dispatch_.note_ready(0, 0);
  EXPECT_FALSE(dispatch_.is_idle(0));
  EXPECT_TRUE(dispatch_.has_answered(0));
  EXPECT_FALSE(dispatch_.has_started(0));
  dispatch_.note_ready(0, call);
  EXPECT_TRUE(dispatch_.is_idle(0));
}

TEST_F(Workers, GiveBackUnfinishedBatchesWhenRemoved) {
  start(1, {0});
  give({5, 6, 7});
  EXPECT_TRUE(begin(0));
  offers_[0]->item = 53;
  const std::vector<Dispatch::Unfinished> unfinished = dispatch_.remove(0);
  ASSERT_EQ(unfinished.size(), 3U);
  EXPECT_EQ(unfinished[0].batch.index, 5);
  EXPECT_EQ(unfinished[0].at, 53U);
  EXPECT_EQ(unfinished[1].batch.index, 6);
  EXPECT_EQ(unfinished[1].at, std::nullopt);
  EXPECT_EQ(unfinished[2].at, std::nullopt);
  EXPECT_EQ(dispatch_.in_flight(), 0U);
  // The worker can take none of the offers any more.
  for (const Dispatch::Unfinished& each : unfinished) {
    EXPECT_FALSE(
        offers_[0]->take(each.batch.header.slot, each.batch.header.batch));
  }
}

TEST(LimitedWorkers, GetNoMoreBatchesThanTheirLimit) {
  Dispatch dispatch(1, 2);
  const auto job = new_job();
  const auto offers = offers_in(make_offers(1));
  dispatch.add(0, offers, kPipe);
  dispatch.note_ready(0, 0);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(dispatch.choose(Bytes(1)), Place(0));
    dispatch.give(
        0, {.job = job, .index = i, .header = job->header(i), .payload = {}});
  }
  EXPECT_EQ(dispatch.choose(Bytes(1)), kNowhere);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(dispatch.find_place(), kNowhere);
    const FrameHeader& header = dispatch.current(0).header;
    EXPECT_TRUE(offers->take(header.slot, header.batch));
    dispatch.finish(0);
  }
  EXPECT_EQ(dispatch.find_place(), Place(0));
  EXPECT_EQ(dispatch.present(), 0U);
  EXPECT_FALSE(dispatch.is_idle(0));
}

TEST_F(PrefetchedBatches, GoToTheWorkerWithTheFewest) {
  start(3, {0, 1});
  EXPECT_THAT(give({0, 1, 2, 3, 4, 5, 6, 7}),
              ElementsAre(1, 0, 2, 1, 0, 2, 1, 0));
}

TEST_F(PrefetchedBatches, FitIntoThePipe) {
  start(1, {});
  dispatch_.give(0, batch(0, 60'000));
  EXPECT_EQ(dispatch_.choose(Bytes(5'000)), Place(0));
  EXPECT_EQ(dispatch_.choose(Bytes(6'000)), kNowhere);
  dispatch_.note_written(0, Bytes(), Bytes(100'000));  // it was made larger
  EXPECT_EQ(dispatch_.choose(Bytes(6'000)), Place(0));
}

TEST_F(PrefetchedBatches, WaitForAnIdleWorkerIfTooLargeForThePipe) {
  start(2, {});
  EXPECT_EQ(dispatch_.choose(Bytes(1 << 20)), kNowhere);
  dispatch_.note_ready(1, 0);
  EXPECT_EQ(dispatch_.choose(Bytes(1 << 20)), Place(1));
}

TEST_F(PrefetchedBatches, EachNeedASlot) {
  start(1, {0});
  for (std::size_t i = 0; i < offers_[0]->slots.size(); ++i) {
    EXPECT_EQ(give({1}), std::vector<Place>{0});
  }
  EXPECT_EQ(give({1}), std::vector<Place>{kNowhere});
  EXPECT_TRUE(begin(0));
  finish(0);
  EXPECT_EQ(give({1}), std::vector<Place>{0});
}

TEST_F(StolenBatches, AreTheLastHalfOfTheUnbegunBatches) {
  start(2, {0, 1});
  give_to(0, {0, 1, 2, 3, 4, 5});
  EXPECT_TRUE(begin(0));
  EXPECT_THAT(steal(), ElementsAre(3, 4, 5));
  EXPECT_THAT(steal(), ElementsAre(2));
  EXPECT_THAT(steal(), ElementsAre(1));
  EXPECT_THAT(steal(), IsEmpty());
  EXPECT_EQ(finish(0), 0);
}

TEST_F(StolenBatches, ComeFromTheWorkerWithMost) {
  start(3, {0, 1, 2});
  give_to(0, {0, 1});
  give_to(1, {2, 3, 4, 5});
  EXPECT_THAT(steal(), ElementsAre(4, 5));
}

TEST_F(StolenBatches, AreNotTakenFromTheSparedFrames) {
  start(2, {0, 1});
  give_to(0, {0});
  EXPECT_THAT(steal(), IsEmpty());
  EXPECT_THAT(steal(0), ElementsAre(0));
}

TEST_F(StolenBatches, MayLeaveNothingToAWorkerThatHasNotStarted) {
  start(2, {});
  give_to(0, {0, 1});
  EXPECT_THAT(steal(), ElementsAre(1));
  EXPECT_THAT(steal(), ElementsAre(0));
}

TEST_F(StolenBatches, KeepTheirWorkerBusyUntilItHasSkippedThem) {
  start(1, {0});
  give_to(0, {0, 1, 2});
  EXPECT_TRUE(begin(0));
  EXPECT_THAT(steal(), ElementsAre(2));
  EXPECT_THAT(steal(), ElementsAre(1));
  EXPECT_EQ(finish(0), 0);
  EXPECT_EQ(dispatch_.in_flight(), 0U);
  EXPECT_FALSE(dispatch_.is_idle(0));
  dispatch_.note_ready(0, numbers_[1]);
  EXPECT_FALSE(dispatch_.is_idle(0));
  dispatch_.note_ready(0, numbers_[2]);
  EXPECT_TRUE(dispatch_.is_idle(0));
}

TEST_F(StolenBatches, CountAsSkippedOnceALaterBatchIsAnswered) {
  start(1, {0});
  give_to(0, {0, 1});
  EXPECT_TRUE(begin(0));
  EXPECT_THAT(steal(), ElementsAre(1));
  give_to(0, {2});
  EXPECT_EQ(finish(0), 0);
  EXPECT_TRUE(begin(0));
  EXPECT_EQ(finish(0), 2);
  EXPECT_TRUE(dispatch_.is_idle(0));
}

// The first frame of it still lies in the pipe.
TEST_F(StolenBatches, GetANewNumberWhenDispatchedAgain) {
  start(1, {0});
  give_to(0, {0});
  std::vector<PickledBatch> stolen = dispatch_.steal_back(0);
  ASSERT_EQ(stolen.size(), 1U);
  const std::uint64_t number =
      dispatch_.give(0, std::move(stolen[0])).header.batch;
  EXPECT_NE(number, numbers_[0]);
  EXPECT_FALSE(offers_[0]->take(0, numbers_[0]));
  EXPECT_TRUE(offers_[0]->take(0, number));
}

// The rest of it is still to be written from its memory.
TEST_F(StolenBatches, AreNeverHalfWritten) {
  start(1, {0});
  dispatch_.give(0, batch(0, 4 << 20));
  dispatch_.note_written(0, Bytes(1), kPipe);
  EXPECT_THAT(steal(0), IsEmpty());
  dispatch_.note_written(0, Bytes(), kPipe);
  EXPECT_THAT(steal(0), ElementsAre(0));
}

TEST_F(StolenBatches, IncludeTheBatchesQueuedAfterThoseOfTheJob) {
  start(1, {0});
  give_to(0, {0, 1});
  EXPECT_TRUE(begin(0));
  const std::shared_ptr<Job> first = std::exchange(job_, new_job());
  give_to(0, {10, 11});
  EXPECT_THAT(indices_of(dispatch_.steal_back(*first)), ElementsAre(1, 10, 11));
  EXPECT_THAT(indices_of(dispatch_.steal_back(*first)), IsEmpty());
}

// A model of a worker: the frames in its pipe, which it reads one after the
// other, and its answers, which the pool has not yet read.
struct Model {
  std::deque<FrameHeader> pipe;
  std::deque<FrameHeader> answers{{.kind = FrameKind::kReady}};
  std::vector<std::uint64_t> run;  // first items of batches not yet answered

  void step(Offers& offers) {
    if (pipe.empty()) return;
    const FrameHeader frame = pipe.front();
    pipe.pop_front();
    if (offers.take(frame.slot, frame.batch)) {
      run.push_back(frame.first);
      answers.push_back({.kind = FrameKind::kResults, .batch = frame.batch});
    } else if (pipe.empty()) {
      answers.push_back({.kind = FrameKind::kReady, .batch = frame.batch});
    }
  }
};

TEST_F(DispatchTest, RunsEachBatchOnceAndInOrder) {
  constexpr std::size_t kWorkers = 3;
  std::mt19937 random(11);
  start(kWorkers, {});
  std::vector<Model> models(kWorkers);
  for (int round = 0; round < 50; ++round) {
    std::deque<PickledBatch> waiting;
    for (int i = 0; i < 100; ++i) waiting.push_back(batch(i));
    const auto put_back = [&](std::vector<PickledBatch> batches) {
      waiting.insert(waiting.begin(), std::make_move_iterator(batches.begin()),
                     std::make_move_iterator(batches.end()));
    };
    std::vector<std::uint64_t> run;
    while (run.size() < 100) {
      const std::size_t place = random() % kWorkers;
      Model& model = models[place];
      switch (random() % 16) {
        case 0:
          for (auto count = random() % 8; count > 0 && !waiting.empty();
               --count) {
            const auto chosen = dispatch_.choose(waiting.front().size());
            if (!chosen) break;
            PickledBatch next = std::move(waiting.front());
            waiting.pop_front();
            models[*chosen].pipe.push_back(
                dispatch_.give(*chosen, std::move(next)).header);
            dispatch_.note_written(*chosen, Bytes(), kPipe);
          }
          break;
        case 1:
          put_back(dispatch_.steal_back(random() % 2));
          break;
        case 2:
        case 3:
        case 4:
          for (; !model.answers.empty(); model.answers.pop_front()) {
            const FrameHeader& answer = model.answers.front();
            ASSERT_TRUE(dispatch_.is_answer(place, answer));
            if (answer.kind == FrameKind::kReady) {
              dispatch_.note_ready(place, answer.batch);
              continue;
            }
            const PickledBatch done = dispatch_.finish(place);
            ASSERT_EQ(done.header.first, model.run.front());
            model.run.erase(model.run.begin());
            run.push_back(done.header.first);
          }
          break;
        default:
          model.step(*offers_[place]);
      }
    }
    EXPECT_EQ(dispatch_.in_flight(), 0U);
    std::sort(run.begin(), run.end());
    ASSERT_EQ(std::unique(run.begin(), run.end()), run.end());
  }
}

// Kind and batch number of headers that no answer has, while the batches 1 and
// 2 are in flight and 1 was begun.
class WrongHeader
    : public DispatchTest,
      public ::testing::WithParamInterface<std::tuple<FrameKind, int>> {};
INSTANTIATE_TEST_SUITE_P(
    ToAnotherBatch, WrongHeader,
    ::testing::Combine(::testing::Values(FrameKind::kResults,
                                         FrameKind::kFailure),
                       ::testing::Values(0, 2, 4711)));
INSTANTIATE_TEST_SUITE_P(
    OfAnotherKind, WrongHeader,
    ::testing::Combine(::testing::Values(FrameKind::kBatch, FrameKind::kStop,
                                         FrameKind::kInitialize,
                                         FrameKind::kReady, FrameKind::kBroken,
                                         FrameKind{0}, FrameKind{99}),
                       ::testing::Values(0, 1, 2)));

TEST_P(WrongHeader, IsNotTakenForAnAnswer) {
  start(1, {0});
  give_to(0, {0, 1});
  EXPECT_TRUE(begin(0));
  const auto [kind, number] = GetParam();
  EXPECT_FALSE(dispatch_.is_answer(
      0, {.kind = kind, .batch = static_cast<std::uint64_t>(number)}));
}

TEST_F(DispatchTest, AcceptsNoReplyToAnUnbegunBatch) {
  start(1, {0});
  const FrameHeader reply{.kind = FrameKind::kResults, .batch = 1};
  EXPECT_FALSE(dispatch_.is_answer(0, reply));
  give_to(0, {0});
  EXPECT_FALSE(dispatch_.is_answer(0, reply));
  EXPECT_TRUE(begin(0));
  EXPECT_TRUE(dispatch_.is_answer(0, reply));
}

TEST_F(DispatchTest, AcceptsInitializerFailureOnlyBeforeReady) {
  start(1, {});
  const FrameHeader broken{.kind = FrameKind::kBroken};
  EXPECT_TRUE(dispatch_.is_answer(0, broken));
  give_to(0, {0});
  EXPECT_TRUE(dispatch_.is_answer(0, broken));
  dispatch_.note_ready(0, 0);
  EXPECT_FALSE(dispatch_.is_answer(0, broken));
}

}  // namespace
}  // namespace cow

// A worker as its pool sees it: what it is given it runs once and in order,
// whatever of it is withdrawn meanwhile. The worker's side is run here, by the
// test, frame by frame.
#include "cow/pool/worker_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/pool/map_job.h"
#include "cow/pool/worker.h"

namespace cow {
namespace {

using ::testing::ElementsAre;
using Result = FrameReader::Result;
using Batches = std::vector<std::int64_t>;

constexpr std::int64_t kNonsense = -1;
const auto kPayloads = ::testing::Values(0, 10, 100'000);

std::vector<int> the_run;  // the items of all batches that were run
int note(int item) {
  the_run.push_back(item);
  return item;
}

// Batch i of the job is item i.
class Link : public ::testing::Test {
 protected:
  Link() {
    the_run.clear();
    set_nonblocking(tasks_.writer.get());
    set_nonblocking(tasks_.reader.get());
    set_nonblocking(results_.reader.get());
  }

  // Gives a batch, as it came back if it has been withdrawn.
  void give(std::int64_t batch) {
    if (auto withdrawn = withdrawn_.extract(batch)) {
      link_.give(std::move(withdrawn.mapped()));
    } else {
      link_.give({.job = job_, .batch = batch, .message = job_->pickle(batch)});
    }
    ASSERT_TRUE(link_.flush());
  }
  // The batch that was withdrawn.
  std::optional<std::int64_t> withdraw() {
    std::optional<Assignment> withdrawn = link_.withdraw();
    if (!withdrawn) return std::nullopt;
    const std::int64_t batch = withdrawn->batch;
    withdrawn_.emplace(batch, std::move(*withdrawn));
    return batch;
  }
  Batches given() const {
    Batches batches;
    for (const Assignment& each : link_.given()) batches.push_back(each.batch);
    return batches;
  }

  // The worker goes through the next `count` frames that lie in its pipe, or
  // all; returns how many there were.
  std::size_t work(std::size_t count = kItems) {
    take_frames();
    count = std::min(count, frames_.size());
    Pipe now = make_pipe();
    for (std::size_t i = 0; i < count; ++i) {
      write(now, frames_.front());
      frames_.pop_front();
    }
    now.writer.close();
    EXPECT_EQ(serve(now.reader.get(), results_.writer.get(), *offers_, Call()),
              0);
    return count;
  }
  // The batches whose replies have come, in the order in which they came.
  Batches finish() {
    Batches batches;
    Result result = Result::kFrame;
    while ((result = link_.read_reply(*buffer_)) == Result::kFrame) {
      batches.push_back(link_.finish().batch);
    }
    if (result == Result::kNonsense) batches.push_back(kNonsense);
    return batches;
  }
  // A frame's header comes from the worker; returns what that is taken for.
  Result reply(const FrameHeader& header) {
    std::string bytes(sizeof header, '\0');
    std::memcpy(bytes.data(), &header, sizeof header);
    write(results_, bytes);
    return link_.read_reply(*buffer_);
  }

  static constexpr int kItems = 100;
  std::shared_ptr<Job> job_ = std::make_shared<MapJob<int (*)(int), int>>(
      &note, std::vector<int>(numbers()), 1);
  Pipe tasks_ = make_pipe();
  Pipe results_ = make_pipe();
  std::shared_ptr<Offers> offers_ = offers_in(make_offers(1));
  WorkerLink link_{{.tasks = Descriptor(::dup(tasks_.writer.get())),
                    .tasks_reader = Descriptor(::dup(tasks_.reader.get())),
                    .results = Descriptor(::dup(results_.reader.get())),
                    .offers = offers_}};
  std::unique_ptr<FrameReader::Buffer> buffer_ =
      std::make_unique<FrameReader::Buffer>();

 private:
  static std::vector<int> numbers() {
    std::vector<int> numbers(kItems);
    for (int i = 0; i < kItems; ++i) numbers[static_cast<std::size_t>(i)] = i;
    return numbers;
  }
  static void write(const Pipe& pipe, const std::string& bytes) {
    ASSERT_EQ(::write(pipe.writer.get(), bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }
  // Takes what is in the pipe apart.
  void take_frames() {
    std::string bytes(std::size_t{64} << 10, '\0');
    const ssize_t got = ::read(tasks_.reader.get(), bytes.data(), bytes.size());
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!bytes.empty()) {
      FrameHeader header;
      ASSERT_GE(bytes.size(), sizeof header);
      std::memcpy(&header, bytes.data(), sizeof header);
      const std::size_t size = sizeof header + header.payload;
      frames_.push_back(bytes.substr(0, size));
      bytes.erase(0, size);
    }
  }

  std::map<std::int64_t, Assignment> withdrawn_;
  std::deque<std::string> frames_;  // in the pipe still, as the worker sees it
};

TEST_F(Link, IsIdleUntilItIsGivenABatch) {
  EXPECT_TRUE(link_.is_idle());
  give(0);
  EXPECT_FALSE(link_.is_idle());
  work();
  EXPECT_THAT(finish(), ElementsAre(0));
  EXPECT_TRUE(link_.is_idle());
  EXPECT_EQ(link_.finished(), 1);
}

TEST_F(Link, RunsWhatItIsGivenInOrder) {
  for (const std::int64_t batch : {4, 2, 9}) give(batch);
  EXPECT_THAT(given(), ElementsAre(4, 2, 9));
  work();
  EXPECT_THAT(finish(), ElementsAre(4, 2, 9));
  EXPECT_THAT(the_run, ElementsAre(4, 2, 9));
}

TEST_F(Link, RunsNothingThatWasWithdrawn) {
  for (const std::int64_t batch : {0, 1, 2}) give(batch);
  EXPECT_EQ(withdraw(), 2);
  EXPECT_EQ(withdraw(), 1);
  EXPECT_THAT(given(), ElementsAre(0));
  EXPECT_EQ(work(), 3U);  // their frames are in the pipe
  EXPECT_THAT(finish(), ElementsAre(0));
  EXPECT_THAT(the_run, ElementsAre(0));
  EXPECT_TRUE(link_.is_idle());
}

TEST_F(Link, KeepsWhatItHasBegun) {
  give(0);
  give(1);
  work();
  EXPECT_EQ(withdraw(), std::nullopt);
  EXPECT_THAT(finish(), ElementsAre(0, 1));
}

// The frame of batch 1 from before comes first, and lies in the same slot.
TEST_F(Link, RunsAWithdrawnBatchThatItIsGivenAgainInItsNewPlace) {
  give(0);
  give(1);
  EXPECT_EQ(withdraw(), 1);
  work(1);
  EXPECT_THAT(finish(), ElementsAre(0));
  give(2);
  give(1);
  work();
  EXPECT_THAT(finish(), ElementsAre(2, 1));
  EXPECT_THAT(the_run, ElementsAre(0, 2, 1));
}

TEST_F(Link, RunsEverythingOnceAndInOrderWhateverIsWithdrawn) {
  std::mt19937 random(11);
  for (int round = 0; round < 50; ++round) {
    std::deque<std::int64_t> waiting;
    for (int i = 0; i < kItems; ++i) waiting.push_back(i);
    Batches done;
    the_run.clear();
    while (!waiting.empty() || !link_.is_idle()) {
      switch (random() % 4) {
        case 0:
          for (auto count = random() % 8; count > 0 && !waiting.empty();
               --count) {
            if (!link_.is_idle() &&
                !link_.has_room_for(job_->pickle(waiting.front()))) {
              break;
            }
            give(waiting.front());
            waiting.pop_front();
          }
          break;
        case 1:
          if (const auto withdrawn =
                  link_.given().empty() ? std::nullopt : withdraw()) {
            // Others may come before it, as when they were waiting already.
            const auto at = std::min(waiting.size(), std::size_t{random() % 3});
            waiting.insert(waiting.begin() + static_cast<std::ptrdiff_t>(at),
                           *withdrawn);
          }
          break;
        case 2:
          work(random() % 3);
          break;
        case 3:
          const Batches expected = given();
          const Batches now = finish();
          ASSERT_LE(now.size(), expected.size());
          ASSERT_TRUE(std::equal(now.begin(), now.end(), expected.begin()))
              << "round " << round;
          done.insert(done.end(), now.begin(), now.end());
      }
    }
    ASSERT_EQ(Batches(the_run.begin(), the_run.end()), done);
    std::sort(the_run.begin(), the_run.end());
    ASSERT_EQ(the_run.size(), std::size_t{kItems});
    ASSERT_EQ(std::unique(the_run.begin(), the_run.end()), the_run.end());
  }
}

TEST_F(Link, HasNoRoomAheadBeforeItHasPassedWhatWasWithdrawn) {
  give(0);
  give(1);
  EXPECT_TRUE(link_.has_room_for(job_->pickle(2)));
  EXPECT_EQ(withdraw(), 1);
  EXPECT_FALSE(link_.has_room_for(job_->pickle(2)));
  work();
  finish();
  EXPECT_TRUE(link_.has_room_for(job_->pickle(2)));
}

TEST_F(Link, HasRoomForAsManyAsThereAreSlots) {
  std::size_t given = 0;
  while (link_.has_room_for(job_->pickle(0))) {
    give(0);
    ASSERT_LE(++given, offers_->slots.size());
  }
  EXPECT_EQ(given, offers_->slots.size());
}

TEST_F(Link, HasRoomAheadOnlyForWhatIsSmall) {
  const Bytes header = kBatchHeader;
  const auto has_room = [&](Bytes size) {
    const std::string text(
        static_cast<std::size_t>((size - header).count()) - 8, 'x');
    return link_.has_room_for(pickle(text));
  };
  EXPECT_TRUE(has_room(Bytes(4096)));
  EXPECT_FALSE(has_room(Bytes(4097)));
  give(0);  // of 48 + 8 + 4 bytes
  EXPECT_TRUE(has_room(Bytes(4096 - 60)));
  EXPECT_FALSE(has_room(Bytes(4096 - 59)));
}

// Headers that no reply to batch 1 begins with: kind, batch, payload.
class NoReply
    : public Link,
      public ::testing::WithParamInterface<std::tuple<FrameKind, int, int>> {};
INSTANTIATE_TEST_SUITE_P(
    ToAnotherBatch, NoReply,
    ::testing::Combine(::testing::Values(FrameKind::kResults,
                                         FrameKind::kFailure),
                       ::testing::Values(0, 2, 4711), kPayloads));
INSTANTIATE_TEST_SUITE_P(
    OfAnotherKind, NoReply,
    ::testing::Combine(::testing::Values(FrameKind::kBatch, FrameKind::kStop,
                                         FrameKind{0}, FrameKind{99}),
                       ::testing::Values(1), kPayloads));

// What else was announced is not waited for.
TEST_P(NoReply, IsSeenByItsHeader) {
  give(0);
  give(1);
  for (const Assignment& each : link_.given()) {
    ASSERT_TRUE(offers_->take(each.slot, each.number));
  }
  const auto [kind, batch, payload] = GetParam();
  EXPECT_EQ(reply({.kind = kind,
                   .payload = static_cast<std::uint64_t>(payload),
                   .batch = static_cast<std::uint64_t>(batch)}),
            Result::kNonsense);
}

TEST_F(Link, WaitsForTheRestOfAReply) {
  give(0);
  ASSERT_TRUE(offers_->take(0, 1));
  EXPECT_EQ(reply({.kind = FrameKind::kResults, .payload = 4, .batch = 1}),
            Result::kNothing);
}

TEST_F(Link, TakesNoReplyToWhatItHasNotBegun) {
  give(0);
  EXPECT_EQ(reply({.kind = FrameKind::kResults, .payload = 4, .batch = 1}),
            Result::kNonsense);
}

TEST_F(Link, TakesNoReplyWhenItHasNothing) {
  EXPECT_EQ(reply({.kind = FrameKind::kResults, .batch = 1}),
            Result::kNonsense);
}

TEST_F(Link, KnowsWhatItHasYetToBegin) {
  const auto other =
      std::make_shared<MapJob<int (*)(int), int>>(&note, std::vector{1}, 1);
  EXPECT_FALSE(link_.has_yet_to_begin(*job_));
  give(0);
  EXPECT_TRUE(link_.has_yet_to_begin(*job_));
  EXPECT_FALSE(link_.has_yet_to_begin(*other));
  work();
  EXPECT_FALSE(link_.has_yet_to_begin(*job_));
}

TEST_F(Link, KnowsTheOnlyBatchThatItHasYetToBegin) {
  EXPECT_EQ(link_.only_batch_to_begin(), 0U);
  give(0);
  EXPECT_EQ(link_.only_batch_to_begin(), 1U);
  give(1);
  EXPECT_EQ(link_.only_batch_to_begin(), 0U);  // there are two
  work();
  EXPECT_THAT(finish(), ElementsAre(0, 1));
  give(2);
  EXPECT_EQ(link_.only_batch_to_begin(), 3U);
  work();
  EXPECT_EQ(link_.only_batch_to_begin(), 0U);  // it has begun it
}

TEST_F(Link, IsBehindUntilItHasReadOverWhatWasWithdrawn) {
  give(0);
  EXPECT_FALSE(link_.is_behind());
  EXPECT_EQ(withdraw(), 0);
  EXPECT_TRUE(link_.is_behind());
  work();
  EXPECT_FALSE(link_.is_behind());
}

std::size_t length(const std::string& text) { return text.size(); }

// A message that the pipe does not take at once goes on out of its memory.
TEST_F(Link, KeepsALargeBatchThatIsHalfWritten) {
  using Work = MapJob<std::size_t (*)(const std::string&), std::string>;
  const auto large = std::make_shared<Work>(
      &length, std::vector(1, std::string(4 << 20, 'x')), 1);
  link_.give({.job = large, .batch = 0, .message = large->pickle(0)});
  EXPECT_FALSE(link_.flush());
  EXPECT_EQ(link_.withdraw(), std::nullopt);
  std::string rest(1 << 20, '\0');
  while (!link_.flush()) {
    ASSERT_GT(::read(tasks_.reader.get(), rest.data(), rest.size()), 0);
  }
  EXPECT_NE(link_.withdraw(), std::nullopt);
}

TEST_F(Link, CanBeStoppedWhileACallIsHalfWritten) {
  const std::string call(4 << 20, 'x');
  link_.initialize(7, pickle(call));
  link_.stop();
  std::string bytes;
  for (bool written = false; !written;) {
    written = link_.flush();
    std::string some(1 << 20, '\0');
    const ssize_t got = ::read(tasks_.reader.get(), some.data(), some.size());
    ASSERT_GT(got, 0);
    bytes.append(some, 0, static_cast<std::size_t>(got));
  }
  ASSERT_GE(bytes.size(), sizeof(FrameHeader) + call.size());
  EXPECT_TRUE(bytes.find(call) != std::string::npos);
}

TEST_F(Link, LeavesWhatItHadAndSaysWhatItHadBegun) {
  for (const std::int64_t batch : {0, 1, 2}) give(batch);
  work(2);
  EXPECT_THAT(finish(), ElementsAre(0, 1));
  give(3);
  work(1);  // batch 2, whose reply is not read
  const auto inherited = [&] {
    const auto estate = link_.inherit();
    return estate ? std::pair(estate->assignment.batch, estate->begun)
                  : std::pair(std::int64_t{-1}, false);
  };
  EXPECT_EQ(inherited(), std::pair(std::int64_t{2}, true));
  EXPECT_EQ(inherited(), std::pair(std::int64_t{3}, false));
  EXPECT_EQ(link_.inherit(), std::nullopt);
  work();  // nobody runs what was handed on
  EXPECT_THAT(the_run, ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace cow

// The worker's side of the pipe, with frames that no pool sends: cut, changed,
// made of random bytes. `serve` is run here, by the test.
#include "cow/pool/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cow/pool/incoming.h"
#include "cow/task/failure.h"
#include "pickle/bytes.h"
#include "pool/frames_to_worker.h"

namespace cow::testing {
namespace {

// A worker reads so much at once: incoming.h.
constexpr std::size_t kReadAhead = std::size_t{8} << 10;

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Worker : public ::testing::Test {
 protected:
  Worker() { noted.clear(); }

  // Offers batches 1 to `last` in the slots of these numbers.
  void offer(std::uint16_t last) {
    for (std::uint16_t i = 1; i <= last; ++i) offers_->offer(i, i);
  }
  static Failure failure_in(const Served::Reply& reply) {
    return value_of<Failure>(reply.payload);
  }

  std::shared_ptr<Offers> offers_ = offers_in(make_offers(1));
};

template <typename Number>
void put(std::string& frame, std::size_t offset, Number number) {
  std::memcpy(&frame[offset], &number, sizeof number);
}

TEST_F(Worker, RunsItsBatchesInOrder) {
  offer(2);
  const Served all =
      served(initialize_frame("good") +
                 batch_frame<Note, std::int64_t>(1, 1, 0, {}, {5, 6}) +
                 batch_frame<Note, std::int64_t>(2, 2, 2, {}, {7}) +
                 stop_frame() + "behind the stop frame",
             *offers_);
  EXPECT_EQ(all.code, 0);
  EXPECT_THAT(all.ready, ElementsAre(0, 0));  // at first, and after the call
  EXPECT_THAT(noted, ElementsAre(5, 6, 7));
  ASSERT_EQ(all.replies.size(), 2U);
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(all.replies[i].header.kind, FrameKind::kResults);
    EXPECT_EQ(all.replies[i].header.batch, i + 1);
  }
  EXPECT_EQ(all.replies[0].payload,
            raw(std::int64_t{5}) + raw(std::int64_t{6}));
  EXPECT_THAT(all.rest, IsEmpty());
}

// What comes of a stream that is cut after `size` bytes.
struct Expected {
  int code = 0;
  std::size_t results = 0;  // batches that are there as a whole
};
Expected cut(const std::vector<std::string>& frames, std::size_t size) {
  Expected expected;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const bool is_call = i == 0;
    if (size < frames[i].size()) {
      if (size == 0) return expected;
      expected.code = is_call && size >= sizeof(FrameHeader)
                          ? kInitializerFailed
                          : kBrokenPipe;
      return expected;
    }
    size -= frames[i].size();
    expected.results += is_call ? 0 : 1;
  }
  return expected;
}

// A large one, too, which is not read at once.
TEST_F(Worker, EndsAtACutInputAndRunsNoCutBatch) {
  const std::vector<std::int64_t> many(kReadAhead / 8 + 20, 3);
  const std::vector<std::string> frames = {
      initialize_frame("good"),
      batch_frame<Note, std::int64_t>(1, 1, 0, {}, {5}),
      batch_frame<Join, std::map<std::string, std::vector<std::string>>>(
          2, 2, 1, {}, {{{"a", {"b", "cd"}}}, {}}),
      batch_frame<Note, std::int64_t>(3, 3, 3, {}, many)};
  std::string stream;
  for (const std::string& frame : frames) stream += frame;
  for (std::size_t size = 0; size <= stream.size(); ++size) {
    SCOPED_TRACE(size);
    noted.clear();
    offer(3);
    const Expected expected = cut(frames, size);
    const Served all = served(stream.substr(0, size), *offers_);
    ASSERT_EQ(all.code, expected.code);
    ASSERT_THAT(all.rest, IsEmpty());
    if (expected.code == kInitializerFailed) {
      ASSERT_EQ(all.replies.size(), 1U);
      ASSERT_EQ(all.replies[0].header.kind, FrameKind::kBroken);
      ASSERT_THAT(failure_in(all.replies[0]).text, HasSubstr("is cut off"));
      continue;
    }
    ASSERT_EQ(all.replies.size(), expected.results);
    for (const Served::Reply& reply : all.replies) {
      ASSERT_EQ(reply.header.kind, FrameKind::kResults);
    }
    ASSERT_EQ(noted.size(), (expected.results > 0 ? 1U : 0U) +
                                (expected.results > 2 ? many.size() : 0U));
  }
}

TEST_F(Worker, EndsAtAnInvalidHeader) {
  offer(1);
  std::string frame = batch_frame<Note, std::int64_t>(1, 1, 0, {}, {5});
  put(frame, offsetof(FrameHeader, magic), FrameHeader::kMagic + 1);
  const Served all = served(frame, *offers_);
  EXPECT_EQ(all.code, kBrokenPipe);
  EXPECT_THAT(all.replies, IsEmpty());
  EXPECT_THAT(noted, IsEmpty());
}

TEST_F(Worker, CallsOnlyCodeOfTheProgram) {
  for (const std::uint64_t entry :
       {std::uint64_t{0}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    offer(2);
    std::string frame = batch_frame<Note, std::int64_t>(1, 1, 7, {}, {5});
    put(frame, offsetof(FrameHeader, entry), entry);
    const Served all = served(
        frame + batch_frame<Note, std::int64_t>(2, 2, 8, {}, {6}), *offers_);
    EXPECT_EQ(all.code, 0);
    ASSERT_EQ(all.replies.size(), 2U);
    EXPECT_EQ(all.replies[0].header.kind, FrameKind::kFailure);
    EXPECT_THAT(failure_in(all.replies[0]).text,
                HasSubstr("there is no function"));
    EXPECT_EQ(failure_in(all.replies[0]).item, 7U);
    EXPECT_EQ(all.replies[1].header.kind, FrameKind::kResults);

    frame = initialize_frame("good");
    put(frame, offsetof(FrameHeader, entry), entry);
    EXPECT_EQ(served(frame, *offers_).code, kInitializerFailed);
  }
}

TEST_F(Worker, RunsOnlyBatchesThatAreOfferedInItsSlot) {
  offer(1);
  for (const auto& [number, slot] :
       {std::pair(1, 2), {2, 1}, {1, 64}, {1, 65535}, {0, 1}, {0, 2}}) {
    const Served all = served(batch_frame<Note, std::int64_t>(
                                  static_cast<std::uint64_t>(number),
                                  static_cast<std::uint16_t>(slot), 0, {}, {5}),
                              *offers_);
    EXPECT_EQ(all.code, 0);
    EXPECT_THAT(all.replies, IsEmpty());
  }
  EXPECT_THAT(noted, IsEmpty());
}

// The length of the payload is believed, so that the next frame is found; what
// it holds is not.
TEST_F(Worker, RefusesMoreItemsThanThereAreBytesFor) {
  for (const std::uint64_t count :
       {std::uint64_t{2}, std::uint64_t{1} << 60, ~std::uint64_t{0}}) {
    offer(2);
    std::string frame = batch_frame<Note, std::int64_t>(1, 1, 0, {}, {5});
    put(frame, offsetof(FrameHeader, count), count);
    const Served all = served(
        frame + batch_frame<Note, std::int64_t>(2, 2, 8, {}, {6}), *offers_);
    EXPECT_EQ(all.code, 0);
    ASSERT_EQ(all.replies.size(), 2U);
    EXPECT_EQ(failure_in(all.replies[0]).type, "cow::PickleError");
    EXPECT_EQ(all.replies[1].header.kind, FrameKind::kResults);
  }
}

// What is there might be all that the batch needs.
TEST_F(Worker, RunsNoBatchThatAnnouncesMoreThanArrives) {
  for (const int bit : {7, 14, 20, 40, 62, 63}) {
    SCOPED_TRACE(bit);
    offer(1);
    std::string frame = batch_frame<Note, std::int64_t>(1, 1, 0, {}, {5});
    put(frame, offsetof(FrameHeader, payload), std::uint64_t{1} << bit);
    const Served all = served(frame, *offers_);
    EXPECT_EQ(all.code, kBrokenPipe);
    EXPECT_THAT(all.replies, IsEmpty());
  }
  EXPECT_THAT(noted, IsEmpty());
}

// Frames of which any field or byte may be another.
class MadeUp {
 public:
  std::string stream() {
    std::string stream;
    for (auto frames = 1 + random_() % 4; frames > 0; --frames) {
      stream += frame();
    }
    if (random_() % 4 == 0) stream.resize(random_() % stream.size());
    return stream;
  }

 private:
  std::string frame() {
    FrameHeader header{.kind = FrameKind::kBatch};
    if (random_() % 8 == 0) header.kind = static_cast<FrameKind>(random_() % 9);
    if (random_() % 32 == 0) {
      header.magic = static_cast<std::uint32_t>(random_());
    }
    header.batch = random_() % 4;
    header.slot = static_cast<std::uint16_t>(header.batch);
    if (random_() % 8 == 0) header.slot = static_cast<std::uint16_t>(random_());
    header.first = random_() % 2 == 0 ? 0 : any();
    header.count = random_() % 8 == 0 ? any() : random_() % 4;
    std::string payload = bytes();
    header.payload = payload.size();
    // Not so much that memory would be taken for it and used.
    if (random_() % 8 == 0) header.payload = random_() % (1U << 16);
    if (random_() % 64 == 0) header.payload = ~any() | std::uint64_t{1} << 63;
    header.entry = header.kind == FrameKind::kInitialize
                       ? Call(Expect(), std::string()).entry()
                       : entries_[random_() % entries_.size()];
    std::string frame(sizeof header, '\0');
    std::memcpy(frame.data(), &header, sizeof header);
    return frame + payload;
  }
  // Small numbers are lengths that are right now and then.
  std::string bytes() {
    std::string bytes(random_() % 200, '\0');
    if (random_() % 16 == 0) bytes.resize(kReadAhead + 300);
    for (char& byte : bytes) {
      byte = static_cast<char>(random_() % 4 == 0   ? random_()
                               : random_() % 4 == 0 ? random_() % 3
                                                    : 0);
    }
    return bytes;
  }
  std::uint64_t any() {
    return (std::uint64_t{random_()} << 32 | random_()) >> random_() % 64;
  }

  std::mt19937 random_{17};
  std::vector<std::uint64_t> entries_ = batch_entries();
};

TEST_F(Worker, EndsInAKnownWayOnAnyInput) {
  MadeUp made_up;
  std::map<int, int> codes;
  std::map<FrameKind, int> kinds;
  for (int round = 0; round < 5'000; ++round) {
    SCOPED_TRACE(round);
    offer(3);
    const Served all = served(made_up.stream(), *offers_);
    ASSERT_THAT(all.code, AnyOf(0, kInitializerFailed, kBrokenPipe));
    ASSERT_THAT(all.rest, IsEmpty());
    ++codes[all.code];
    for (const Served::Reply& reply : all.replies) {
      ASSERT_THAT(
          reply.header.kind,
          AnyOf(FrameKind::kResults, FrameKind::kFailure, FrameKind::kBroken));
      ++kinds[reply.header.kind];
      if (reply.header.kind != FrameKind::kResults) failure_in(reply);
    }
  }
  EXPECT_EQ(codes.size(), 3U);  // all of it has been reached
  EXPECT_EQ(kinds.size(), 3U);
}

}  // namespace
}  // namespace cow::testing

// A task that writes into its worker's reply pipe, as a wild descriptor may:
// the pool notices, and nothing hangs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "cow/pool/frame.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

// A task whose state is what it writes.
struct Scribble {
  std::string bytes;
  int operator()(int i) const {
    write_fully(reply_pipe(), bytes.data(), bytes.size());
    return i;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes);
  }
};

std::string text_of(const FrameHeader& header) {
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

// The text of the WorkerDied that a map of such a task ends in.
std::string outcome_of(Pool& pool, const std::string& bytes) {
  try {
    auto pending = pool.map_async(Scribble{bytes}, numbers(1));
    if (!pending.wait_for(kDeadline)) return "it hangs";
    pending.get();
  } catch (const WorkerDied& died) {
    return died.what();
  } catch (const std::exception& error) {
    return std::string("another exception: ") + error.what();
  }
  return "nothing was thrown";
}

class InvalidReply : public EveryStartMethod {
 protected:
  void expect_noticed(const std::string& bytes) {
    Pool pool(options(2));
    auto other = pool.map_async(same, numbers(6), 1);
    EXPECT_THAT(outcome_of(pool, bytes),
                HasSubstr("something that is no reply in its pipe in item 0"));
    EXPECT_EQ(other.get(), numbers(6));
    EXPECT_TRUE(works(pool));
    EXPECT_EQ(pool.workers().size(), 2U);
  }
};

INSTANTIATE_TEST_SUITE_P(, InvalidReply, every_method(), name_of_method);

TEST_P(InvalidReply, IsNoticedIfItHasNoHeader) {
  expect_noticed(std::string(1000, 'x'));
}

TEST_P(InvalidReply, IsNoticedIfItIsShorterThanAHeader) { expect_noticed("x"); }

// A header that no worker would write is noticed as soon as it is there: what
// it announces never comes.
constexpr std::uint64_t kPayloads[] = {0, 100, std::uint64_t{1} << 20};

TEST_P(InvalidReply, IsNoticedIfItsBatchIsUnknown) {
  for (const std::uint64_t payload : kPayloads) {
    SCOPED_TRACE(payload);
    for (const FrameKind kind : {FrameKind::kResults, FrameKind::kFailure}) {
      expect_noticed(
          text_of({.kind = kind, .payload = payload, .batch = 4711}));
    }
  }
}

TEST_P(InvalidReply, IsNoticedIfItsKindIsNotThatOfAReply) {
  for (const std::uint64_t payload : kPayloads) {
    SCOPED_TRACE(payload);
    for (const FrameKind kind : {FrameKind{0}, FrameKind{99}, FrameKind::kBatch,
                                 FrameKind::kStop, FrameKind::kInitialize}) {
      expect_noticed(text_of({.kind = kind, .payload = payload, .batch = 1}));
    }
  }
}

TEST_P(InvalidReply, IsNoticedIfItsLengthIsImpossible) {
  expect_noticed(text_of(
      {.kind = FrameKind::kResults, .payload = std::uint64_t{1} << 63}));
  expect_noticed(
      text_of({.kind = FrameKind::kResults, .payload = ~std::uint64_t{0}}));
  expect_noticed(text_of(
      {.kind = FrameKind::kResults, .payload = std::uint64_t{1} << 62}));
}

TEST_P(InvalidReply, IsNoticedIfAFailureHasNoText) {
  expect_noticed(
      text_of({.kind = FrameKind::kFailure, .payload = 1, .batch = 7}) + "x");
}

TEST_P(InvalidReply, IsNoticedIfAnInitializerFailureHasNoText) {
  expect_noticed(text_of({.kind = FrameKind::kBroken, .payload = 1}) + "x");
}

}  // namespace
}  // namespace cow::testing

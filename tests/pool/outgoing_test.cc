// A frame goes through a pipe byte for byte, in however many writes.
#include "cow/pool/outgoing.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/pickle/pickle.h"
#include "pickle/bytes.h"

namespace cow {
namespace {

// The smallest pipe there is, whose ends do not wait.
Pipe tiny_pipe() {
  Pipe pipe = make_pipe();
  ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, 4096);
  set_nonblocking(pipe.writer.get());
  set_nonblocking(pipe.reader.get());
  return pipe;
}

// At most `most` of the bytes that are in the pipe.
std::string take(const Pipe& pipe, std::size_t most) {
  std::string bytes(most, '\0');
  const ssize_t got = ::read(pipe.reader.get(), bytes.data(), most);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

// The header that lies in the pipe in front of `payload`.
std::string framed(FrameHeader header, const std::string& payload) {
  header.payload = payload.size();
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + payload;
}

const FrameHeader kHeader{.kind = FrameKind::kBatch,
                          .batch = 7,
                          .entry = 0x1234,
                          .first = 100,
                          .count = 3};

using Value = std::tuple<int, std::vector<double>, std::string,
                         std::vector<int>, std::vector<int>>;

Value a_value() {
  Value value{1, {}, "between", {}, {1, 2, 3}};
  for (int i = 0; i < 30'000; ++i) {
    std::get<1>(value).push_back(i);
    std::get<3>(value).push_back(-i);
  }
  return value;
}

TEST(OutgoingFrames, AreDoneIfNothingWasAdded) {
  EXPECT_TRUE(OutgoingFrames().done());
}

TEST(OutgoingFrames, ConsistOfAHeaderIfThereIsNoPayload) {
  const Pipe pipe = tiny_pipe();
  OutgoingFrames frames;
  frames.add({.kind = FrameKind::kStop}, Message());
  EXPECT_FALSE(frames.done());
  EXPECT_EQ(frames.write_some(pipe.writer.get()), Bytes(48));
  EXPECT_TRUE(frames.done());
  EXPECT_EQ(take(pipe, 1000), framed({.kind = FrameKind::kStop}, ""));
}

TEST(OutgoingFrames, GoThroughATinyPipeByteForByte) {
  const Value value = a_value();
  const std::string expected = framed(kHeader, pickle(value).to_string());
  for (const std::size_t part : {1000U, 4096U, 5000U, 1U << 20}) {
    const Pipe pipe = tiny_pipe();
    const Message message = pickle(value);
    OutgoingFrames frames;
    EXPECT_EQ(frames.add(kHeader, message), Bytes(expected.size()));
    std::string received;
    Bytes written;
    while (!frames.done()) {
      const Bytes some = frames.write_some(pipe.writer.get());
      EXPECT_LE(some, Bytes(4096));
      written += some;
      received += take(pipe, part);
      ASSERT_LE(received.size(), expected.size());
    }
    received += take(pipe, 1 << 20);
    EXPECT_EQ(written, Bytes(expected.size()));
    EXPECT_TRUE(received == expected);
  }
}

TEST(OutgoingFrames, WriteNothingIntoAFullPipe) {
  const Pipe pipe = tiny_pipe();
  while (::write(pipe.writer.get(), "x", 1) == 1) continue;
  OutgoingFrames frames;
  frames.add(kHeader, Message());
  EXPECT_EQ(frames.write_some(pipe.writer.get()), Bytes());
  EXPECT_FALSE(frames.done());
  while (!take(pipe, 4096).empty()) continue;
  EXPECT_EQ(frames.write_some(pipe.writer.get()), Bytes(48));
  EXPECT_TRUE(frames.done());
}

TEST(OutgoingFrames, AreWholeEvenIfTheyNeedSeveralWrites) {
  const std::string block(1 << 14, 'b');
  Pickler pickler;
  pickler.keep(&block);
  constexpr int kBlocks = IOV_MAX;  // and as many lengths between them
  for (int i = 0; i < kBlocks; ++i) {
    pickler(i);
    pickler.save_block(&block, block.data(), block.size());
  }
  const Message message = pickler.take();
  ASSERT_EQ(testing::pieces_of(message).size(), std::size_t{2 * kBlocks});
  const std::string expected = framed(kHeader, message.to_string());

  const Pipe pipe = tiny_pipe();
  ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, 1 << 20);
  OutgoingFrames frames;
  frames.add(kHeader, message);
  std::string received;
  while (!frames.done()) {
    frames.write_some(pipe.writer.get());
    received += take(pipe, 1 << 20);
  }
  EXPECT_TRUE(received == expected);
}

TEST(OutgoingFrames, CanBeAddedWhenTheOthersAreDone) {
  const Pipe pipe = tiny_pipe();
  OutgoingFrames frames;
  for (const int number : {1, 2, 3}) {
    frames.add(kHeader, pickle(number));
    EXPECT_EQ(frames.write_some(pipe.writer.get()), Bytes(52));
    EXPECT_TRUE(frames.done());
    EXPECT_EQ(take(pipe, 1000), framed(kHeader, pickle(number).to_string()));
  }
}

TEST(OutgoingFrames, GoOutInOneWriteIfSmall) {
  const Pipe pipe = tiny_pipe();
  OutgoingFrames frames;
  std::string expected;
  for (const int number : {1, 2, 3}) {
    frames.add(kHeader, pickle(number));
    expected += framed(kHeader, pickle(number).to_string());
  }
  EXPECT_EQ(frames.write_some(pipe.writer.get()), Bytes(3 * 52));
  EXPECT_EQ(take(pipe, 1000), expected);
}

TEST(OutgoingFrames, CanBeAddedWhileOthersAreHalfWritten) {
  const Value value = a_value();
  const Message large = pickle(value);
  std::string expected;
  const Pipe pipe = tiny_pipe();
  OutgoingFrames frames;
  std::string received;
  for (const int number : {1, 2, 3}) {
    frames.add(kHeader, large);
    frames.add(kHeader, pickle(number));
    expected += framed(kHeader, large.to_string()) +
                framed(kHeader, pickle(number).to_string());
    frames.write_some(pipe.writer.get());
    received += take(pipe, 1000);
  }
  while (!frames.done()) {
    frames.write_some(pipe.writer.get());
    received += take(pipe, 5000);
  }
  received += take(pipe, 5000);
  EXPECT_TRUE(received == expected);
}

TEST(OutgoingFrames, SayWhichCallFailed) {
  OutgoingFrames frames;
  frames.add(kHeader, Message());
  try {
    frames.write_some(-1);
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EBADF);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("writev(-1, 1 pieces)"));
  }
}

}  // namespace
}  // namespace cow

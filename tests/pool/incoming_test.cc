// Frames out of a pipe: cut at every byte, many at once, larger than any
// buffer, and bytes that are no frame.
#include "cow/pool/incoming.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <system_error>

#include "cow/os/descriptor.h"

namespace cow {
namespace {

using Result = FrameReader::Result;

std::string framed(const std::string& payload, std::uint64_t batch = 7) {
  const FrameHeader header{
      .kind = FrameKind::kResults, .payload = payload.size(), .batch = batch};
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + payload;
}

std::string text_of(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  if (!bytes.empty()) std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

// A pipe that does not wait at either end, and its reader.
class IncomingFrames : public ::testing::Test {
 protected:
  IncomingFrames() {
    set_nonblocking(pipe_.reader.get());
    set_nonblocking(pipe_.writer.get());
  }

  // Writes what finds room; returns how much that was.
  std::size_t write(const std::string& bytes, std::size_t from = 0) {
    const ssize_t got =
        ::write(pipe_.writer.get(), bytes.data() + from, bytes.size() - from);
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }
  Result next() { return reader_.next(pipe_.reader.get(), *buffer_); }
  // Sends a large payload into what `room_in` makes of its place.
  void expect_placed(const std::function<Room(std::span<std::byte>)>& room_in) {
    std::string payload(1 << 20, 'x');
    payload.replace(0, 4, "head");
    payload.replace(4, 4, "tail");
    payload.back() = 'z';
    const std::string bytes = framed(payload) + framed("next");
    std::string place(payload.size() - 4, '-');
    std::size_t written = write(bytes);
    Result result = next();
    if (result == Result::kNothing) result = next();  // that was too early
    ASSERT_EQ(result, Result::kLarge);
    reader_.place(4, room_in(std::as_writable_bytes(std::span(place))));
    result = next();
    while (result == Result::kNothing) {
      written += write(bytes, written);
      result = next();
    }
    ASSERT_EQ(result, Result::kFrame);
    EXPECT_TRUE(reader_.frame().placed);
    EXPECT_TRUE(place == payload.substr(4));
    write(bytes, written);
    EXPECT_EQ(all() + all(), "[next]");
    EXPECT_FALSE(reader_.frame().placed);
  }
  // All payloads that are there now, in brackets; then how it ended.
  std::string all() {
    std::string all;
    for (;;) {
      switch (next()) {
        case Result::kFrame:
          all += '[' + text_of(reader_.frame().payload) + ']';
          break;
        case Result::kLarge:  // the reader finds a place for it
          break;
        case Result::kNothing:
          return all;
        case Result::kNonsense:
          return all + "nonsense";
      }
    }
  }

  Pipe pipe_ = make_pipe();
  FrameReader reader_;
  std::unique_ptr<FrameReader::Buffer> buffer_ =
      std::make_unique<FrameReader::Buffer>();
};

TEST_F(IncomingFrames, AreAbsentInAnEmptyPipe) {
  EXPECT_EQ(next(), Result::kNothing);
  EXPECT_EQ(next(), Result::kNothing);
}

TEST_F(IncomingFrames, HaveAHeaderAndAPayload) {
  write(framed("abc", 42));
  ASSERT_EQ(next(), Result::kFrame);
  EXPECT_EQ(reader_.frame().header.batch, 42U);
  EXPECT_EQ(reader_.frame().header.kind, FrameKind::kResults);
  EXPECT_EQ(text_of(reader_.frame().payload), "abc");
  EXPECT_EQ(next(), Result::kNothing);
}

TEST_F(IncomingFrames, AreReadOneAfterTheOther) {
  write(framed("a") + framed("") + framed("bc"));
  EXPECT_EQ(all(), "[a][][bc]");
}

TEST_F(IncomingFrames, AreWholeEvenIfTheyArriveInTwoParts) {
  const std::string bytes = framed("abc") + framed("") + framed("defgh");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    write(bytes.substr(0, cut));
    std::string seen = all() + all();
    write(bytes.substr(cut));
    seen += all() + all();
    EXPECT_EQ(seen, "[abc][][defgh]") << "cut at " << cut;
  }
}

TEST_F(IncomingFrames, AreWholeEvenIfTheyArriveByteByByte) {
  std::string seen;
  for (const char byte : framed("abc") + framed("de")) {
    write(std::string(1, byte));
    seen += all();
  }
  EXPECT_EQ(seen, "[abc][de]");
}

TEST_F(IncomingFrames, AreWholeWithAPayloadOfAnySize) {
  constexpr std::size_t kBuffer = 64 << 10;
  for (const std::size_t size :
       {kBuffer - 49, kBuffer - 48, kBuffer - 47, kBuffer - 1, kBuffer,
        kBuffer + 1, 3 * kBuffer, std::size_t{5'000'000}}) {
    std::string payload(size, 'x');
    payload.front() = 'a';
    payload.back() = 'z';
    const std::string bytes = framed("before") + framed(payload) + framed("!");
    std::string seen;
    for (std::size_t written = 0; written < bytes.size();) {
      written += write(bytes, written);
      seen += all();
    }
    seen += all();
    EXPECT_TRUE(seen == "[before][" + payload + "][!]") << size;
  }
}

TEST_F(IncomingFrames, PutALargePayloadIntoTheMemoryGivenForIt) {
  expect_placed([](std::span<std::byte> place) { return room_at(place); });
}

TEST_F(IncomingFrames, PutALargePayloadIntoPiecesOfAnySize) {
  const std::size_t arrived = buffer_->size() - sizeof(FrameHeader) - 4;
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{4096}, arrived - 1, arrived, arrived + 1,
        std::size_t{300'000}, (std::size_t{1} << 20) - 4}) {
    SCOPED_TRACE(size);
    expect_placed([size](std::span<std::byte> place) {
      return [place, size]() mutable {
        const auto piece = place.first(std::min(place.size(), size));
        place = place.subspan(piece.size());
        return piece;
      };
    });
  }
}

TEST_F(IncomingFrames, CanBeReadByReadersThatShareABuffer) {
  const Pipe other = make_pipe();
  set_nonblocking(other.reader.get());
  FrameReader second;
  const std::string bytes = framed("abc");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    write(bytes.substr(0, cut));
    EXPECT_EQ(all(), "");
    write_fully(other.writer.get(), bytes.data(), bytes.size());
    ASSERT_EQ(second.next(other.reader.get(), *buffer_), Result::kFrame);
    EXPECT_EQ(second.next(other.reader.get(), *buffer_), Result::kNothing);
    write(bytes.substr(cut));
    EXPECT_EQ(all() + all(), "[abc]") << cut;
  }
}

TEST_F(IncomingFrames, AreReadEvenIfTheWriterHasEnded) {
  write(framed("abc") + framed("half").substr(0, 50));
  pipe_.writer.close();
  EXPECT_EQ(all(), "[abc]");
  EXPECT_EQ(all(), "");
}

TEST_F(IncomingFrames, AreRefusedIfTheirMagicNumberIsWrong) {
  const std::string good = framed("abc");
  for (std::size_t byte = 0; byte < sizeof FrameHeader::kMagic; ++byte) {
    FrameReader reader;
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 1);
    write(bad);
    EXPECT_EQ(reader.next(pipe_.reader.get(), *buffer_), Result::kNonsense);
  }
}

TEST_F(IncomingFrames, AreWholeIfTheyExactlyFillTheBuffer) {
  const std::string payload(buffer_->size() - sizeof(FrameHeader), 'x');
  ASSERT_EQ(write(framed(payload)), buffer_->size());
  EXPECT_EQ(all(), '[' + payload + ']');
  write(framed("next"));
  EXPECT_EQ(all() + all(), "[next]");  // once may bring nothing
}

TEST_F(IncomingFrames, AreRefusedIfTheirLengthExceedsAllMemory) {
  for (const std::uint64_t size :
       {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1} << 62}) {
    FrameReader reader;
    const FrameHeader header{.kind = FrameKind::kResults, .payload = size};
    std::string bytes(sizeof header, '\0');
    std::memcpy(bytes.data(), &header, sizeof header);
    write(bytes);
    EXPECT_EQ(reader.next(pipe_.reader.get(), *buffer_), Result::kLarge);
    EXPECT_EQ(reader.next(pipe_.reader.get(), *buffer_), Result::kNonsense);
  }
}

TEST_F(IncomingFrames, AreNeverFoundInRandomBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 1000; ++round) {
    const Pipe pipe = make_pipe();
    set_nonblocking(pipe.reader.get());
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    write_fully(pipe.writer.get(), bytes.data(), bytes.size());
    FrameReader reader;
    EXPECT_EQ(reader.next(pipe.reader.get(), *buffer_),
              bytes.size() < sizeof(FrameHeader) ? Result::kNothing
                                                 : Result::kNonsense);
  }
}

TEST_F(IncomingFrames, CannotBeReadFromABadDescriptor) {
  FrameReader reader;
  EXPECT_THROW(reader.next(-1, *buffer_), std::system_error);
}

TEST(TaskInput, GivesAllBytesInOrderInPiecesOfAnySize) {
  std::string bytes(200'000, '\0');
  std::mt19937 random(2);
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (int round = 0; round < 20; ++round) {
    Pipe pipe = make_pipe();
    ASSERT_GE(::fcntl(pipe.writer.get(), F_SETPIPE_SZ, 1 << 18), 1 << 18);
    write_fully(pipe.writer.get(), bytes.data(), bytes.size());
    pipe.writer.close();
    TaskInput input(pipe.reader.get());
    std::string seen;
    while (seen.size() < bytes.size()) {
      std::string part(random() % 50'000 + 1, '\0');
      part.resize(input.read_some(part.data(), part.size()));
      seen += part;
    }
    EXPECT_TRUE(seen == bytes);
    char byte = 0;
    EXPECT_EQ(input.read_some(&byte, 1), 0U);
  }
}

TEST(TaskInput, GivesFewerBytesAtTheEndOfInput) {
  Pipe pipe = make_pipe();
  write_fully(pipe.writer.get(), "abc", 3);
  pipe.writer.close();
  TaskInput input(pipe.reader.get());
  char bytes[10] = {};
  EXPECT_EQ(input.read_fully(bytes, 10), 3U);
  EXPECT_STREQ(bytes, "abc");
}

}  // namespace
}  // namespace cow

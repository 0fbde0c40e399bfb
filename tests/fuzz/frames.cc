// The frames in the pool's pipes. The pool finds in what comes, in whatever
// pieces it comes, the frames that are there, in their order, and no others;
// the worker reads the same bytes, however it asks for them.
//
// Input: one byte for the size of the pieces; then, each behind a byte that
// says which it is, frames of a given size and other bytes.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "cow/pool/frame.h"
#include "cow/pool/incoming.h"
#include "fuzz/input.h"

namespace cow::fuzz {
namespace {

// Larger than what a reader keeps in its buffer, and than a pipe holds.
constexpr std::size_t kMostPayload = 100'000;
// Of a header that announces more than this, memory may be had or not.
constexpr std::uint64_t kSurelyToBeHad = std::uint64_t{1} << 20;

std::string make_pattern() {
  std::string pattern;
  for (std::size_t i = 0; i < kMostPayload; ++i) {
    pattern += static_cast<char>(i * 7 + i / 256);
  }
  return pattern;
}

std::string stream_of(Input& input) {
  static const std::string pattern = make_pattern();
  std::string stream;
  for (int part = 0; part < 8 && !input.rest().empty(); ++part) {
    const auto choice = input.take<std::uint8_t>();
    if (choice % 2 == 0) {
      FrameHeader header;
      header.kind = static_cast<FrameKind>(input.take<std::uint8_t>());
      header.batch = input.take<std::uint8_t>();
      header.payload = input.take<std::uint32_t>() % kMostPayload;
      stream.append(reinterpret_cast<const char*>(&header), sizeof header);
      stream.append(pattern, 0, static_cast<std::size_t>(header.payload));
    } else {
      stream += input.take_until('\n');
    }
  }
  return stream;
}

struct Found {
  FrameHeader header;
  std::string payload;
};

// What is in the stream, read the plain way.
struct Expected {
  std::vector<Found> frames;
  bool nonsense = false;
  bool unsure = false;  // whether behind them comes nonsense or nothing
};

Expected expected_of(std::string_view stream) {
  Expected expected;
  while (stream.size() >= sizeof(FrameHeader)) {
    Found found;
    std::memcpy(&found.header, stream.data(), sizeof found.header);
    stream.remove_prefix(sizeof found.header);
    expected.nonsense = found.header.magic != FrameHeader::kMagic;
    expected.unsure = found.header.payload > kSurelyToBeHad;
    if (expected.nonsense || found.header.payload > stream.size()) break;
    const auto size = static_cast<std::size_t>(found.header.payload);
    found.payload = stream.substr(0, size);
    stream.remove_prefix(size);
    expected.frames.push_back(std::move(found));
  }
  return expected;
}

// Takes what is there; false if that is nonsense. A large payload with an odd
// number is read right into its place, behind a prefix.
bool take_frames(FrameReader& reader, int fd, const Expected& expected,
                 std::size_t& taken) {
  static FrameReader::Buffer buffer;
  static std::string placed;
  constexpr std::size_t kPrefix = 3;
  int nothing = 0;
  while (nothing < 2) {  // once may be too early, but not twice
    const FrameReader::Result result = reader.next(fd, buffer);
    if (result == FrameReader::Result::kNonsense) return false;
    if (result == FrameReader::Result::kNothing) {
      ++nothing;
      continue;
    }
    nothing = 0;
    const Frame& frame = reader.frame();
    if (result == FrameReader::Result::kLarge) {
      const std::uint64_t size = frame.header.payload;
      if (frame.header.batch % 2 == 1 && size <= kSurelyToBeHad &&
          frame.payload.size() >= kPrefix) {
        placed.assign(static_cast<std::size_t>(size) - kPrefix, '-');
        const auto all = std::as_writable_bytes(std::span(placed));
        reader.place(kPrefix, [left = all, size = std::size_t{1}]() mutable {
          const auto piece = left.first(std::min(left.size(), size));
          left = left.subspan(piece.size());
          size *= 2;
          return piece;
        });
      }
      continue;
    }
    require(taken < expected.frames.size(), "no frame that was not sent");
    const Found& sent = expected.frames[taken++];
    require(std::memcmp(&frame.header, &sent.header, sizeof sent.header) == 0,
            "the header that was sent");
    const auto payload = std::as_bytes(
        frame.placed ? std::span<const char>(sent.payload).subspan(kPrefix)
                     : std::span<const char>(sent.payload));
    const auto read =
        frame.placed ? std::as_bytes(std::span(placed)) : frame.payload;
    require(
        std::equal(read.begin(), read.end(), payload.begin(), payload.end()),
        "the payload that was sent");
  }
  return true;
}

void check_pool(std::string_view stream, std::size_t piece) {
  const Expected expected = expected_of(stream);
  Pipe pipe = make_pipe();
  set_nonblocking(pipe.reader.get());
  set_nonblocking(pipe.writer.get());
  FrameReader reader;
  std::size_t taken = 0;
  while (!stream.empty()) {
    const auto written = static_cast<std::size_t>(checked(
        [&] {
          return ::write(pipe.writer.get(), stream.data(),
                         std::min(piece, stream.size()));
        },
        "write(pipe)"));
    stream.remove_prefix(written);
    if (!take_frames(reader, pipe.reader.get(), expected, taken)) {
      require(expected.nonsense || expected.unsure, "no nonsense was sent");
      require(taken == expected.frames.size(), "the frames before nonsense");
      return;
    }
  }
  require(taken == expected.frames.size(), "every frame that was sent");
  require(!expected.nonsense, "nonsense is noticed");
}

void check_worker(std::string_view stream, std::size_t piece) {
  const Descriptor file(checked(
      [] { return ::memfd_create("stream", MFD_CLOEXEC); }, "memfd_create"));
  write_fully(file.get(), stream.data(), stream.size());
  checked([&] { return ::lseek(file.get(), 0, SEEK_SET); }, "lseek");
  TaskInput input(file.get());
  std::string read;
  for (std::size_t turn = 0; read.size() < stream.size(); ++turn) {
    std::string part(piece, '\0');
    part.resize(turn % 2 == 0 ? input.read_some(part.data(), piece)
                              : input.read_fully(part.data(), piece));
    require(!part.empty(), "no end before the end");
    read += part;
  }
  require(read == stream, "the bytes that were sent");
  char byte = 0;
  require(input.read_some(&byte, 1) == 0, "nothing behind the end");
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  cow::fuzz::Input input(data, size);
  const std::size_t step = input.take<std::uint8_t>();
  const std::size_t piece = std::min<std::size_t>(step * step + 1, 60'000);
  const std::string stream = cow::fuzz::stream_of(input);
  if (stream.size() / piece > 10'000) return 0;  // for the sake of time
  cow::fuzz::check_pool(stream, piece);
  cow::fuzz::check_worker(stream, piece);
  return 0;
}

// Frames as they come out of a pipe: for the pool, which never waits for one,
// and for the worker, which has nothing else to do.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/pickle/room.h"
#include "cow/pool/frame.h"

namespace cow {

/// A header and its payload, which lies in the reader until its next call.
struct Frame {
  FrameHeader header;
  std::span<const std::byte> payload;
  /// Whether the payload lies where `FrameReader::place` was told to put it.
  bool placed = false;
  /// Whether there was no memory for the payload, which is lost.
  bool lost = false;
};

/// The pool's side of a pipe. Reads as much as there is at once; trusts
/// nothing. Between two reads it keeps only what is half a frame, so that a
/// pool of many workers does not hold, and hand on to each of them by fork, a
/// buffer for each.
class FrameReader {
 public:
  /// Memory to read into, for as many readers as there are, one after the
  /// other: as much as a pipe holds by default, pipe(7).
  using Buffer = std::array<std::byte, std::size_t{64} << 10>;

  enum class Result {
    kFrame,     ///< `frame()` is the next one
    kLarge,     ///< it will be; of its payload some bytes are there already
    kNothing,   ///< no whole frame is there now
    kNonsense,  ///< what is there is no frame; so the reader is of no more use
  };

  /// The next frame from `fd`, which does not wait. `buffer` is used by no
  /// other reader until the answer is kNothing. That may come while a frame is
  /// still in the pipe, but then not twice, and poll(2) tells of it. Throws
  /// std::system_error.
  Result next(int fd, Buffer& buffer);
  const Frame& frame() const { return frame_; }
  /// The header of a frame of which the payload, or a part of it, is still to
  /// come; null if there is none.
  const FrameHeader* begun() const {
    const bool is_large = state_ == Large::kBegun || state_ == Large::kComing;
    return is_large || kept_.size() >= sizeof(FrameHeader) ? &frame_.header
                                                           : nullptr;
  }

  /// After kLarge: what follows the first `prefix` bytes of the payload is to
  /// be put into `room`, rather than into memory of the reader. So many are
  /// there, and there is room for all the rest.
  void place(std::size_t prefix, Room room);

 private:
  Result next_now(int fd, Buffer& buffer);
  // What is in the buffer, as far as it is a whole frame.
  Result next_in(const Buffer& buffer);
  Result read_large(int fd);
  // False if it is larger than any message can be.
  bool make_room_for_large();
  // Something to read into; false if all is there.
  bool find_piece();
  // False if nothing is there.
  bool read_into(Buffer& buffer, int fd);
  std::size_t buffered() const { return end_ - begin_; }

  Frame frame_;
  std::vector<std::byte> kept_;  // half a frame, until the next read
  // What is in the buffer and was not yet given out.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  // A payload that is larger than the buffer, on its way.
  std::unique_ptr<std::byte[]> large_;
  Room room_;                   // where what is still to come goes
  std::span<std::byte> piece_;  // the part of it that is being filled
  enum class Large { kNone, kBegun, kComing, kWhole } state_ = Large::kNone;
  bool drained_ = false;  // the last read took all that was there
};

/// The worker's side: bytes from a pipe, of which some are read ahead.
class TaskInput {
 public:
  /// `fd` is not owned.
  explicit TaskInput(int fd) : fd_(fd) {}  // NOLINT: buffer_ is read into

  /// Messages up to this size can be viewed where they lie: two pages, for it
  /// is private memory of every worker.
  static constexpr std::size_t kMostViewed = std::size_t{8} << 10;

  /// Waits for at least one byte and reads up to `size`; 0 at the end of input.
  /// Throws std::system_error.
  std::size_t read_some(void* to, std::size_t size);
  /// Reads `size` bytes, fewer only at the end of input.
  std::size_t read_fully(void* to, std::size_t size);
  /// Reads the next `size` bytes (at most kMostViewed), fewer only at the end
  /// of input, and shows where they lie until the next call.
  std::span<const std::byte> view(std::size_t size);
  /// Whether nothing more is there now.
  bool would_wait() const;

 private:
  // Waits until so many bytes are in the buffer, or the input has ended.
  void fill(std::size_t size);

  int fd_;
  // Not from the heap, of which a worker that waits for its first batch then
  // need not write anything.
  std::array<std::byte, kMostViewed> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace cow

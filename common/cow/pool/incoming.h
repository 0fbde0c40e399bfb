// How frames are read from a pipe. The pool never waits for a frame. A worker
// waits, because it has nothing else to do.
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

/// A header and its payload. The payload is in the reader's memory, and good
/// until its next call.
struct Frame {
  FrameHeader header;
  std::span<const std::byte> payload;
  /// Whether the payload is where `FrameReader::place` was told to put it.
  bool placed = false;
  /// Whether there was no memory for the payload, so that it is lost.
  bool lost = false;
};

/// The pool's side of a pipe. Reads as much as is there at once, and does not
/// trust it. After kNothing it keeps only the beginning of a frame, not a whole
/// buffer. The reason is that there is a reader for each worker, and each
/// forked worker would inherit the buffers of all readers.
class FrameReader {
 public:
  /// Memory to read into. All readers use the same buffer, one after the other.
  /// It is as large as a pipe is by default: pipe(7).
  using Buffer = std::array<std::byte, std::size_t{64} << 10>;

  enum class Result {
    kFrame,     ///< `frame()` is the next one
    kLarge,     ///< `frame()` has a part of its payload, the rest is coming
    kNothing,   ///< there is no whole frame now
    kNonsense,  ///< the bytes are no frame: do not use the reader again
  };

  /// Reads the next frame from `fd`, which must be non-blocking. No other
  /// reader may use `buffer` before the answer is kNothing. The answer can be
  /// kNothing although there is a frame in the pipe. That does not happen twice
  /// in a row, and poll(2) reports such a frame. Throws std::system_error.
  Result next(int fd, Buffer& buffer);
  const Frame& frame() const { return frame_; }
  /// The header of a frame whose payload is not complete; null if there is
  /// none.
  const FrameHeader* begun_header() const {
    const bool is_large = state_ == Large::kBegun || state_ == Large::kComing;
    return is_large || kept_.size() >= sizeof(FrameHeader) ? &frame_.header
                                                           : nullptr;
  }

  /// To be called after kLarge. Puts the payload, without its first `prefix`
  /// bytes, into `room` instead of into the reader's own memory. Those first
  /// bytes must be in `frame()` already, and `room` must hold all the rest.
  void place(std::size_t prefix, Room room);

 private:
  Result next_now(int fd, Buffer& buffer);
  // The next frame that is already in the buffer.
  Result next_in(const Buffer& buffer);
  Result read_large(int fd);
  // False if the payload is larger than any message can be.
  bool make_room_for_large();
  // Makes `piece_` a part that is still to be filled; false if there is none.
  bool find_piece();
  // Appends to the buffer; false if the pipe was empty.
  bool read_into(Buffer& buffer, int fd);
  std::size_t buffered() const { return end_ - begin_; }

  Frame frame_;
  std::vector<std::byte> kept_;  // the beginning of a frame
  // The bytes of the buffer that were not yet returned in a frame.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  // A payload that is larger than the buffer.
  std::unique_ptr<std::byte[]> large_;
  Room room_;                   // for the part that is still to come
  std::span<std::byte> piece_;  // the part of the room that is filled now
  enum class Large { kNone, kBegun, kComing, kWhole } state_ = Large::kNone;
  bool drained_ = false;  // the last read has emptied the pipe
};

/// The worker's side of a pipe. Reads more than it is asked for, and keeps the
/// rest.
class TaskInput {
 public:
  /// `fd` is not owned.
  explicit TaskInput(int fd) : fd_(fd) {}  // NOLINT: buffer_ is read into

  /// Waits for at least one byte and reads up to `size`; 0 at the end of input.
  /// Throws std::system_error.
  std::size_t read_some(void* to, std::size_t size);
  /// Reads `size` bytes, fewer only at the end of input.
  std::size_t read_fully(void* to, std::size_t size);
  /// Whether a read would have to wait.
  bool would_wait() const;

 private:
  int fd_;
  // Only two pages, because each worker has its own copy of them. Not on the
  // heap: so a worker that waits for its first batch has not written to the
  // heap, and shares all of it with the pool.
  std::array<std::byte, std::size_t{8} << 10> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace cow

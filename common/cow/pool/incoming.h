// Frames as they come out of a pipe. The pool never waits for one; a worker,
// which has nothing else to do, does.
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

/// The pool's side of a pipe. Reads all that is there at once, and trusts none
/// of it. After kNothing it keeps only the beginning of a frame, not a buffer:
/// there are as many readers as workers, and each forked worker would inherit
/// all their buffers.
class FrameReader {
 public:
  /// Memory to read into, which all readers use one after the other. It is as
  /// large as a pipe is by default, pipe(7).
  using Buffer = std::array<std::byte, std::size_t{64} << 10>;

  enum class Result {
    kFrame,     ///< `frame()` is the next one
    kLarge,     ///< `frame()` is coming; a part of its payload is there
    kNothing,   ///< no whole frame is there now
    kNonsense,  ///< what is there is no frame: do not use the reader again
  };

  /// The next frame from `fd`, which does not wait. No other reader may use
  /// `buffer` until the answer is kNothing. The answer may be kNothing though a
  /// frame is in the pipe, but not twice in a row; poll(2) then says that there
  /// is more. Throws std::system_error.
  Result next(int fd, Buffer& buffer);
  const Frame& frame() const { return frame_; }
  /// The header of a frame whose payload has not all come; null if there is
  /// none.
  const FrameHeader* begun() const {
    const bool is_large = state_ == Large::kBegun || state_ == Large::kComing;
    return is_large || kept_.size() >= sizeof(FrameHeader) ? &frame_.header
                                                           : nullptr;
  }

  /// After kLarge: puts what follows the first `prefix` bytes of the payload
  /// into `room`, rather than into memory of the reader. Those bytes must have
  /// come, and `room` must hold all the rest.
  void place(std::size_t prefix, Room room);

 private:
  Result next_now(int fd, Buffer& buffer);
  // The next frame that is in the buffer already.
  Result next_in(const Buffer& buffer);
  Result read_large(int fd);
  // False if the payload is larger than any message can be.
  bool make_room_for_large();
  // Makes `piece_` a part that is still to be filled; false if all is there.
  bool find_piece();
  // Reads behind what is in the buffer; false if nothing was in the pipe.
  bool read_into(Buffer& buffer, int fd);
  std::size_t buffered() const { return end_ - begin_; }

  Frame frame_;
  std::vector<std::byte> kept_;  // half a frame, until the next read
  // What is in the buffer and was not yet returned as a frame.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  // A payload that is larger than the buffer, on its way.
  std::unique_ptr<std::byte[]> large_;
  Room room_;                   // for what is still to come of it
  std::span<std::byte> piece_;  // the part of that room that is being filled
  enum class Large { kNone, kBegun, kComing, kWhole } state_ = Large::kNone;
  bool drained_ = false;  // the last read took all that was there
};

/// The worker's side of a pipe. Reads ahead.
class TaskInput {
 public:
  /// `fd` is not owned.
  explicit TaskInput(int fd) : fd_(fd) {}  // NOLINT: buffer_ is read into

  /// Messages up to this size can be viewed where they lie. Only two pages,
  /// because each worker has its own copy of them.
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
  // Not on the heap: so a worker that waits for its first batch has written
  // nothing to the heap, and shares it all with the pool.
  std::array<std::byte, kMostViewed> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace cow

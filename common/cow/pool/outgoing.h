// Frames to be written to a pipe, with few system calls.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/pickle/message.h"
#include "cow/pool/frame.h"

namespace cow {

/// The frames that are not yet written, in the order in which they were added.
/// Small frames are copied side by side and are written together.
class OutgoingFrames {
 public:
  /// Adds a frame, and fills in the size of its payload. Refers to the large
  /// blocks of `payload`, which must stay where they are until `done`. Returns
  /// the size of the frame.
  Bytes add(FrameHeader header, const Message& payload);

  /// Writes as much as the pipe takes; all of it, if `fd` is blocking. Returns
  /// how much was written. Throws std::system_error.
  Bytes write_some(int fd);

  /// Whether all is written, and how much is left.
  bool done() const { return next_ == pieces_.size(); }
  Bytes left() const { return left_; }

 private:
  // Bytes that are in `copied_` or in a block elsewhere.
  struct Piece {
    const std::byte* block;  // null: in `copied_`
    std::size_t begin;
    std::size_t size;
  };
  void copy(const void* data, std::size_t size);
  void forget_what_is_written();

  std::string copied_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  Bytes left_;
};

}  // namespace cow

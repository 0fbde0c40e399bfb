// Frames on their way into a pipe, in as few writes as the pipe wants.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/pickle/message.h"
#include "cow/pool/frame.h"

namespace cow {

/// Frames in the order in which they were added, as far as they are not yet
/// written. Small ones lie side by side and go out together.
class OutgoingFrames {
 public:
  /// Adds a frame; fills in how long the payload is. Large blocks of it are
  /// referred to: `payload` stays where it is until `done`. Returns its size.
  Bytes add(FrameHeader header, const Message& payload);

  /// Writes as much as the pipe takes: all of it, if `fd` waits for room.
  /// Returns how much that was. Throws std::system_error.
  Bytes write_some(int fd);

  /// Whether nothing is left to be written, and how much is.
  bool done() const { return next_ == pieces_.size(); }
  Bytes left() const { return left_; }

 private:
  // Bytes of `copied_`, or of a block elsewhere.
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

// A frame on its way into a pipe, in as many writes as the pipe wants.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/pickle/pickler.h"
#include "cow/pool/frame.h"

namespace cow {

/// A header and its payload, as far as they are not yet written. Stays where it
/// is while it is written, because the kernel reads the header from here.
class OutgoingFrame {
 public:
  OutgoingFrame() = default;
  OutgoingFrame(const OutgoingFrame&) = delete;
  OutgoingFrame& operator=(const OutgoingFrame&) = delete;

  /// Begins a frame; fills in how long the payload is.
  void begin(FrameHeader header, Message payload);

  /// Writes as much as the pipe takes: all of it, if `fd` waits for room.
  /// Returns how much that was. Throws std::system_error.
  Bytes write_some(int fd);

  /// Whether nothing is left to be written. The payload's memory is free then.
  bool done() const { return next_ == pieces_.size(); }

 private:
  FrameHeader header_;
  Message payload_;
  std::vector<iovec> pieces_;
  std::size_t next_ = 0;
};

}  // namespace cow

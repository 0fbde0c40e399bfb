#include "cow/pool/outgoing.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "cow/os/error.h"

namespace cow {

void OutgoingFrame::begin(FrameHeader header, Message payload) {
  header_ = header;
  payload_ = std::move(payload);
  header_.payload = static_cast<std::uint64_t>(payload_.size().count());
  pieces_ = {{&header_, sizeof header_}};
  for (const iovec& piece : payload_.pieces()) pieces_.push_back(piece);
  next_ = 0;
}

Bytes OutgoingFrame::write_some(int fd) {
  Bytes written;
  while (!done()) {
    const std::size_t count =
        std::min<std::size_t>(pieces_.size() - next_, IOV_MAX);
    const ssize_t got = retried(
        [&] { return ::writev(fd, &pieces_[next_], static_cast<int>(count)); });
    if (got == -1 && errno == EAGAIN) return written;
    if (got == -1) {
      throw_system_error(errno,
                         fmt::format("writev({}, {} pieces)", fd, count));
    }
    written += Bytes(got);
    auto left = static_cast<std::size_t>(got);
    while (left > 0) {
      iovec& piece = pieces_[next_];
      const std::size_t taken = std::min(piece.iov_len, left);
      piece.iov_base = static_cast<std::byte*>(piece.iov_base) + taken;
      piece.iov_len -= taken;
      left -= taken;
      if (piece.iov_len == 0) ++next_;
    }
  }
  payload_ = Message();
  return written;
}

}  // namespace cow

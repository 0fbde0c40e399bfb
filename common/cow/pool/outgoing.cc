#include "cow/pool/outgoing.h"

#include <fmt/core.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "cow/os/error.h"

namespace cow {
namespace {

// writev(2) takes up to IOV_MAX pieces, 1024. More than a few hundred at once
// gain nothing.
constexpr std::size_t kMostPieces = 256;

}  // namespace

Bytes OutgoingFrames::add(FrameHeader header, const Message& payload) {
  if (done()) forget_what_is_written();
  header.payload = static_cast<std::uint64_t>(payload.size().count());
  copy(&header, sizeof header);
  payload.for_each_piece([this](const void* data, std::size_t size) {
    if (Bytes(size) < kMostCopied) {
      copy(data, size);
    } else {
      pieces_.push_back({static_cast<const std::byte*>(data), 0, size});
    }
  });
  const Bytes size = Bytes(sizeof header) + payload.size();
  left_ += size;
  return size;
}

void OutgoingFrames::copy(const void* data, std::size_t size) {
  const bool goes_on =
      pieces_.size() > next_ && pieces_.back().block == nullptr;
  if (!goes_on) pieces_.push_back({nullptr, copied_.size(), 0});
  copied_.append(static_cast<const char*>(data), size);
  pieces_.back().size += size;
}

void OutgoingFrames::forget_what_is_written() {
  copied_.clear();
  pieces_.clear();
  next_ = 0;
}

Bytes OutgoingFrames::write_some(int fd) {
  Bytes written;
  while (!done()) {
    std::array<iovec, kMostPieces> now;  // NOLINT: filled as far as used
    const std::size_t count = std::min(pieces_.size() - next_, kMostPieces);
    for (std::size_t i = 0; i < count; ++i) {
      const Piece& piece = pieces_[next_ + i];
      const void* from = piece.block == nullptr
                             ? static_cast<const void*>(copied_.data())
                             : piece.block;
      // iovec has no const, because readv(2) uses it, too.
      now[i] = {static_cast<char*>(const_cast<void*>(from)) + piece.begin,
                piece.size};
    }
    const ssize_t got = retried([&] {  // write is faster than writev
      return count == 1 ? ::write(fd, now[0].iov_base, now[0].iov_len)
                        : ::writev(fd, now.data(), static_cast<int>(count));
    });
    if (got == -1 && errno == EAGAIN) return written;
    if (got == -1) {
      throw_system_error(errno,
                         fmt::format("writev({}, {} pieces)", fd, count));
    }
    written += Bytes(got);
    left_ -= Bytes(got);
    auto left = static_cast<std::size_t>(got);
    while (left > 0) {
      Piece& piece = pieces_[next_];
      const std::size_t taken = std::min(piece.size, left);
      piece.begin += taken;
      piece.size -= taken;
      left -= taken;
      if (piece.size == 0) ++next_;
    }
  }
  forget_what_is_written();
  return written;
}

}  // namespace cow

#include "cow/pool/incoming.h"

#include <fmt/core.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow {
namespace {

// Reads what is there; 0 if there is nothing, or if the other end is closed.
// (The worker's pidfd tells the pool of its end.)
std::size_t read_now(int fd, std::byte* to, std::size_t size) {
  const ssize_t got = retried([&] { return ::read(fd, to, size); });
  if (got == -1 && errno == EAGAIN) return 0;
  if (got == -1) {
    throw_system_error(errno, fmt::format("read({}, {} bytes)", fd, size));
  }
  return static_cast<std::size_t>(got);
}

std::uint64_t memory_of_machine() {
  struct sysinfo info {};
  ::sysinfo(&info);
  return std::uint64_t{info.mem_unit} * (info.totalram + info.totalswap);
}

// Room for `size` bytes that are not wanted: each part overwrites the one
// before.
Room room_for_nothing(std::size_t size) {
  return [left = size, piece = std::vector<std::byte>(
                           std::tuple_size_v<FrameReader::Buffer>)]() mutable {
    const std::size_t part = std::min(left, piece.size());
    left -= part;
    return std::span(piece).first(part);
  };
}

}  // namespace

FrameReader::Result FrameReader::next(int fd, Buffer& buffer) {
  if (!kept_.empty()) {
    std::copy(kept_.begin(), kept_.end(), buffer.begin());
    end_ = kept_.size();
    kept_.clear();
  }
  const Result result = next_now(fd, buffer);
  if (result == Result::kNothing) {
    kept_.assign(buffer.data() + begin_, buffer.data() + end_);
    begin_ = end_ = 0;
  }
  return result;
}

FrameReader::Result FrameReader::next_now(int fd, Buffer& buffer) {
  for (;;) {
    const bool large = state_ == Large::kBegun || state_ == Large::kComing;
    const Result result = large ? read_large(fd) : next_in(buffer);
    if (result != Result::kNothing) return result;
    // A read that filled less than its room has emptied the pipe.
    if (std::exchange(drained_, false)) return Result::kNothing;
    if (!large && !read_into(buffer, fd)) return Result::kNothing;
  }
}

FrameReader::Result FrameReader::next_in(const Buffer& buffer) {
  if (state_ == Large::kWhole) {  // the last call has returned it
    state_ = Large::kNone;
    large_.reset();
    frame_.placed = frame_.lost = false;
  }
  FrameHeader& header = frame_.header;
  if (buffered() < sizeof header) return Result::kNothing;
  std::memcpy(&header, &buffer[begin_], sizeof header);
  if (header.magic != FrameHeader::kMagic) return Result::kNonsense;
  const std::size_t arrived = buffered() - sizeof header;
  const std::byte* payload = buffer.data() + begin_ + sizeof header;
  if (header.payload > buffer.size() - sizeof header) {
    frame_.payload = {payload, arrived};
    state_ = Large::kBegun;
    return Result::kLarge;
  }
  const auto size = static_cast<std::size_t>(header.payload);
  if (arrived < size) return Result::kNothing;
  frame_.payload = {payload, size};
  begin_ += sizeof header + size;
  return Result::kFrame;
}

bool FrameReader::read_into(Buffer& buffer, int fd) {
  if (begin_ != 0) {
    std::memmove(buffer.data(), buffer.data() + begin_, buffered());
    end_ -= std::exchange(begin_, 0);
  }
  const std::size_t room = buffer.size() - end_;
  const std::size_t got = read_now(fd, buffer.data() + end_, room);
  end_ += got;
  drained_ = got < room;
  return got != 0;
}

bool FrameReader::find_piece() {
  if (piece_.empty()) piece_ = room_();
  return !piece_.empty();
}

void FrameReader::place(std::size_t prefix, Room room) {
  room_ = std::move(room);
  piece_ = {};
  std::span<const std::byte> arrived = frame_.payload.subspan(prefix);
  while (!arrived.empty() && find_piece()) {
    const std::size_t part = std::min(arrived.size(), piece_.size());
    std::memcpy(piece_.data(), arrived.data(), part);
    arrived = arrived.subspan(part);
    piece_ = piece_.subspan(part);
  }
  begin_ = end_ = 0;
  frame_.payload = {};
  frame_.placed = true;
  state_ = Large::kComing;
}

// Makes room in the reader's own memory. If there is not enough, the payload is
// read and dropped.
bool FrameReader::make_room_for_large() {
  const auto size = static_cast<std::size_t>(frame_.header.payload);
  if (frame_.header.payload > memory_of_machine()) return false;
  // This only reserves addresses. The kernel supplies pages when they are
  // written to, so a wrong length costs no more than this call.
  large_.reset(new (std::nothrow) std::byte[size]);
  place(0, large_ ? room_at({large_.get(), size}) : room_for_nothing(size));
  if (large_) frame_.payload = {large_.get(), size};
  frame_.placed = false;
  frame_.lost = !large_;
  return true;
}

FrameReader::Result FrameReader::read_large(int fd) {
  if (state_ == Large::kBegun && !make_room_for_large()) {
    return Result::kNonsense;
  }
  while (find_piece()) {
    if (drained_) return Result::kNothing;
    const std::size_t got = read_now(fd, piece_.data(), piece_.size());
    drained_ = got < piece_.size();
    piece_ = piece_.subspan(got);
  }
  drained_ = false;
  state_ = Large::kWhole;
  return Result::kFrame;
}

std::size_t TaskInput::read_some(void* to, std::size_t size) {
  const auto read_now = [this](void* target, std::size_t most) {
    return static_cast<std::size_t>(
        checked([&] { return ::read(fd_, target, most); }, "read({}, {} bytes)",
                fd_, most));
  };
  if (begin_ == end_) {
    if (size >= buffer_.size()) return read_now(to, size);
    begin_ = end_ = 0;  // also if the read fails
    end_ = read_now(buffer_.data(), buffer_.size());
  }
  const std::size_t part = std::min(size, end_ - begin_);
  std::memcpy(to, &buffer_[begin_], part);
  begin_ += part;
  return part;
}

std::size_t TaskInput::read_fully(void* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const std::size_t got =
        read_some(static_cast<std::byte*>(to) + done, size - done);
    if (got == 0) break;
    done += got;
  }
  return done;
}

bool TaskInput::would_wait() const {
  return begin_ == end_ && !wait_readable(fd_, 0);
}

}  // namespace cow

#include "cow/inspect/remote_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cow/memory/page_map.h"
#include "cow/os/bytes.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow {
namespace {

std::string reason(pid_t pid, int error) {
  if (error == ENOENT || error == ESRCH) {
    return fmt::format("process {} has ended", pid);
  }
  if (error == EPERM || error == EACCES) {
    return fmt::format(
        "process {} lets only root and its ancestors read its memory", pid);
  }
  return fmt::format("/proc/{}: {}", pid, std::strerror(error));
}

// The pieces at the beginning that lie side by side: what one call can read.
std::vector<iovec> side_by_side(std::span<RemotePiece> pieces) {
  constexpr std::size_t kMost = 1024;  // IOV_MAX of Linux
  std::vector<iovec> parts;
  std::uint64_t next = pieces.front().address;
  for (const RemotePiece& piece : pieces) {
    if (piece.address != next || parts.size() == kMost) break;
    parts.push_back({piece.to.data(), piece.to.size()});
    next += piece.to.size();
  }
  return parts;
}

// How many of these pieces at the beginning, which lie side by side, are in
// memory. Where the map ends, no memory can be, or the process has ended:
// reading tells that at once.
std::size_t present(const Descriptor& map, std::span<RemotePiece> pieces) {
  const std::uint64_t page = page_size().size();
  const std::uint64_t first = pieces.front().address / page;
  const auto end = [](const RemotePiece& piece) {
    return piece.address + piece.to.size();
  };
  std::vector<std::uint64_t> entries((end(pieces.back()) - 1) / page - first +
                                     1);
  const ssize_t got = retried([&] {
    return ::pread(map.get(), entries.data(), entries.size() * sizeof first,
                   static_cast<off_t>(first * sizeof first));
  });
  if (got == 0) return pieces.size();
  entries.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)) /
                 sizeof first);
  const auto gone = std::find_if(
      entries.begin(), entries.end(),
      [](std::uint64_t entry) { return !parse_page(entry).present; });
  const std::uint64_t there =
      (first + static_cast<std::uint64_t>(gone - entries.begin())) * page;
  return static_cast<std::size_t>(
      std::find_if(pieces.begin(), pieces.end(),
                   [&](const auto& piece) { return end(piece) > there; }) -
      pieces.begin());
}

Descriptor opened(pid_t pid, std::string_view name) {
  return Descriptor(::open(fmt::format("/proc/{}/{}", pid, name).c_str(),
                           O_RDONLY | O_CLOEXEC));
}

}  // namespace

ReadPieces memory_of(pid_t pid) {
  const auto file = std::make_shared<Descriptor>(opened(pid, "mem"));
  int error = *file ? 0 : errno;
  const auto map = std::make_shared<Descriptor>(opened(pid, "pagemap"));
  if (error == 0 && !*map) error = errno;
  return [pid, file, map,
          error](std::span<RemotePiece> pieces) -> Reading<std::size_t> {
    if (error != 0) return Absent{reason(pid, error)};
    std::size_t count = 0;
    while (!pieces.empty()) {
      std::vector<iovec> parts = side_by_side(pieces);
      parts.resize(present(*map, pieces.first(parts.size())));
      if (parts.empty()) {
        pieces = pieces.subspan(1);
        continue;
      }
      const ssize_t got = retried([&] {
        return ::preadv(file->get(), parts.data(),
                        static_cast<int>(parts.size()),
                        static_cast<off_t>(pieces.front().address));
      });
      if (got == 0) return Absent{reason(pid, ESRCH)};
      // An address that is not mapped: EIO, or EINVAL in the kernel's half.
      auto left = static_cast<std::size_t>(got == -1 ? 0 : got);
      std::size_t done = 0;
      for (; done < parts.size() && parts[done].iov_len <= left; ++done) {
        left -= parts[done].iov_len;
        pieces[done].read = true;
      }
      count += done;
      // It stops at the first piece that is not there.
      pieces = pieces.subspan(done < parts.size() ? done + 1 : done);
    }
    return count;
  };
}

bool read_at(const ReadPieces& memory, std::uint64_t address,
             std::span<std::byte> to) {
  RemotePiece piece{address, to};
  const auto read = memory({&piece, 1});
  return read && *read == 1;
}

}  // namespace cow

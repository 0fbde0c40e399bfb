#include "cow/inspect/remote_memory.h"

#include <fmt/format.h>
#include <sys/uio.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "cow/os/error.h"

namespace cow {
namespace {

constexpr std::size_t kMost = 1024;  // IOV_MAX of Linux

// How many bytes were read from the beginning of the pieces; -1 with errno.
ssize_t read_some(pid_t pid, std::span<const RemotePiece> pieces) {
  std::vector<iovec> here;
  std::vector<iovec> there;
  for (const RemotePiece& piece : pieces) {
    here.push_back({piece.to.data(), piece.to.size()});
    there.push_back({std::bit_cast<void*>(piece.address), piece.to.size()});
  }
  return retried([&] {
    return ::process_vm_readv(pid, here.data(), here.size(), there.data(),
                              there.size(), 0);
  });
}

std::string reason(pid_t pid, int error) {
  if (error == ESRCH) return fmt::format("process {} has ended", pid);
  if (error == EPERM) {
    return fmt::format(
        "process {} lets only root and its ancestors read its memory", pid);
  }
  return fmt::format("process_vm_readv({}): {}", pid, std::strerror(error));
}

}  // namespace

ReadPieces memory_of(pid_t pid) {
  return [pid](std::span<RemotePiece> pieces) -> Reading<std::size_t> {
    std::size_t count = 0;
    while (!pieces.empty()) {
      const auto part = pieces.first(std::min(kMost, pieces.size()));
      const ssize_t got = read_some(pid, part);
      if (got == -1 && errno != EFAULT) return Absent{reason(pid, errno)};
      auto left = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
      std::size_t done = 0;
      for (; done < part.size() && part[done].to.size() <= left; ++done) {
        left -= part[done].to.size();
        part[done].read = true;
      }
      count += done;
      // It stops at the first piece that is not there.
      pieces = pieces.subspan(std::min(done + 1, part.size()));
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

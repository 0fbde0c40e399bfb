// The memory of another process, read without stopping it, from /proc/PID/mem.
// process_vm_readv(2) would do it with fewer system calls. But it pins what it
// reads, and to pin a page that is shared copy-on-write the kernel copies it
// (since Linux 5.19, gup_must_unshare in mm/gup.c): the meter would cause what
// it measures.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "cow/os/reading.h"

namespace cow {

/// A piece of foreign memory, and where to put it.
struct RemotePiece {
  std::uint64_t address = 0;
  std::span<std::byte> to;
  bool read = false;  ///< all of it is there
};

/// Reads pieces, and sets `read` in those that were there. The result is how
/// many. Absent, with the reason, if there is no such process or it may not be
/// read.
using ReadPieces =
    std::function<Reading<std::size_t>(std::span<RemotePiece> pieces)>;

/// Reads from the process `pid`. Pieces whose addresses follow each other are
/// read with one system call. Only pages in memory are read, as the page map
/// says just before. Others are left out. To read them would make them present
/// in the process that is measured, and would wait for what has to supply them:
/// swap, a file system, or a handler of userfaultfd(2). Needs the permission to
/// trace the process.
ReadPieces memory_of(pid_t pid);

/// Reads one piece; false if it is not there.
bool read_at(const ReadPieces& memory, std::uint64_t address,
             std::span<std::byte> to);

}  // namespace cow

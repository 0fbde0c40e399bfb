// Memory that processes share on purpose: one process makes a segment, and each
// process that gets its handle maps the same pages, however it was started.
// Nothing is locked. The processes must agree on which of them writes where.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "cow/os/bytes.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"

namespace cow {

/// Where the memory of a segment lies. This decides what is left of it if its
/// owner is killed.
struct Backing {
  enum class Kind { kMemfd, kPosixShm, kFile };

  /// memfd_create(2): has no name, can be sealed, and is gone when no process
  /// has it any more, even after kill -9.
  static Backing memfd() { return {}; }
  /// shm_open(3): the file /dev/shm/NAME; `name` has no slash. After kill -9 it
  /// stays until somebody removes it or the machine is restarted.
  static Backing posix_shm(std::string name) {
    return {Kind::kPosixShm, std::move(name)};
  }
  /// A file. After kill -9 it stays.
  static Backing file(std::string path) {
    return {Kind::kFile, std::move(path)};
  }

  Kind kind = Kind::kMemfd;
  std::string name = {};  ///< or the path
};

/// What another process needs in order to map a segment. Can be pickled, in
/// some 65 bytes.
struct SegmentHandle {
  /// What is opened: "/dev/shm/NAME", a file, or for a memfd "/proc/71/fd/5",
  /// the descriptor of its owner.
  std::string path;
  std::uint64_t size = 0;    ///< in bytes
  std::uint64_t device = 0;  ///< with `inode`: is it still the same file?
  std::uint64_t inode = 0;
  bool writable = true;  ///< false: it is sealed

  template <typename Archive>
  void serialize(Archive& archive) {
    archive(path, size, device, inode, writable);
  }
};

/// Owns a segment, or the mapping of one that another process owns. Move-only.
/// The owner removes the name at the end (a fork of the owner does not). The
/// pages stay as long as a process maps them.
class Segment {
 public:
  Segment() = default;
  /// Makes a segment of `size` zeros, at least one. Takes all of the memory
  /// now. So if there is no room, the constructor throws, and no process gets
  /// SIGBUS later. Throws std::system_error, and leaves nothing behind: EEXIST
  /// (the name is in use, or a killed run has left it), ENOSPC, EFBIG
  /// (ulimit -f), ENOENT (no /dev/shm) and others. Throws std::invalid_argument
  /// for a bad size or name.
  explicit Segment(Bytes size, const Backing& backing = Backing::memfd());
  /// Maps the segment of `handle`: for reading if it is sealed, else for
  /// writing as well. Throws std::system_error: ENOENT if its owner has ended
  /// or dropped it, EACCES if it is another user's, ESTALE if another file is
  /// there now.
  static Segment attach(const SegmentHandle& handle);

  /// The first byte, at the beginning of a page; null if there is no segment.
  std::byte* data() const { return mapping_.data(); }
  Bytes size() const { return mapping_.size(); }
  /// False if it is sealed. A write to `data()` then ends the process: SIGSEGV.
  bool writable() const { return handle_.writable; }
  const SegmentHandle& handle() const { return handle_; }

  /// For the owner of a memfd: from now on no process can write to it or change
  /// its size. `data()` moves. Throws std::system_error, and changes nothing:
  /// EBUSY if another process maps it for writing (such as a worker that was
  /// forked before), EPERM or EINVAL if it is no memfd. Throws std::logic_error
  /// if this process is not the owner.
  void seal();

 private:
  struct Unlink {
    pid_t owner;
    void operator()(const std::string* name) const;
  };

  Descriptor file_;  // the owner's
  pid_t owner_ = 0;
  std::unique_ptr<const std::string, Unlink> name_;  // null: it has none
  Mapping mapping_;
  SegmentHandle handle_;
};

}  // namespace cow

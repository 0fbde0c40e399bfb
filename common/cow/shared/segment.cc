#include "cow/shared/segment.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>

#include "cow/os/error.h"
#include "cow/os/held_signal.h"

namespace cow {
namespace {

constexpr const char* kShm = "/dev/shm/";  // where shm_open(3) opens its files

std::string path_of(const Backing& backing) {
  const auto& [kind, name] = backing;
  if (kind == Backing::Kind::kMemfd) return "";
  if (kind == Backing::Kind::kFile && !name.empty()) {
    return std::filesystem::absolute(name);  // for processes in other folders
  }
  if (name.empty() || name == "." || name == ".." ||
      name.find('/') != std::string::npos) {
    throw std::invalid_argument(fmt::format(
        "\"{}\": expected a name of shared memory, without a slash", name));
  }
  return kShm + name;
}

std::string why_not_made(int error, const std::string& path) {
  if (error == EEXIST) {
    return path +
           " is there already: another run uses it, or a run that was killed "
           "has left it; in that case remove it";
  }
  if (error == ENOENT && path.starts_with(kShm)) {
    return "POSIX shared memory needs a file system at /dev/shm";
  }
  return path + " cannot be made";
}

Descriptor make_file(const std::string& path) {
  if (path.empty()) {
    return above_standard(Descriptor(checked(
        [] { return ::memfd_create("cow", MFD_CLOEXEC | MFD_ALLOW_SEALING); },
        "memory without a name cannot be made (memfd_create)")));
  }
  Descriptor file(retried([&] {
    return ::open(path.c_str(),
                  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  }));
  if (const int error = errno; !file) {
    throw_system_error(error, why_not_made(error, path));
  }
  return file;
}

// Takes the memory. If it were taken page by page, a write for which there is
// no room would end the process with SIGBUS.
void fill(int file, Bytes size, const std::string& path) {
  const ForgottenSignal too_large(SIGXFSZ);
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(file, 0, size.count());
  if (error == 0) return;
  std::string text = fmt::format("no room for {} in {}", to_string(size),
                                 path.empty() ? "memory" : path);
  struct statvfs room {};
  if (error == EFBIG) {
    text += ": the limit on the size of files is smaller (ulimit -f)";
  } else if (!path.empty() && ::fstatvfs(file, &room) == 0) {
    const Bytes free = Bytes(room.f_bavail) * room.f_bsize;
    text += fmt::format(", where {} are free", to_string(free));
  }
  throw_system_error(error, text);
}

struct stat status_of(int file) {
  struct stat status {};
  checked([&] { return ::fstat(file, &status); }, "fstat({})", file);
  return status;
}

}  // namespace

Segment::Segment(Bytes size, const Backing& backing) {
  if (size < Bytes(1)) {
    throw std::invalid_argument("a segment of " + to_string(size));
  }
  const std::string path = path_of(backing);
  Descriptor file = make_file(path);
  owner_ = ::getpid();
  if (!path.empty()) name_ = {new std::string(path), Unlink{owner_}};
  file_ = above_standard(std::move(file));
  fill(file_.get(), size, path);
  mapping_ = Mapping(size, file_.get(), Bytes());
  const struct stat status = status_of(file_.get());
  handle_ = {
      .path = name_ ? path : fmt::format("/proc/{}/fd/{}", owner_, file_.get()),
      .size = size.size(),
      .device = status.st_dev,
      .inode = status.st_ino};
}

void Segment::Unlink::operator()(const std::string* name) const {
  if (owner == ::getpid()) ::unlink(name->c_str());
  delete name;
}

Segment Segment::attach(const SegmentHandle& handle) {
  const int mode = handle.writable ? O_RDWR : O_RDONLY;
  const Descriptor file(
      checked([&] { return ::open(handle.path.c_str(), mode | O_CLOEXEC); },
              "the shared memory {} cannot be opened: its owner may have ended",
              handle.path));
  const struct stat status = status_of(file.get());
  if (status.st_dev != handle.device || status.st_ino != handle.inode ||
      Bytes(status.st_size) != Bytes(handle.size)) {
    throw_system_error(ESTALE, handle.path + " is not what it was");
  }
  Segment attached;
  attached.handle_ = handle;
  attached.mapping_ =
      Mapping(Bytes(handle.size), file.get(), Bytes(),
              handle.writable ? PROT_READ | PROT_WRITE : PROT_READ);
  return attached;
}

void Segment::seal() {
  if (!file_ || owner_ != ::getpid()) {
    throw std::logic_error("only the owner of a segment can seal it");
  }
  if (!writable()) return;
  const Bytes all = size();
  mapping_ = Mapping();  // no process may map it for writing
  handle_.writable =
      ::fcntl(file_.get(), F_ADD_SEALS,
              F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == -1;
  const int error = errno;
  mapping_ = Mapping(all, file_.get(), Bytes(),
                     writable() ? PROT_READ | PROT_WRITE : PROT_READ);
  if (!writable()) return;
  throw_system_error(
      error,
      handle_.path + (error == EBUSY ? " is mapped for writing by another "
                                       "process, such as a worker forked before"
                                     : " cannot be sealed: only a memfd can"));
}

}  // namespace cow

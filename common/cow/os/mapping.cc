#include "cow/os/mapping.h"

#include <unistd.h>

#include <cerrno>

#include "cow/os/error.h"
#include "cow/os/held_signal.h"

namespace cow {

Mapping::Mapping(Bytes size, int protection, int sharing) {
  void* address =
      ::mmap(nullptr, size.size(), protection, MAP_ANONYMOUS | sharing, -1, 0);
  if (address == MAP_FAILED) {
    throw_system_error(errno, fmt::format("mmap({})", to_string(size)));
  }
  address_ = static_cast<std::byte*>(address);
  size_ = size;
}

Mapping::Mapping(Bytes size, int fd, Bytes offset, int protection) {
  void* address =
      ::mmap(nullptr, size.size(), protection, MAP_SHARED, fd, offset.count());
  if (address == MAP_FAILED) {
    throw_system_error(errno, fmt::format("mmap({}, {} at {})", fd,
                                          to_string(size), to_string(offset)));
  }
  address_ = static_cast<std::byte*>(address);
  size_ = size;
}

Mapping::~Mapping() {
  if (address_ != nullptr) ::munmap(address_, size_.size());
}

Descriptor make_memory_file(const char* label, Bytes size) {
  Descriptor file = above_standard(
      Descriptor(checked([&] { return ::memfd_create(label, MFD_CLOEXEC); },
                         "memfd_create({})", label)));
  // If the user's limit on file sizes (ulimit -f) is smaller, the call fails.
  // Without this the signal would end the program.
  const ForgottenSignal too_large(SIGXFSZ);
  checked([&] { return ::ftruncate(file.get(), size.count()); },
          "ftruncate({}, {})", label, to_string(size));
  return file;
}

}  // namespace cow

#include "cow/os/mapping.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "cow/os/error.h"

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

Mapping::Mapping(Bytes size, int fd, Bytes offset) {
  void* address = ::mmap(nullptr, size.size(), PROT_READ | PROT_WRITE,
                         MAP_SHARED, fd, offset.count());
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

void advise_huge_pages(void* memory, Bytes size) noexcept {
  // Of the usual size on x86-64 and arm64; where it is another, this is advice.
  constexpr std::uintptr_t kHugePage = std::uintptr_t{2} << 20;
  if (size < Bytes(2 * kHugePage)) return;
  // Only those that lie within the block: nothing else shall grow by it.
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (begin + kHugePage - 1) & ~(kHugePage - 1);
  const std::uintptr_t end = (begin + size.size()) & ~(kHugePage - 1);
  if (first < end) {
    ::madvise(static_cast<std::byte*>(memory) + (first - begin), end - first,
              MADV_HUGEPAGE);
  }
}

Descriptor make_memory_file(const char* label, Bytes size) {
  Descriptor file(static_cast<int>(
      checked([&] { return ::memfd_create(label, MFD_CLOEXEC); },
              "memfd_create({})", label)));
  checked([&] { return ::ftruncate(file.get(), size.count()); },
          "ftruncate({}, {})", label, to_string(size));
  return file;
}

}  // namespace cow

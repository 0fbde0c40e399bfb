#include "cow/os/mapping.h"

#include <cerrno>

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

Mapping::~Mapping() {
  if (address_ != nullptr) ::munmap(address_, size_.size());
}

}  // namespace cow

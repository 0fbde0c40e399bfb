#include "cow/object/guarded_memory.h"

#include <cerrno>
#include <memory>
#include <system_error>

#include "cow/os/error.h"

namespace cow {
namespace {

// More than any address space has. Below this limit no sum of sizes overflows.
constexpr Bytes kTooLarge = Bytes(std::int64_t{1} << 57);

// The text of `error` without the meaning of its number, which the new error
// adds again.
std::string call_of(const std::system_error& error) {
  const std::string text = error.what();
  return text.substr(0, text.rfind(": " + error.code().message()));
}

Mapping map(Bytes size, const std::string& what) {
  try {
    return {size, PROT_NONE, MAP_PRIVATE};
  } catch (const std::system_error& error) {
    throw_system_error(error.code().value(), what + ": " + call_of(error));
  }
}

// The first multiple of `alignment` after the first page of the mapping.
std::byte* aligned_within(const Mapping& mapping, Bytes size, Bytes alignment) {
  void* begin = mapping.data() + page_size().size();
  std::size_t room = (mapping.size() - page_size()).size();
  return static_cast<std::byte*>(
      std::align(alignment.size(), size.size(), begin, room));
}

}  // namespace

GuardedMemory::GuardedMemory(Bytes size, Bytes alignment,
                             const std::string& what)
    : size_(size < kTooLarge ? to_bytes(to_pages(size)) : kTooLarge),
      with_guards_(map(size_ + alignment + page_size(), what)),
      data_(aligned_within(with_guards_, size_, alignment)) {
  checked(
      [&] { return ::mprotect(data_, size_.size(), PROT_READ | PROT_WRITE); },
      "{}: mprotect({})", what, to_string(size_));
  // May fail with EINVAL: a kernel without huge pages has nothing to opt out
  // of.
  retried([&] { return ::madvise(data_, size_.size(), MADV_NOHUGEPAGE); });
}

}  // namespace cow

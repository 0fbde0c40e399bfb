#include "cow/object/guarded_memory.h"

#include <cerrno>
#include <memory>
#include <system_error>

#include "cow/os/error.h"

namespace cow {
namespace {

// More than any address space has; below it no sum of sizes overflows.
constexpr Bytes kTooLarge = Bytes(std::int64_t{1} << 57);

// The text of `error` without what its number means: a new one says it again.
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

// The first multiple of `alignment` behind one page of the mapping.
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
  // A kernel without huge pages says EINVAL: then there is nothing to opt out.
  retried([&] { return ::madvise(data_, size_.size(), MADV_NOHUGEPAGE); });
}

}  // namespace cow

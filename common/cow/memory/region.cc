#include "cow/memory/region.h"

#include "cow/os/error.h"

namespace cow {

Region::Region(Pages pages)
    : pages_(pages),
      with_guards_(to_bytes(pages + Pages(2)), PROT_NONE, MAP_PRIVATE) {
  checked(
      [&] { return ::mprotect(data(), size().size(), PROT_READ | PROT_WRITE); },
      "mprotect({})", to_string(size()));
  // A kernel without huge pages says EINVAL: then there is nothing to opt out.
  retried([&] { return ::madvise(data(), size().size(), MADV_NOHUGEPAGE); });
  write(Pages(0), pages_);
}

std::byte* Region::data() const {
  return with_guards_.data() + page_size().size();
}

void Region::write(Pages first, Pages count) const {
  for (Pages i = first; i < first + count; i = i + Pages(1)) {
    volatile std::byte& byte = *page(i);
    byte = std::byte{1};
  }
}

void Region::read() const {
  for (Pages i; i < pages_; i = i + Pages(1)) {
    const volatile std::byte* byte = page(i);
    [[maybe_unused]] const std::byte seen = *byte;
  }
}

Reading<MappingUsage> Region::usage(pid_t pid) const {
  const auto mappings = read_mappings(pid);
  if (!mappings) return Absent{mappings.reason()};
  return find_mapping(*mappings, data());
}

Reading<std::vector<Page>> Region::page_map(pid_t pid) const {
  return read_page_map(pid, data(), pages_);
}

}  // namespace cow

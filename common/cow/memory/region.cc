#include "cow/memory/region.h"

#include <bit>
#include <cstdint>

#include "cow/os/error.h"

namespace cow {

namespace {

// The first multiple of `step`, a power of two, from `address` on.
std::byte* round_up(std::byte* address, Bytes step) {
  const auto number = std::bit_cast<std::uintptr_t>(address);
  return address + (-number & (step.size() - 1));
}

}  // namespace

Region::Region(Pages pages, PageSize page_size)
    : pages_(pages),
      with_guards_(to_bytes(pages + Pages(2)) +
                       (page_size == PageSize::kHuge ? kHugePage : 0_B),
                   PROT_NONE, MAP_PRIVATE),
      data_(with_guards_.data() + cow::page_size().size()) {
  if (page_size == PageSize::kHuge) data_ = round_up(data_, kHugePage);
  checked(
      [&] { return ::mprotect(data(), size().size(), PROT_READ | PROT_WRITE); },
      "mprotect({})", to_string(size()));
  // May fail with EINVAL: a kernel without huge pages has nothing to choose.
  const int advice =
      page_size == PageSize::kHuge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
  retried([&] { return ::madvise(data(), size().size(), advice); });
  write(Pages(0), pages_);
}

void Region::write(Pages first, Pages count) const {
  for (Pages i = first; i < first + count; i = i + Pages(1)) {
    volatile std::byte& byte = *page(i);
    byte = std::byte{1};
  }
}

std::int64_t Region::read() const {
  std::int64_t sum = 0;
  for (Pages i; i < pages_; i = i + Pages(1)) {
    const volatile std::byte* byte = page(i);
    const std::byte seen = *byte;
    sum += std::to_integer<std::int64_t>(seen);
  }
  return sum;
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

#include "cow/memory/page_map.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <string>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow {
namespace {

constexpr bool bit(std::uint64_t entry, int number) {
  return (entry >> number & 1) != 0;
}

}  // namespace

Page parse_page(std::uint64_t entry) {
  return {.present = bit(entry, 63),
          .swapped = bit(entry, 62),
          .file = bit(entry, 61),
          .exclusive = bit(entry, 56)};
}

PageCount count_pages(std::span<const Page> pages) {
  std::int64_t present = 0;
  std::int64_t swapped = 0;
  std::int64_t exclusive = 0;
  for (const Page& page : pages) {
    present += page.present ? 1 : 0;
    swapped += page.swapped ? 1 : 0;
    exclusive += page.exclusive ? 1 : 0;
  }
  return {Pages(present), Pages(swapped), Pages(exclusive)};
}

Reading<std::vector<Page>> read_page_map(pid_t pid, const void* begin,
                                         Pages count, const std::string& proc) {
  const std::string path = fmt::format("{}/{}/pagemap", proc, pid);
  const Descriptor file(
      retried([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!file) return Absent{fmt::format("{}: {}", path, std::strerror(errno))};

  std::vector<std::uint64_t> entries(count.size());
  const std::size_t size = entries.size() * sizeof entries[0];
  const auto offset = std::bit_cast<std::uint64_t>(begin) /
                      static_cast<std::uint64_t>(page_size().count()) *
                      sizeof entries[0];
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = retried([&] {
      return ::pread(file.get(), reinterpret_cast<char*>(entries.data()) + done,
                     size - done, static_cast<off_t>(offset + done));
    });
    if (got <= 0) {
      return Absent{
          fmt::format("{}: {} of {} entries at offset {}: {}", path,
                      done / sizeof entries[0], entries.size(), offset,
                      got == 0 ? "the map ends" : std::strerror(errno))};
    }
    done += static_cast<std::size_t>(got);
  }
  std::vector<Page> pages;
  pages.reserve(entries.size());
  for (const std::uint64_t entry : entries) pages.push_back(parse_page(entry));
  return pages;
}

}  // namespace cow

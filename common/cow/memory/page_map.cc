#include "cow/memory/page_map.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <string>

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

PageMap::PageMap(pid_t pid, const std::string& proc)
    : path_(fmt::format("{}/{}/pagemap", proc, pid)),
      file_(
          retried([&] { return ::open(path_.c_str(), O_RDONLY | O_CLOEXEC); })),
      error_(file_ ? 0 : errno) {}

Reading<Pages> PageMap::read_entries(std::uint64_t begin,
                                     std::span<std::uint64_t> entries) const {
  if (error_ != 0) {
    return Absent{fmt::format("{}: {}", path_, std::strerror(error_))};
  }
  const std::size_t size = entries.size_bytes();
  const std::uint64_t offset = begin / page_size().size() * sizeof entries[0];
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = retried([&] {
      return ::pread(file_.get(),
                     reinterpret_cast<char*>(entries.data()) + done,
                     size - done, static_cast<off_t>(offset + done));
    });
    if (got <= 0) {
      return Absent{
          fmt::format("{}: {} of {} entries at offset {}: {}", path_,
                      done / sizeof entries[0], entries.size(), offset,
                      got == 0 ? "the map ends" : std::strerror(errno))};
    }
    done += static_cast<std::size_t>(got);
  }
  return Pages(entries.size());
}

Reading<std::vector<Page>> read_page_map(pid_t pid, const void* begin,
                                         Pages count, const std::string& proc) {
  std::vector<Page> pages;
  pages.reserve(count.size());
  const auto read = PageMap(pid, proc).for_each(
      std::bit_cast<std::uint64_t>(begin), count,
      [&](const Page& page) { pages.push_back(page); });
  if (!read) return Absent{read.reason()};
  return pages;
}

}  // namespace cow

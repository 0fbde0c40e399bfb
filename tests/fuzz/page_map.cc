// A page map: entries as they lie in /proc/PID/pagemap. All that a page says
// is in its four bits; a page map is read entry by entry, or not at all.
//
// Input: one byte for the first page to read, one for how many; the rest is the
// file.
#include "cow/memory/page_map.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "cow/os/descriptor.h"
#include "fuzz/input.h"
#include "fuzz/temporary_folder.h"

namespace cow::fuzz {
namespace {

constexpr std::uint64_t bit(bool set, int number) {
  return std::uint64_t{set} << number;
}

std::uint64_t entry_of(const Page& page) {
  return bit(page.present, 63) | bit(page.swapped, 62) | bit(page.file, 61) |
         bit(page.exclusive, 56);
}

constexpr std::uint64_t kKnown = std::uint64_t{0xe1} << 56;

std::vector<Page> pages_of(std::string_view file) {
  std::vector<Page> pages;
  for (; file.size() >= sizeof(std::uint64_t);
       file.remove_prefix(sizeof(std::uint64_t))) {
    std::uint64_t entry = 0;
    std::memcpy(&entry, file.data(), sizeof entry);
    const Page page = parse_page(entry);
    require(entry_of(page) == (entry & kKnown), "a page is its four bits");
    pages.push_back(page);
  }
  return pages;
}

void check_count(const std::vector<Page>& pages) {
  PageCount sum;
  for (const Page& page : pages) {
    const PageCount one = count_pages({&page, 1});
    sum = {sum.present + one.present, sum.swapped + one.swapped,
           sum.exclusive + one.exclusive};
  }
  const PageCount count = count_pages(pages);
  require(count == sum, "pages are counted one by one");
  require(count.present <= Pages(pages.size()), "no page is counted twice");
}

void check(std::string_view file, std::size_t first, std::size_t count) {
  static const TemporaryFolder proc;
  static const bool made = std::filesystem::create_directory(proc.path() / "1");
  require(made, "there is a folder");
  write_file(proc.path() / "1" / "pagemap", file);
  const std::vector<Page> pages = pages_of(file);
  check_count(pages);

  const auto begin = static_cast<std::uint64_t>(to_bytes(Pages(first)).count());
  const auto read = read_page_map(1, std::bit_cast<const void*>(begin),
                                  Pages(count), proc.path());
  require(bool(read) == (count == 0 || first + count <= pages.size()),
          "a map is read if it is as long");
  if (!read) {
    require(!read.reason().empty(), "an absence has a reason");
    return;
  }
  require(read->size() == count, "as many pages as asked for");
  for (std::size_t i = 0; i < count; ++i) {
    require((*read)[i] == pages[first + i], "the pages of the addresses");
  }
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  cow::fuzz::Input input(data, size);
  const auto first = input.take<std::uint8_t>();
  const auto count = input.take<std::uint8_t>();
  cow::fuzz::check(input.rest(), first, count);
  return 0;
}

#include "cow/lesson/counted_pages.h"

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <string>
#include <utility>

#include "cow/memory/page_map.h"

namespace cow {
namespace {

const std::byte* page_of(const void* address) {
  const auto into_page =
      std::bit_cast<std::uintptr_t>(address) % page_size().size();
  return static_cast<const std::byte*>(address) - into_page;
}

// Of each page whether process `pid` maps it alone.
std::vector<bool> exclusive(const PageList& pages, pid_t pid) {
  std::vector<bool> exclusive;
  exclusive.reserve(pages.size());
  while (exclusive.size() < pages.size()) {
    // Neighbours are read at once.
    const std::size_t first = exclusive.size();
    std::size_t end = first + 1;
    while (end < pages.size() &&
           pages[end] == pages[end - 1] + page_size().size()) {
      ++end;
    }
    const auto map = read_page_map(pid, pages[first], Pages(end - first));
    if (!map) throw NotPossible(map.reason());
    for (const Page& page : *map) exclusive.push_back(page.exclusive);
  }
  return exclusive;
}

}  // namespace

CountedPages counted_pages(const Heap& heap) {
  CountedPages pages;
  for (const HeapPage& page : heap.pages()) {
    if (page.use == PageUse::kUnused) continue;
    (page.counts > 0 ? pages.with_counts : pages.without)
        .push_back(page.address);
  }
  return pages;
}

CountedPages counted_pages(
    const std::vector<std::shared_ptr<double>>& numbers) {
  // The counts lie in the 8 bytes before the number: libstdc++,
  // std::_Sp_counted_ptr_inplace. No node of a map is left behind in malloc's
  // lists: to tidy them up, the workers would write to many pages.
  std::vector<std::pair<const std::byte*, std::int64_t>> blocks;
  for (const auto& number : numbers) {
    const std::byte* const page = page_of(number.get() - 1);
    if (blocks.empty() || blocks.back().first != page) {
      blocks.emplace_back(page, 0);
    }
    ++blocks.back().second;
  }
  // Behind the last block lies the size of what malloc has left.
  if (!blocks.empty()) blocks.pop_back();
  std::sort(blocks.begin(), blocks.end());
  CountedPages pages;
  for (const auto& [page, count] : blocks) {
    if (count * kSharedBlock == page_size()) pages.with_counts.push_back(page);
  }
  const auto* const end =
      reinterpret_cast<const std::byte*>(numbers.data() + numbers.size());
  for (const std::byte* page = page_of(numbers.data()); page < end;
       page += page_size().size()) {
    pages.without.push_back(page);
  }
  return pages;
}

Copies observe_copies(Lesson& lesson, std::string_view name,
                      Pending<std::vector<double>> squares,
                      const CountedPages& pages) {
  Copies copies{.held = {}, .all_with_counts = Pages(pages.with_counts.size())};
  const auto look = [&](const Moment& now) {
    for (const Process& worker : now.workers) {
      const bool first = copies.with_counts.empty();
      const auto count = [&](const PageList& list) {
        const std::vector<bool> own = exclusive(list, worker.pid);
        if (first) copies.map.insert(copies.map.end(), own.begin(), own.end());
        return std::count(own.begin(), own.end(), true);
      };
      copies.with_counts.push_back(count(pages.with_counts));
      copies.without.push_back(count(pages.without));
    }
  };
  copies.held = lesson.observe(name, std::move(squares), look);
  return copies;
}

PagePicture copies_picture(std::string title,
                           const std::vector<CopiesRow>& rows) {
  constexpr std::array kColors = {kVermilion, kSkyBlue, kBlack,
                                  kGreen,     kPurple,  kBlue};
  PagePicture picture{.title = std::move(title), .kinds = {}, .rows = {}};
  // The kind of such pages that are shared; behind it stands the kind of those
  // that are copied.
  const auto kind_of = [&](const std::string& content) {
    const std::string shared = content + ", shared";
    std::size_t kind = 0;
    while (kind < picture.kinds.size() && picture.kinds[kind].name != shared) {
      kind += 2;
    }
    if (kind == picture.kinds.size()) {
      const std::string color = kColors.at(kind / 2);
      const auto capital = static_cast<char>(std::toupper(content.at(0)));
      picture.kinds.push_back({shared, content.substr(0, 1), pale(color)});
      picture.kinds.push_back({content + ", copied", {capital}, color});
    }
    return kind;
  };
  for (const CopiesRow& row : rows) {
    PageRow drawn{row.label, {}};
    const std::size_t with_counts = kind_of(row.with_counts);
    const std::size_t without = kind_of(row.without);
    for (const bool copied : row.copies.map) {
      const bool counts =
          drawn.pages.size() < row.copies.all_with_counts.size();
      drawn.pages.push_back(static_cast<std::uint8_t>(
          (counts ? with_counts : without) + (copied ? 1 : 0)));
    }
    picture.rows.push_back(std::move(drawn));
  }
  return picture;
}

}  // namespace cow

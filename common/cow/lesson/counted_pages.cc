#include "cow/lesson/counted_pages.h"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <string>

#include "cow/lesson/recorder_link.h"
#include "cow/memory/page_map.h"

namespace cow {
namespace {

const std::byte* page_of(const void* address) {
  const auto into_page =
      std::bit_cast<std::uintptr_t>(address) % page_size().size();
  return static_cast<const std::byte*>(address) - into_page;
}

// For each page, whether process `pid` maps it alone.
std::vector<bool> exclusive(const PageList& pages, pid_t pid) {
  // Reads neighbors at once, but not too many. This process writes the entries
  // to its own memory. If it wrote over pages that the worker has inherited,
  // these pages would become the worker's alone.
  constexpr std::size_t kAtOnce = 512;
  std::vector<bool> exclusive;
  exclusive.reserve(pages.size());
  while (exclusive.size() < pages.size()) {
    const std::size_t first = exclusive.size();
    std::size_t end = first + 1;
    while (end < pages.size() && end - first < kAtOnce &&
           pages[end] == pages[end - 1] + page_size().size()) {
      ++end;
    }
    const auto map = read_page_map(pid, pages[first], Pages(end - first));
    if (!map) throw NotPossible(map.reason());
    for (const Page& page : *map) exclusive.push_back(page.exclusive);
  }
  return exclusive;
}

// The same for the pages with counts, then for those without.
std::vector<bool> exclusive(const CountedPages& pages, pid_t pid) {
  std::vector<bool> all = exclusive(pages.with_counts, pid);
  const std::vector<bool> without = exclusive(pages.without, pid);
  all.insert(all.end(), without.begin(), without.end());
  return all;
}

void draw(const CountedPages& pages) {
  tell_recorder_pages("pages with counts", pages.with_counts);
  tell_recorder_pages("pages without counts", pages.without);
}

// A task that reads nothing.
int stand_still(int i) {
  wait_to_be_measured();
  return i;
}

// The kinds of a picture. They come in pairs: a content of pages as shared,
// then the same as copied.
class Contents {
 public:
  // The index of the first of the pair for `content`.
  std::size_t kind_of(const std::string& content) {
    const std::string shared = content + ", shared";
    std::size_t kind = 0;
    while (kind < kinds_.size() && kinds_[kind].name != shared) kind += 2;
    if (kind == kinds_.size()) {
      const std::string color = kColors.at(kind / 2);
      const auto capital = static_cast<char>(std::toupper(content.at(0)));
      kinds_.push_back({shared, content.substr(0, 1), pale(color), dim(color)});
      kinds_.push_back({content + ", copied", {capital}, color});
    }
    return kind;
  }

  const std::vector<PageKind>& kinds() const { return kinds_; }

 private:
  static constexpr std::array kColors = {kVermilion, kSkyBlue, kBlue,
                                         kGreen,     kPurple,  kOrange};
  std::vector<PageKind> kinds_;
};

}  // namespace

PageList pages_of(const void* begin, Bytes size) {
  PageList pages;
  const auto* const end = static_cast<const std::byte*>(begin) + size.size();
  for (const std::byte* page = page_of(begin); page < end;
       page += page_size().size()) {
    pages.push_back(page);
  }
  return pages;
}

Pages count_exclusive(const PageList& pages) {
  const std::vector<bool> own = exclusive(pages, ::getpid());
  return Pages(std::count(own.begin(), own.end(), true));
}

CountedPages counted_pages(const Heap& heap) {
  CountedPages pages;
  for (const HeapPage& page : heap.pages()) {
    if (page.use == PageUse::kUnused) continue;
    (page.counts > 0 ? pages.with_counts : pages.without)
        .push_back(page.address);
  }
  draw(pages);
  return pages;
}

CountedPages counted_pages(const Heap& heap, Kind kind,
                           const CountTable& table) {
  const auto counts = table.counts();
  CountedPages pages{pages_of(counts.data(), Bytes(counts.size_bytes())), {}};
  for (const HeapPage& page : heap.pages()) {
    if (page.use == PageUse::kUnused) continue;
    const bool counted = counts.empty() && page.counts > 0 &&
                         page.type != nullptr && page.type->kind == kind;
    (counted ? pages.with_counts : pages.without).push_back(page.address);
  }
  return pages;
}

CountedPages counted_pages(
    const std::vector<std::shared_ptr<double>>& numbers) {
  // The counts are in the 8 bytes before the number: libstdc++,
  // std::_Sp_counted_ptr_inplace. A vector and not a map, because the freed
  // nodes of a map would stay in malloc's lists. Workers would write to many
  // pages when malloc sorts them.
  std::vector<std::pair<const std::byte*, std::int64_t>> blocks;
  for (const auto& number : numbers) {
    const std::byte* const page = page_of(number.get() - 1);
    if (blocks.empty() || blocks.back().first != page) {
      blocks.emplace_back(page, 0);
    }
    ++blocks.back().second;
  }
  // Leaves out the last block: the size of malloc's free rest is after it.
  if (!blocks.empty()) blocks.pop_back();
  std::sort(blocks.begin(), blocks.end());
  CountedPages pages;
  for (const auto& [page, count] : blocks) {
    if (count * kSharedBlock == page_size()) pages.with_counts.push_back(page);
  }
  pages.without =
      pages_of(numbers.data(), Bytes(numbers.size() * sizeof(numbers[0])));
  return pages;
}

Copies measure_copies(Lesson& lesson, std::string_view name, Pool& pool,
                      double (*task)(int), const CountedPages& pages) {
  Copies copies{.held = {},
                .pages_with_counts = Pages(pages.with_counts.size())};
  draw(pages);
  lesson.ask_each_worker(pool, stand_still, [&](const Moment& forked) {
    copies.before = exclusive(pages, forked.workers.at(0).pid);
  });
  std::vector<std::int64_t> with_counts;
  std::vector<std::int64_t> without_counts;
  const auto look = [&](const Moment& now) {
    for (const Process& worker : now.workers) {
      const std::vector<bool> own = exclusive(pages, worker.pid);
      if (copies.map.empty()) copies.map = own;
      const auto without = own.begin() + std::ssize(pages.with_counts);
      with_counts.push_back(std::count(own.begin(), without, true));
      without_counts.push_back(std::count(without, own.end(), true));
    }
  };
  copies.held =
      lesson.measure(name, pool.map_async(task, lesson.items()), look);
  copies.with_counts = copies.held.counted("with counts", with_counts);
  copies.without = copies.held.counted("without", without_counts);
  return copies;
}

void claim_copies(Lesson& lesson, const Copies& copies, const Formula& pages) {
  const std::string& name = copies.held.name;
  lesson.claim(name + ": pages with counts, copied", copies.with_counts, pages);
  lesson.claim(name + ": pages without, copied", copies.without, 0);
  lesson.claim(name + ": a worker's own (USS)", copies.held.each_worker(uss),
               nothing_but(pages * Formula("P", page_size())));
}

PagePicture copies_picture(std::string title, const std::string& before,
                           const std::string& after,
                           const std::vector<CopiesRow>& rows) {
  PagePicture picture{.title = std::move(title),
                      .kinds = {},
                      .rows = {},
                      .note = "Strong color: copied. Faint: shared."};
  Contents contents;
  const auto draw = [&](const CopiesRow& row, const std::vector<bool>& copied,
                        const std::string& group) {
    PageRow drawn{row.label, {}, group};
    const std::size_t with_counts = contents.kind_of(row.with_counts);
    const std::size_t without = contents.kind_of(row.without);
    for (std::size_t page = 0; page < copied.size(); ++page) {
      const bool counts = page < row.copies.pages_with_counts.size();
      drawn.pages.push_back(static_cast<std::uint8_t>(
          (counts ? with_counts : without) + (copied[page] ? 1 : 0)));
    }
    picture.rows.push_back(std::move(drawn));
  };
  for (const CopiesRow& row : rows) draw(row, row.copies.before, before);
  for (const CopiesRow& row : rows) draw(row, row.copies.map, after);
  picture.kinds = contents.kinds();
  return picture;
}

}  // namespace cow

#include "cowtop/page_states.h"

#include "cow/memory/page_map.h"

namespace cowtop {
namespace {

using cow::Bytes;
using cow::Pages;
using namespace cow::literals;

PageState state_of(const cow::Page& page, bool shared_mapping) {
  if (page.swapped) return PageState::kExclusive;
  if (!page.present || (page.file && !shared_mapping)) return PageState::kNone;
  return page.exclusive ? PageState::kExclusive : PageState::kShared;
}

cow::Reading<PageRange> read_range(pid_t pid, const cow::MappingRange& mapping,
                                   const std::filesystem::path& proc) {
  PageRange range{.begin = mapping.begin,
                  .shared_mapping = mapping.permissions[3] == 's',
                  .isolated = false,
                  .pages = {}};
  const Pages all = cow::to_pages(Bytes(mapping.end - mapping.begin));
  range.pages.reserve(all.size());
  const auto read = cow::for_each_page(
      pid, mapping.begin, all, proc, [&](const cow::Page& page) {
        range.pages.push_back(state_of(page, range.shared_mapping));
      });
  if (!read) return cow::Absent{read.reason()};
  return range;
}

bool is_anonymous(const cow::MappingRange& mapping) {
  return mapping.name.empty() || mapping.name[0] == '[';
}

bool touch(const cow::MappingRange& mapping, const cow::MappingRange& other) {
  const bool neighbours =
      mapping.end == other.begin || other.end == mapping.begin;
  const bool alike = other.permissions == mapping.permissions ||
                     other.permissions.starts_with("---");
  return neighbours && alike && is_anonymous(other);
}

bool is_isolated(const std::vector<cow::MappingRange>& mappings,
                 std::size_t i) {
  return (i == 0 || !touch(mappings[i], mappings[i - 1])) &&
         (i + 1 == mappings.size() || !touch(mappings[i], mappings[i + 1]));
}

}  // namespace

bool worth_reading(const cow::MappingRange& range, Bytes rss) {
  if (range.name == "[heap]" || range.name == "[stack]") return true;
  const Bytes size(range.end - range.begin);
  const bool anonymous = range.name.empty() || range.name[0] == '[';
  const bool data =
      range.permissions[3] == 's' || anonymous || range.permissions[1] == 'w';
  const bool accessible = range.permissions.substr(0, 3) != "---";
  return data && accessible && size >= 256_KiB && size <= 64_MiB + 8 * rss;
}

cow::Reading<PageStates> read_page_states(pid_t pid, Bytes rss,
                                          bool only_shared,
                                          const std::filesystem::path& proc) {
  const auto mappings = cow::read_ranges(pid, proc);
  if (!mappings) return cow::Absent{mappings.reason()};
  PageStates states;
  for (std::size_t i = 0; i < mappings->size(); ++i) {
    const cow::MappingRange& mapping = (*mappings)[i];
    if (!worth_reading(mapping, rss)) continue;
    if (only_shared && mapping.permissions[3] != 's') continue;
    cow::Reading<PageRange> range = read_range(pid, mapping, proc);
    if (!range) return cow::Absent{range.reason()};
    states.ranges.push_back(*std::move(range));
    states.ranges.back().isolated = is_isolated(*mappings, i);
  }
  return states;
}

}  // namespace cowtop

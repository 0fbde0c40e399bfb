#include "cowtop/page_states.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cow/memory/page_map.h"

namespace cowtop {
namespace {

using cow::Bytes;
using cow::Pages;
using namespace cow::literals;

// Files of the kernel's own, which are shared memory.
constexpr std::array<std::string_view, 5> kMemoryNames = {
    "/dev/", "/memfd:", "/SYSV", "/anon_hugepage", "/[aio]"};

PageState state_of(const cow::Page& page, bool shared_mapping, bool file) {
  if (page.swapped) return PageState::kExclusive;
  if (!page.present) return PageState::kNone;
  if (page.file && file) {
    return page.exclusive ? PageState::kFileExclusive : PageState::kFileShared;
  }
  if (page.file && !shared_mapping) return PageState::kNone;
  return page.exclusive ? PageState::kExclusive : PageState::kShared;
}

bool is_memory(std::string_view name) {
  return std::any_of(kMemoryNames.begin(), kMemoryNames.end(),
                     [&](auto memory) { return name.starts_with(memory); });
}

// Also of a library.
bool is_private_file(const cow::MappingRange& mapping) {
  return mapping.permissions[3] == 'p' && mapping.name.starts_with('/') &&
         !is_memory(mapping.name);
}

// Without its pages as yet.
PageRange range_of(const cow::MappingRange& mapping) {
  PageRange range;
  range.begin = mapping.begin;
  range.shared_mapping = mapping.permissions[3] == 's';
  range.heap = mapping.name == "[heap]";
  range.file = is_private_file(mapping);
  range.pages.reserve(cow::to_pages(Bytes(mapping.end - mapping.begin)).size());
  return range;
}

bool is_anonymous(const cow::MappingRange& mapping) {
  return mapping.name.empty() || mapping.name[0] == '[';
}

bool is_accessible(const cow::MappingRange& mapping) {
  return !mapping.permissions.starts_with("---");
}

// What `other` is to `mapping`, if it is the next one or the one before.
Neighbor neighbor(const cow::MappingRange& mapping,
                  const cow::MappingRange& other) {
  const bool touches = mapping.end == other.begin || other.end == mapping.begin;
  if (!touches || !is_anonymous(other)) return Neighbor::kNone;
  if (!is_accessible(other)) return Neighbor::kUnknown;
  return other.permissions == mapping.permissions ? Neighbor::kAlike
                                                  : Neighbor::kNone;
}

// Data that is read only if there is a reason: a library's is small.
bool may_hold_data(const cow::MappingRange& mapping) {
  const bool of_the_kernel = mapping.name.starts_with("[v");  // as [vdso]
  return mapping.permissions[0] == 'r' && mapping.permissions[3] == 'p' &&
         !of_the_kernel &&
         (is_anonymous(mapping) || mapping.permissions[1] == 'w');
}

// Which mappings to read.
std::vector<bool> choose(const std::vector<cow::MappingRange>& mappings,
                         Bytes rss, bool only_shared) {
  std::vector<bool> chosen;
  Bytes small;
  for (const cow::MappingRange& mapping : mappings) {
    const Bytes size(mapping.end - mapping.begin);
    chosen.push_back(worth_reading(mapping, rss) &&
                     (!only_shared || mapping.permissions[3] == 's' ||
                      is_file(mapping.name)));
    if (!chosen.back() && size < 256_KiB && may_hold_data(mapping)) {
      small += size;
    }
  }
  if (only_shared) return chosen;
  const bool all = small >= std::max(16_MiB, rss / 4);
  const auto add = [&](std::size_t i, std::size_t reason) {
    const bool joined =
        chosen[reason] &&
        neighbor(mappings[reason], mappings[i]) == Neighbor::kAlike;
    const Bytes size(mappings[i].end - mappings[i].begin);
    if (size < 256_KiB && may_hold_data(mappings[i]) && (all || joined)) {
      chosen[i] = true;
    }
  };
  for (std::size_t i = 1; i < chosen.size(); ++i) add(i, i - 1);
  for (std::size_t i = chosen.size(); i-- > 1;) add(i - 1, i);
  return chosen;
}

}  // namespace

bool is_file(const std::string& name) {
  return name.starts_with('/') && name.find(".so") == name.npos &&
         !is_memory(name);
}

bool worth_reading(const cow::MappingRange& range, Bytes rss) {
  if (range.name == "[heap]" || range.name == "[stack]") return true;
  const Bytes size(range.end - range.begin);
  const bool large_file = size >= 8_MiB && is_file(range.name) &&
                          range.permissions.starts_with("r--");
  const bool data = range.permissions[3] == 's' || is_anonymous(range) ||
                    range.permissions[1] == 'w' || large_file;
  return data && is_accessible(range) && size >= 256_KiB &&
         size <= 64_MiB + 8 * rss;
}

cow::Reading<PageStates> read_page_states(pid_t pid, Bytes rss,
                                          bool only_shared,
                                          const std::filesystem::path& proc) {
  const auto mappings = cow::read_ranges(pid, proc);
  if (!mappings) return cow::Absent{mappings.reason()};
  PageStates states;
  std::vector<const cow::MappingRange*> read;
  const std::vector<bool> chosen = choose(*mappings, rss, only_shared);
  for (std::size_t i = 0; i < mappings->size(); ++i) {
    const cow::MappingRange& mapping = (*mappings)[i];
    states.bounds.push_back(mapping.begin);
    states.bounds.push_back(mapping.end);
    if (is_private_file(mapping)) states.files.push_back(mapping);
    if (!chosen[i]) continue;
    read.push_back(&mapping);
    PageRange& added = states.ranges.emplace_back(range_of(mapping));
    added.before =
        i == 0 ? Neighbor::kNone : neighbor(mapping, (*mappings)[i - 1]);
    added.after = i + 1 == mappings->size()
                      ? Neighbor::kNone
                      : neighbor(mapping, (*mappings)[i + 1]);
  }
  const cow::PageMap map(pid, proc);
  const std::uint64_t page_size = cow::page_size().size();
  for (std::size_t first = 0, next = 0; first < read.size(); first = next) {
    // Mappings that touch each other are read together.
    next = first + 1;
    while (next < read.size() && read[next]->begin == read[next - 1]->end) {
      ++next;
    }
    std::size_t i = first;
    std::uint64_t at = read[i]->begin;
    bool file = is_file(read[i]->name);
    const auto add = [&](const cow::Page& page) {
      PageRange& range = states.ranges[i];
      range.pages.push_back(state_of(page, range.shared_mapping, file));
      at += page_size;
      if (at == read[i]->end && ++i < next) file = is_file(read[i]->name);
    };
    const auto done =
        map.for_each(at, cow::to_pages(Bytes(read[next - 1]->end - at)), add);
    if (!done) return cow::Absent{done.reason()};
  }
  return states;
}

}  // namespace cowtop

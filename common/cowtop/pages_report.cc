#include "cowtop/pages_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "cow/lesson/flags.h"
#include "cow/memory/page_map.h"
#include "cow/memory/process_list.h"
#include "cow/os/bytes.h"
#include "cow/report/page_drawing.h"

namespace cowtop {
namespace {

using cow::MappingUsage;
using cow::Pages;

enum State : std::uint8_t { kUntouched, kShared, kExclusive, kSwapped };
constexpr std::array kNames = {"untouched", "shared", "exclusive", "swapped"};

// With one byte per page, the states of so much take 16 MiB.
constexpr cow::Bytes kMost = cow::Bytes(std::int64_t{64} << 30);

State state_of(const cow::Page& page) {
  if (page.swapped) return kSwapped;
  if (!page.present) return kUntouched;
  return page.exclusive ? kExclusive : kShared;
}

std::optional<std::uint64_t> parse_address(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t address = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, address, 16);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return address;
}

// Reads "7f00-7fff"; none if `which` has another form.
std::optional<MappingUsage> parse_range(const std::string& which) {
  const std::size_t dash = which.find('-');
  if (dash == which.npos) return std::nullopt;
  const auto begin = parse_address(std::string_view(which).substr(0, dash));
  const auto end = parse_address(std::string_view(which).substr(dash + 1));
  if (!begin || !end) return std::nullopt;
  const std::uint64_t page = cow::page_size().size();
  MappingUsage range;
  range.begin = *begin / page * page;
  range.end = *end / page * page + (*end % page == 0 ? 0 : page);
  if (range.begin >= range.end) {
    throw cow::BadUsage(fmt::format(
        "--pages {}: expected a range of addresses whose end is behind its "
        "beginning",
        which));
  }
  return range;
}

cow::Reading<MappingUsage> within(const std::vector<MappingUsage>& mappings,
                                  MappingUsage range) {
  for (const MappingUsage& mapping : mappings) {
    if (mapping.begin <= range.begin && range.end <= mapping.end) {
      range.name = mapping.name;
      range.permissions = mapping.permissions;
      return range;
    }
  }
  return cow::Absent{
      fmt::format("no mapping holds all of {:x}-{:x}", range.begin, range.end)};
}

bool is_called(const MappingUsage& mapping, std::string_view name) {
  const std::string_view full = mapping.name;
  // "[heap]" on the command line arrives as "heap", because CLI11 reads
  // brackets as a list.
  if (name == "largest" || full == name || full == fmt::format("[{}]", name)) {
    return true;
  }
  const std::size_t slash = full.rfind('/');
  return slash != full.npos && full.substr(slash + 1) == name;
}

}  // namespace

cow::Reading<MappingUsage> choose_mapping(
    const std::vector<MappingUsage>& mappings, const std::string& which) {
  if (const auto range = parse_range(which)) return within(mappings, *range);
  const MappingUsage* chosen = nullptr;
  for (const MappingUsage& mapping : mappings) {
    if (!is_called(mapping, which)) continue;
    if (chosen == nullptr || mapping.usage.rss > chosen->usage.rss) {
      chosen = &mapping;
    }
  }
  if (chosen == nullptr) {
    return cow::Absent{fmt::format(
        "no mapping is called {}; --mappings lists those there are", which)};
  }
  return *chosen;
}

cow::Reading<std::vector<std::uint8_t>> read_states(
    pid_t pid, const MappingUsage& mapping, const std::filesystem::path& proc) {
  const cow::Bytes size(mapping.end - mapping.begin);
  if (size > kMost) {
    return cow::Absent{fmt::format(
        "{} of addresses are too many for a picture; give A-B, a part of "
        "{:x}-{:x} of at most {}",
        to_string(size), mapping.begin, mapping.end, to_string(kMost))};
  }
  const Pages all = cow::to_pages(size);
  std::vector<std::uint8_t> states;
  states.reserve(all.size());
  const auto read = cow::PageMap(pid, proc).for_each(
      mapping.begin, all,
      [&](const cow::Page& page) { states.push_back(state_of(page)); });
  if (!read) return cow::Absent{read.reason()};
  return states;
}

cow::PagePicture picture_of(pid_t pid, const MappingUsage& mapping,
                            std::vector<std::uint8_t> states) {
  const std::string name =
      mapping.name.empty() ? "anonymous" : cow::printable(mapping.name);
  cow::PagePicture picture{
      fmt::format("PID {}: {} {:x}-{:x} ({})", pid, name, mapping.begin,
                  mapping.end, mapping.permissions),
      {{kNames[kUntouched], "-", cow::kGrey},
       {kNames[kShared], ".", cow::kSkyBlue},
       {kNames[kExclusive], "#", cow::kVermilion},
       {kNames[kSwapped], "s", cow::kPurple}},
      {cow::PageRow{fmt::format("PID {}", pid), {}}}};
  picture.rows[0].pages = std::move(states);
  return picture;
}

cow::Reading<std::string> report_pages(pid_t pid, const std::string& which,
                                       bool json, bool color) {
  const auto mappings = cow::read_mappings(pid);
  if (!mappings) return cow::Absent{mappings.reason()};
  const auto mapping = choose_mapping(*mappings, which);
  if (!mapping) return cow::Absent{mapping.reason()};
  auto states = read_states(pid, *mapping);
  if (!states) return cow::Absent{states.reason()};
  const cow::PagePicture picture =
      picture_of(pid, *mapping, *std::move(states));
  if (!json) return to_text(picture, color);
  nlohmann::ordered_json counts;
  for (std::uint8_t state = kUntouched; state <= kSwapped; ++state) {
    const auto& row = picture.rows[0].pages;
    counts[kNames[state]] = std::count(row.begin(), row.end(), state);
  }
  const nlohmann::ordered_json object = {
      {"pid", pid},
      {"name", cow::printable(mapping->name)},
      {"begin", fmt::format("{:x}", mapping->begin)},
      {"end", fmt::format("{:x}", mapping->end)},
      {"page_size", cow::page_size().count()},
      {"pages", counts}};
  return object.dump(2) + "\n";
}

}  // namespace cowtop

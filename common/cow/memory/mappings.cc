#include "cow/memory/mappings.h"

#include <fmt/core.h>

#include <bit>
#include <optional>

#include "cow/memory/text.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

// "7f00-7fff rw-p 00000000 00:00 0    [heap]"
std::optional<MappingRange> parse_heading(std::string_view line) {
  const std::string_view range = take_word(line);
  const std::size_t dash = range.find('-');
  if (dash == range.npos) return std::nullopt;
  const auto begin = parse_number<std::uint64_t>(range.substr(0, dash), 16);
  const auto end = parse_number<std::uint64_t>(range.substr(dash + 1), 16);
  const std::string_view permissions = take_word(line);
  if (!begin || !end || *end <= *begin || permissions.size() != 4) {
    return std::nullopt;
  }
  MappingRange mapping;
  mapping.begin = *begin;
  mapping.end = *end;
  mapping.permissions = permissions;
  const auto offset = parse_number<std::uint64_t>(take_word(line), 16);
  mapping.offset = offset.value_or(0);
  take_word(line);  // device
  take_word(line);  // inode
  // The rest is the name, which may hold blanks.
  const std::size_t name = line.find_first_not_of(' ');
  if (name != line.npos) mapping.name = line.substr(name);
  return mapping;
}

// Lines of smaps that are not an amount of memory.
bool is_other_field(std::string_view line) {
  return line.starts_with("VmFlags:") || line.starts_with("THPeligible:") ||
         line.starts_with("ProtectionKey:");
}

}  // namespace

Reading<std::vector<MappingRange>> parse_maps(std::string_view text) {
  std::vector<MappingRange> ranges;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    std::optional<MappingRange> range = parse_heading(line);
    if (!range) {
      return Absent{fmt::format("not a line of maps: \"{}\"", line)};
    }
    ranges.push_back(*std::move(range));
  }
  return ranges;
}

Reading<std::vector<MappingRange>> read_ranges(pid_t pid,
                                               const std::string& proc) {
  const std::string path = fmt::format("{}/{}/maps", proc, pid);
  const Reading<std::string> text = read_file(path);
  if (!text) return Absent{text.reason()};
  auto ranges = parse_maps(*text);
  if (!ranges) {
    return Absent{fmt::format("{}: {}", path, ranges.reason())};
  }
  return ranges;
}

Reading<std::vector<MappingUsage>> parse_smaps(std::string_view text) {
  std::vector<MappingUsage> mappings;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (std::optional<MappingRange> heading = parse_heading(line)) {
      mappings.push_back({*std::move(heading), Usage()});
    } else if (mappings.empty() ||
               (!add_usage_line(line, mappings.back().usage) &&
                !is_other_field(line))) {
      return Absent{fmt::format("not a line of smaps: \"{}\"", line)};
    }
  }
  return mappings;
}

Reading<std::vector<MappingUsage>> read_mappings(pid_t pid,
                                                 const std::string& proc) {
  const std::string path = fmt::format("{}/{}/smaps", proc, pid);
  const Reading<std::string> text = read_file(path);
  if (!text) return Absent{text.reason()};
  auto mappings = parse_smaps(*text);
  if (!mappings) {
    return Absent{fmt::format("{}: {}", path, mappings.reason())};
  }
  return mappings;
}

Reading<MappingUsage> find_mapping(const std::vector<MappingUsage>& mappings,
                                   const void* address) {
  const auto wanted = std::bit_cast<std::uint64_t>(address);
  for (const MappingUsage& mapping : mappings) {
    if (mapping.begin <= wanted && wanted < mapping.end) return mapping;
  }
  return Absent{fmt::format("no mapping holds the address {:#x}", wanted)};
}

}  // namespace cow

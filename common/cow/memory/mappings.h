// The mappings of a process, each with what it costs: /proc/PID/smaps.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cow/memory/usage.h"
#include "cow/os/reading.h"

namespace cow {

/// One mapping ("VMA"): a range of addresses with one origin and one
/// protection.
struct MappingRange {
  std::uint64_t begin = 0;  ///< first address
  std::uint64_t end = 0;    ///< first address behind it
  std::string permissions;  ///< as in "rw-p": p is private, s is shared
  std::string name;         ///< the file, "[heap]", "[stack]" ...; may be empty
};

/// A mapping and what it costs.
struct MappingUsage : MappingRange {
  Usage usage;
};

/// Takes the text of maps. Absent, with the line, if it is not of that form.
Reading<std::vector<MappingRange>> parse_maps(std::string_view text);

/// The mappings of process `pid` in the order of their addresses, without what
/// they cost, so that no page is looked at: /proc/PID/maps.
Reading<std::vector<MappingRange>> read_ranges(
    pid_t pid, const std::string& proc = "/proc");

/// Takes the text of smaps. Absent, with the line, if it is not of that form.
Reading<std::vector<MappingUsage>> parse_smaps(std::string_view text);

/// The mappings of process `pid`, in the order of their addresses.
Reading<std::vector<MappingUsage>> read_mappings(
    pid_t pid, const std::string& proc = "/proc");

/// The mapping that holds `address`; absent if there is none.
Reading<MappingUsage> find_mapping(const std::vector<MappingUsage>& mappings,
                                   const void* address);

}  // namespace cow

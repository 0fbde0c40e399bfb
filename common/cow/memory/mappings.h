// The mappings of a process, and what each costs: /proc/PID/smaps.
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
  std::uint64_t end = 0;    ///< first address after it
  std::string permissions;  ///< as in "rw-p": p is private, s is shared
  std::string name;         ///< the file, "[heap]", "[stack]" ...; may be empty
  std::uint64_t offset = 0;  ///< where it begins in the file
};

/// A mapping and what it costs.
struct MappingUsage : MappingRange {
  Usage usage;
};

/// Parses the text of maps. Absent if a line has another form; the reason
/// quotes it.
Reading<std::vector<MappingRange>> parse_maps(std::string_view text);

/// The mappings of process `pid` in the order of their addresses:
/// /proc/PID/maps. That is fast, because the kernel does not look at the pages.
Reading<std::vector<MappingRange>> read_ranges(
    pid_t pid, const std::string& proc = "/proc");

/// Parses the text of smaps. Absent if a line has another form; the reason
/// quotes it.
Reading<std::vector<MappingUsage>> parse_smaps(std::string_view text);

/// The mappings of process `pid` and what they cost, in the order of their
/// addresses: /proc/PID/smaps.
Reading<std::vector<MappingUsage>> read_mappings(
    pid_t pid, const std::string& proc = "/proc");

/// The mapping that holds `address`; absent if there is none.
Reading<MappingUsage> find_mapping(const std::vector<MappingUsage>& mappings,
                                   const void* address);

}  // namespace cow

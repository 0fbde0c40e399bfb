// Which mappings of a process hold private memory, added up by name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cow/memory/mappings.h"
#include "cowtop/comparison.h"

namespace cowtop {

/// All mappings of one name.
struct NamedMappings {
  std::string name;  ///< "(anonymous)" if it has none
  int count = 0;
  cow::Usage usage;
  /// What was inherited, copied and made. None if the process has no relative
  /// to compare it with, or the mapping is too small to be looked at.
  std::optional<Comparison> pages = {};
};

/// What the pages of the mappings are, by the first address of each.
using MappedPages = std::map<std::uint64_t, Comparison>;

/// Adds up mappings by name. Sorts them by their private memory, largest first;
/// then by RSS, then by name. Leaves out mappings without pages.
std::vector<NamedMappings> by_name(
    const std::vector<cow::MappingUsage>& mappings,
    const MappedPages& origins = {});

/// Those of process `pid`. Compares its pages with those of the process that it
/// was forked from, or else of another fork, if there is one that may be read.
cow::Reading<std::vector<NamedMappings>> read_named_mappings(pid_t pid);

/// A column of figures.
struct MappingColumn {
  std::string_view title;
  std::string (*text)(const NamedMappings&);
};
/// All of them, in their order. What was inherited, copied and made is "-"
/// where it is unknown.
std::span<const MappingColumn> mapping_columns();

/// A table of them, for a person.
std::string to_table(const std::vector<NamedMappings>& mappings);
/// {"pid": …, "mappings": [{"name": …, "count": …, "rss": …, "pss": …,
/// "uss": …, "anonymous": …, "swap": …, "shared": …, "copied": …, "own": …,
/// "undecided": …}]}, in bytes. The last four only where they are known.
std::string to_json(pid_t pid, const std::vector<NamedMappings>& mappings);

}  // namespace cowtop

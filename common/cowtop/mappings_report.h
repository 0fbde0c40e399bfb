// Which mappings of a process hold private memory, added up by name.
#pragma once

#include <string>
#include <vector>

#include "cow/memory/mappings.h"

namespace cowtop {

/// All mappings of one name.
struct NamedMappings {
  std::string name;  ///< "(anonymous)" if it has none
  int count = 0;
  cow::Usage usage;
};

/// Adds up mappings by name. Sorts them by their private memory, largest first;
/// then by RSS, then by name. Leaves out mappings without pages.
std::vector<NamedMappings> by_name(
    const std::vector<cow::MappingUsage>& mappings);

/// A table of them, for a person.
std::string to_table(const std::vector<NamedMappings>& mappings);
/// {"pid": …, "mappings": [{"name": …, "count": …, "rss": …, "pss": …,
/// "uss": …, "anonymous": …, "swap": …}]}, in bytes.
std::string to_json(pid_t pid, const std::vector<NamedMappings>& mappings);

}  // namespace cowtop

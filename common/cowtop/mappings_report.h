// Which mappings of a process are private: added up by name.
#pragma once

#include <string>
#include <vector>

#include "cow/memory/mappings.h"

namespace cowtop {

/// All mappings of one name.
struct NamedMappings {
  std::string name;  ///< "(anonymous)" where the kernel has none
  int count = 0;
  cow::Usage usage;
};

/// By the memory that is private in them, largest first; then by RSS, then by
/// name. Mappings without any page are left out.
std::vector<NamedMappings> by_name(
    const std::vector<cow::MappingUsage>& mappings);

/// A table of them, for a person.
std::string to_table(const std::vector<NamedMappings>& mappings);
/// {"pid": …, "mappings": [{"name": …, "count": …, "rss": …}]}, in bytes.
std::string to_json(pid_t pid, const std::vector<NamedMappings>& mappings);

}  // namespace cowtop

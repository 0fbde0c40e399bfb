// The page map of one mapping as a picture, as lesson 08 draws it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cow/lesson/page_picture.h"
#include "cow/memory/mappings.h"
#include "cow/os/reading.h"

namespace cowtop {

/// The mapping that `which` means. It can be a range "7f00-7fff" in
/// hexadecimal: it is widened to whole pages, which must lie in one mapping. It
/// can be a name such as "[heap]", the last part of a file's name, or
/// "largest". If several mappings have the name, it is the one with the largest
/// RSS. Absent if no mapping fits, with the reason. Throws cow::BadUsage for a
/// range that is not valid.
cow::Reading<cow::MappingUsage> choose_mapping(
    const std::vector<cow::MappingUsage>& mappings, const std::string& which);

/// The state of each page: 0 untouched, 1 shared, 2 exclusive, 3 swapped.
/// Absent if the mapping has more than 64 GiB of addresses; the reason says
/// what to give instead.
cow::Reading<std::vector<std::uint8_t>> read_states(
    pid_t pid, const cow::MappingUsage& mapping,
    const std::filesystem::path& proc = "/proc");

/// The picture of these states.
cow::PagePicture picture_of(pid_t pid, const cow::MappingUsage& mapping,
                            std::vector<std::uint8_t> states);

/// Reads the pages and draws them. With `json`, counts them: {"pid", "name",
/// "begin", "end", "page_size", "pages": {"untouched", "shared", "exclusive",
/// "swapped"}}.
cow::Reading<std::string> report_pages(pid_t pid, const std::string& which,
                                       bool json, bool color);

}  // namespace cowtop

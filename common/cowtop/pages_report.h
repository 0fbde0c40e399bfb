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

/// The mapping that `which` means: "7f00-7fff" in hexadecimal (any range within
/// what is mapped; of it, whole pages), a name as "[heap]", the last part of a
/// file's name, or "largest". Of several with the name, the one with the
/// largest RSS. Absent, with what there is, if there is none. Throws
/// cow::BadUsage for a range that is none.
cow::Reading<cow::MappingUsage> choose_mapping(
    const std::vector<cow::MappingUsage>& mappings, const std::string& which);

/// What each page is: 0 untouched, 1 shared, 2 exclusive, 3 swapped. In a byte
/// a page; of more than 64 GiB of addresses absent, with what to give instead.
cow::Reading<std::vector<std::uint8_t>> read_states(
    pid_t pid, const cow::MappingUsage& mapping,
    const std::filesystem::path& proc = "/proc");

/// Draws them.
cow::PagePicture picture_of(pid_t pid, const cow::MappingUsage& mapping,
                            std::vector<std::uint8_t> states);

/// Reads and draws it; with `json`, counts it: {"pid", "begin", "end", "name",
/// "pages": {"untouched", "shared", "exclusive", "swapped"}}.
cow::Reading<std::string> report_pages(pid_t pid, const std::string& which,
                                       bool json, bool color);

}  // namespace cowtop

// How a failed test shows counts of pages.
#pragma once

#include <ostream>

#include "cow/memory/page_map.h"
#include "os/print.h"

namespace cow {

inline void PrintTo(const PageCount& count, std::ostream* out) {
  *out << count.present.count() << " present, " << count.swapped.count()
       << " swapped, " << count.exclusive.count() << " exclusive";
}

inline void PrintTo(const Page& page, std::ostream* out) {
  *out << (page.present ? "present " : "") << (page.swapped ? "swapped " : "")
       << (page.file ? "file " : "") << (page.exclusive ? "exclusive " : "");
}

}  // namespace cow

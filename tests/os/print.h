// How a failed test shows amounts: exactly, in bytes or pages.
#pragma once

#include <ostream>

#include "cow/os/bytes.h"

namespace cow {

inline void PrintTo(Bytes bytes, std::ostream* out) {
  *out << bytes.count() << " bytes";
}

inline void PrintTo(Pages pages, std::ostream* out) {
  *out << pages.count() << " pages";
}

}  // namespace cow

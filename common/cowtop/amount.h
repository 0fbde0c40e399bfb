// Amounts of memory in a table.
#pragma once

#include <fmt/format.h>

#include <string>

#include "cow/os/bytes.h"

namespace cowtop {

/// As cow::to_string, but "0" for nothing, so that zeros are seen at once among
/// many figures.
inline std::string amount(cow::Bytes bytes) {
  return bytes == cow::Bytes() ? "0" : cow::to_string(bytes);
}

/// An amount with its sign: "+64.0 MiB", "-4 KiB", "0".
inline std::string change(cow::Bytes bytes) {
  return fmt::format("{}{}", bytes > cow::Bytes() ? "+" : "", amount(bytes));
}

}  // namespace cowtop

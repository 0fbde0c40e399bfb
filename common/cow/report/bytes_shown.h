// Shows the bytes of a message to a person: each part on a line of its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/bytes.h"

namespace cow {

/// The next bytes of a message, and what they mean.
struct Part {
  Bytes size;
  std::string meaning;
};

/// A line for each part: where it begins, its bytes in hexadecimal, and its
/// meaning. Of a long part only the first bytes are shown. Throws
/// std::logic_error unless the parts together are as long as `bytes`.
std::string show_bytes(std::string_view bytes, const std::vector<Part>& parts);

/// The parts of a batch's header; see frame.h.
std::vector<Part> header_parts();

}  // namespace cow

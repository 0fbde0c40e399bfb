// Bytes that a person can read: each part of a message on a line of its own.
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

/// A line for each part: where it begins, its bytes in hexadecimal, what it
/// means. Of a long part the first bytes are shown. Throws std::logic_error
/// unless the parts are all of `bytes`.
std::string show_bytes(std::string_view bytes, const std::vector<Part>& parts);

/// The parts of a batch's header: frame.h.
std::vector<Part> header_parts();

}  // namespace cow

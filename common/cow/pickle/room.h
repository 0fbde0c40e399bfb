// Memory for a block of bytes that is still to be read.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace cow {

/// Returns the memory for the next piece of a block; an empty span after the
/// last piece. Each piece stays where it is.
using Room = std::function<std::span<std::byte>()>;

/// Room for the whole block in one piece.
inline Room room_at(std::span<std::byte> block) {
  return [block]() mutable { return std::exchange(block, {}); };
}

}  // namespace cow

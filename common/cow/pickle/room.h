// Memory for a block of bytes that is on its way.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace cow {

/// Where the next bytes of a block go; nowhere once there is room for all. Each
/// piece stays where it is.
using Room = std::function<std::span<std::byte>()>;

/// All of the block at once.
inline Room room_at(std::span<std::byte> block) {
  return [block]() mutable { return std::exchange(block, {}); };
}

}  // namespace cow

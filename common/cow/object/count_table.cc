#include "cow/object/count_table.h"

#include <fmt/core.h>

#include <bit>
#include <stdexcept>

#include "cow/os/bytes.h"

namespace cow {

CountTable::CountTable(std::int64_t capacity)
    : capacity_(capacity),
      memory_(capacity * Bytes(sizeof(std::int64_t)), page_size(),
              fmt::format("a table of {} counts", capacity)) {}

void CountTable::take_count_of(Object& object) {
  if (size_ == capacity_) {
    throw std::length_error(
        fmt::format("a table of {} counts is full", capacity_));
  }
  if (object.count < 1 || object.count == kImmortal) {
    throw std::invalid_argument(
        "take_count_of: the object is immortal, or its count is in a table");
  }
  auto* const place = reinterpret_cast<std::int64_t*>(memory_.data()) + size_++;
  *place = object.count;
  object.count = -std::bit_cast<std::int64_t>(place);
}

std::span<const std::int64_t> CountTable::counts() const {
  return {reinterpret_cast<const std::int64_t*>(memory_.data()),
          static_cast<std::size_t>(size_)};
}

}  // namespace cow

// Counts that lie side by side in a table, away from their objects. To take a
// reference then writes to a page of counts, of which there are few: 512 counts
// lie in 4 KiB, but only 128 floats.
#pragma once

#include <cstdint>
#include <span>

#include "cow/object/guarded_memory.h"
#include "cow/object/object.h"

namespace cow {

/// Keeps the counts of objects. Must outlive the references to them. Move-only.
class CountTable {
 public:
  /// Room for `capacity` counts, from the beginning of a page on. It takes
  /// memory when it is filled. Throws std::system_error if there is none.
  explicit CountTable(std::int64_t capacity);

  /// Moves the count of `object` into the next place of the table: the object
  /// is written now, and never again for a reference. The place stays taken
  /// when the object has ended. Throws std::length_error if the table is full,
  /// std::invalid_argument if the object's count is not in the object.
  void take_count_of(Object& object);

  /// The counts, in the order in which they came.
  std::span<const std::int64_t> counts() const;

 private:
  std::int64_t capacity_;
  std::int64_t size_ = 0;
  GuardedMemory memory_;
};

}  // namespace cow

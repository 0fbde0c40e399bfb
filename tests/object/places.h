// Where things lie, for the tests of the heap.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cow/object/heap.h"

namespace cow::testing {

inline std::uintptr_t number(const void* address) {
  return std::bit_cast<std::uintptr_t>(address);
}

/// How far `address` lies behind a multiple of `size`.
inline std::uintptr_t offset_in(const void* address, Bytes size) {
  return number(address) % size.size();
}

/// The multiple of `size` at or before `address`.
inline std::uintptr_t begin_of(const void* address, Bytes size) {
  return number(address) - offset_in(address, size);
}

inline std::ptrdiff_t distance(const void* from, const void* to) {
  return static_cast<std::ptrdiff_t>(number(to) - number(from));
}

inline std::vector<Ref<Float>> make_floats(Heap& heap, int count) {
  std::vector<Ref<Float>> floats;
  for (int i = 0; i < count; ++i) floats.push_back(heap.new_float(i));
  return floats;
}

/// A list of the numbers 0, 1, ...
inline Ref<List> make_list(Heap& heap, std::int64_t count) {
  Ref<List> list = heap.new_list(count);
  for (std::int64_t i = 0; i < count; ++i) {
    list->set(i, heap.new_float(static_cast<double>(i)));
  }
  return list;
}

inline std::int64_t pages_with(const Heap& heap, PageUse use) {
  std::int64_t count = 0;
  for (const HeapPage& page : heap.pages()) count += page.use == use ? 1 : 0;
  return count;
}

/// All objects that live in the heap.
inline std::int64_t live_objects(const Heap& heap) {
  std::int64_t count = 0;
  for (const HeapPage& page : heap.pages()) count += page.counts;
  return count;
}

}  // namespace cow::testing

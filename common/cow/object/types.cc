#include "cow/object/types.h"

#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "cow/object/heap.h"

namespace cow {
namespace {

// CPython's growth: 4, 8, 16, 24, 32, 40, 52, 64, 76 … An eighth and a few more
// than is needed, in steps of four.
std::int64_t grown(std::int64_t needed) {
  const std::int64_t roomy = needed + needed / 8 + 6;
  return roomy - roomy % 4;
}

}  // namespace

TypeError::TypeError(std::string_view expected, const Object& found)
    : text_(fmt::format("expected {}, found {}", expected, found.type->name)) {}

CollectorLinks& List::links() {
  return *std::launder(reinterpret_cast<CollectorLinks*>(this) - 1);
}

void List::check(std::int64_t index) const {
  if (index < 0 || index >= size_) {
    throw std::out_of_range(
        fmt::format("index {} of a list of {}", index, size_));
  }
}

Object& List::item(std::int64_t index) const {
  check(index);
  Object* const object = items_[index];
  if (object == nullptr) {
    throw std::logic_error(fmt::format(
        "slot {} of a list of {} is empty: set it first", index, size_));
  }
  return *object;
}

void List::set(std::int64_t index, Ref<Object> ref) {
  check(index);
  // The old reference is dropped at the end, when the new one is in place,
  // because the end of one object can be the end of others.
  const Ref<Object> old = Ref<Object>::adopt(items_[index]);
  items_[index] = ref.release();
}

void List::append(Ref<Object> ref) {
  if (size_ == capacity_) reserve(grown(size_ + 1));
  items_[size_++] = ref.release();
}

void List::reserve(std::int64_t capacity) {
  Heap& heap = *type->heap;
  auto* const items = static_cast<Object**>(
      // NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are its items.
      heap.allocate_items(capacity, sizeof(Object*)));
  std::copy_n(items_, size_, items);
  heap.free(items_);
  items_ = items;
  capacity_ = capacity;
}

}  // namespace cow

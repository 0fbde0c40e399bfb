// The three types of objects: a number, a list of references, an array of
// numbers.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

#include "cow/object/object.h"
#include "cow/object/ref.h"

namespace cow {

/// One number in an object of its own: 24 bytes, in a slot of 32.
struct Float : Object {
  static constexpr std::string_view kName = "float";
  static constexpr Kind kKind = Kind::kFloat;

  double value;
};
static_assert(sizeof(Float) == 24);

/// An object that is not of the type that was asked for.
class TypeError : public std::bad_cast {
 public:
  TypeError(std::string_view expected, const Object& found);
  /// "expected float, found list".
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

/// The object as what it is. Throws TypeError if it is not a `T`. Reads the
/// header and counts nothing.
template <std::derived_from<Object> T>
T& as(Object& object) {
  if constexpr (!std::same_as<T, Object>) {
    if (object.type->kind != T::kKind) throw TypeError(T::kName, object);
  }
  return static_cast<T&>(object);
}
template <std::derived_from<Object> T>
const T& as(const Object& object) {
  if constexpr (!std::same_as<T, Object>) {
    if (object.type->kind != T::kKind) throw TypeError(T::kName, object);
  }
  return static_cast<const T&>(object);
}

/// What lies in front of the header of an object that can refer to others:
/// CPython chains those for its garbage collector. There is no collector here;
/// the links chain the lists that wait for their end (see `destroy`).
struct CollectorLinks {
  CollectorLinks* next;
  CollectorLinks* previous;
};
static_assert(sizeof(CollectorLinks) == 16);

/// A list of references to objects of any type. The references lie in a buffer
/// of the list's own, 8 bytes each: their objects are elsewhere. A slot of the
/// list may be empty. Every access with an index throws std::out_of_range when
/// there is no such index; negative ones do not count from the end.
class List : public Object {
 public:
  static constexpr std::string_view kName = "list";
  static constexpr Kind kKind = Kind::kList;

  std::int64_t size() const { return size_; }
  /// For how many references there is room.
  std::int64_t capacity() const { return capacity_; }
  /// The buffer; null if there is none, as in an empty list.
  const Object* const* items() const { return items_; }

  /// A reference of the caller's own, as Python's `list[index]` gives: this
  /// writes to the page of the object's header. Throws std::logic_error if the
  /// slot is empty, TypeError if the object is not a `T`.
  template <typename T = Object>
  Ref<T> at(std::int64_t index) const {
    return Ref<T>(as<T>(item(index)));
  }
  /// The object without a reference of one's own: nothing is written. Good for
  /// as long as the list holds it. Throws as `at` does.
  template <typename T = Object>
  const T* borrow(std::int64_t index) const {
    return &as<T>(item(index));
  }
  /// Puts `ref` in the place of what is there, which is dropped. An empty one
  /// makes the slot empty.
  void set(std::int64_t index, Ref<Object> ref);
  /// Puts `ref` at the end. When the buffer is full, everything moves to one
  /// with room for 1/8 more; if that cannot be had, this throws
  /// std::system_error and the list is what it was.
  void append(Ref<Object> ref);

 private:
  friend class Heap;
  friend void destroy(Object& object) noexcept;

  explicit List(const Type& own_type) : Object{.count = 1, .type = &own_type} {}

  CollectorLinks& links();
  void check(std::int64_t index) const;
  Object& item(std::int64_t index) const;
  void reserve(std::int64_t capacity);

  std::int64_t size_ = 0;
  Object** items_ = nullptr;
  std::int64_t capacity_ = 0;
};
static_assert(sizeof(CollectorLinks) + sizeof(List) == 56);

/// Many numbers behind one header, as numpy's array or Python's `array`: they
/// lie in one buffer and are no objects.
class Array : public Object {
 public:
  static constexpr std::string_view kName = "array";
  static constexpr Kind kKind = Kind::kArray;

  std::int64_t length() const { return length_; }
  std::span<double> values() { return {values_, values_ + length_}; }
  std::span<const double> values() const {
    return {values_, values_ + length_};
  }

 private:
  friend class Heap;

  explicit Array(const Type& own_type)
      : Object{.count = 1, .type = &own_type} {}

  std::int64_t length_ = 0;
  double* values_ = nullptr;
};
static_assert(sizeof(Array) == 32);

}  // namespace cow

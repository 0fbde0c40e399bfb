// The three types of objects: a number, a list of references, an array of
// numbers.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

#include "cow/object/object.h"
#include "cow/object/ref.h"

namespace cow {

/// A number as an object: 24 bytes, in a slot of 32.
struct Float : Object {
  static constexpr std::string_view kName = "float";
  static constexpr Kind kKind = Kind::kFloat;

  double value;
};
static_assert(sizeof(Float) == 24);

/// An object has another type than the expected one.
class TypeError : public std::bad_cast {
 public:
  TypeError(std::string_view expected, const Object& found);
  /// "expected float, found list".
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

/// The object as a `T`. Throws TypeError if it is not one. Only reads the
/// header; takes no reference.
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

/// What is before the header of an object that can refer to others. CPython
/// chains those for its garbage collector. Here the links chain only the lists
/// that are to be destroyed (see `destroy`).
struct CollectorLinks {
  CollectorLinks* next;
  /// For cow::Collector. (CPython has a pointer with marks in its lowest bits.)
  std::byte mark;
};
static_assert(sizeof(CollectorLinks) == 16);

/// A list of references to objects of any type. The references, 8 bytes each,
/// are in a buffer of the list; their objects are elsewhere. A slot of the list
/// may be empty. All functions with an index throw std::out_of_range if there
/// is no such index. Negative indices do not count from the end.
class List : public Object {
 public:
  static constexpr std::string_view kName = "list";
  static constexpr Kind kKind = Kind::kList;

  std::int64_t size() const { return size_; }
  /// How many references the buffer has room for.
  std::int64_t capacity() const { return capacity_; }
  /// The buffer; null if there is none, as in a new empty list.
  const Object* const* items() const { return items_; }

  /// A new reference, as Python's `list[index]` gives. This writes to the page
  /// of the object's header. Throws std::logic_error if the slot is empty, and
  /// TypeError if the object is not a `T`.
  template <typename T = Object>
  Ref<T> at(std::int64_t index) const {
    return Ref<T>(as<T>(item(index)));
  }
  /// The object without a new reference, so nothing is written. Good as long as
  /// the list holds the object. Throws as `at` does.
  template <typename T = Object>
  const T* borrow(std::int64_t index) const {
    return &as<T>(item(index));
  }
  /// Replaces the reference at `index` with `ref`, and drops the old one. If
  /// `ref` is empty, the slot becomes empty.
  void set(std::int64_t index, Ref<Object> ref);
  /// Adds `ref` at the end. If the buffer is full, all references move to a
  /// larger one. It has room for an eighth and a few more than is needed, as in
  /// CPython. If there is no memory for it, throws std::system_error, and the
  /// list stays as it was.
  void append(Ref<Object> ref);
  CollectorLinks& links();

 private:
  friend class Collector;
  friend class Heap;
  friend void destroy(Object& object) noexcept;

  explicit List(const Type& own_type) : Object{.count = 1, .type = &own_type} {}

  void check(std::int64_t index) const;
  Object& item(std::int64_t index) const;
  void reserve(std::int64_t capacity);

  std::int64_t size_ = 0;
  Object** items_ = nullptr;
  std::int64_t capacity_ = 0;
};
static_assert(sizeof(CollectorLinks) + sizeof(List) == 56);

/// Many numbers with one header, like numpy's array or Python's `array`. They
/// are in one buffer, and are not objects.
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

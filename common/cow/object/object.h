// The header of every object, as in CPython: its number of references, and its
// type. The count is part of the object. So taking a reference to an object,
// even if only to read it, writes to the page that holds the count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cow {

class Heap;

enum class Kind { kFloat, kList, kArray };

/// A type of objects. Each heap has its own types, so that an object's type
/// tells its heap.
struct Type {
  std::string_view name;  ///< "float"; for messages
  Kind kind;
  Heap* heap;
};

/// The header of an object. A Heap makes objects. They live as long as there
/// are references to them (cow/object/ref.h), and not longer than their heap.
struct Object {
  std::int64_t count;  ///< or something else: see below
  const Type* type;
};
static_assert(sizeof(Object) == 16);
static_assert(offsetof(Object, count) == 0);

// What the word of a count can be:
//
//     from 1 on     the count itself
//     kImmortal     the object is never freed, so nothing is counted
//     negative      the count is elsewhere: this is its address, with the sign
//                   changed (cow/object/count_table.h)

inline constexpr std::int64_t kImmortal = std::int64_t{1} << 62;

/// From now on references to `object` write nothing, and it stays until its
/// heap ends. CPython does this with `None` since 3.12.
inline void make_immortal(Object& object) { object.count = kImmortal; }

/// Where the count of `object`, which is not immortal, lies.
inline volatile std::int64_t& place_of_count(Object& object) {
  if (object.count > 0) return object.count;
  return *reinterpret_cast<std::int64_t*>(-object.count);
}

// The two changes of a count. They are not atomic: an object belongs to one
// thread at a time (in CPython to the one that holds the interpreter's lock).
// They use `volatile` so that each really writes. Without it a compiler that
// sees both together would remove both, which cannot happen in CPython.

inline void increment(Object& object) {
  if (object.count == kImmortal) return;
  volatile std::int64_t& count = place_of_count(object);
  count = count + 1;
}

/// Returns true if that was the last reference. Then the caller must destroy
/// the object.
inline bool decrement(Object& object) {
  if (object.count == kImmortal) return false;
  volatile std::int64_t& count = place_of_count(object);
  const std::int64_t left = count - 1;
  count = left;
  return left == 0;
}

/// Gives an object without references back to its heap. Does the same with all
/// objects to which only it had a reference, however deep they are nested.
void destroy(Object& object) noexcept;

}  // namespace cow

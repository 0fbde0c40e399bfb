// What every object begins with, as in CPython: how many references there are
// to it, and its type. The count lies in the object: whoever takes a reference
// to an object, if only to read it, writes to the page that holds the count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cow {

class Heap;

enum class Kind { kFloat, kList, kArray };

/// A type of objects. Each heap has types of its own, so that an object finds
/// the heap that it lies in.
struct Type {
  std::string_view name;  ///< "float"; for messages
  Kind kind;
  Heap* heap;
};

/// The header of an object. Objects are made by a Heap and live as long as
/// there are references to them (cow/object/ref.h), but not longer than it.
struct Object {
  std::int64_t count;
  const Type* type;
};
static_assert(sizeof(Object) == 16);
static_assert(offsetof(Object, count) == 0);

// The two changes of a count. Neither is atomic: an object belongs to one
// thread at a time (in CPython, to the one that holds the interpreter's lock).
// Each really writes, hence `volatile`: a compiler that sees both together
// leaves both out, which CPython's cannot.

inline void increment(Object& object) {
  volatile std::int64_t& count = object.count;
  count = count + 1;
}

/// True if that was the last reference: then the object must be destroyed.
inline bool decrement(Object& object) {
  volatile std::int64_t& count = object.count;
  const std::int64_t left = count - 1;
  count = left;
  return left == 0;
}

/// Gives an object that nobody refers to back to its heap, and with it all that
/// only it referred to, however deep that is nested.
void destroy(Object& object) noexcept;

}  // namespace cow

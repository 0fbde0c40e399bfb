// Values to bytes: the half of pickling that the sender runs.
//
// An archive of the cereal library, so that whatever cereal can serialize can
// cross a pipe: plain values, standard containers, classes with a `serialize`
// member, and shared_ptr with a memo: an object that several pointers of one
// message share is written once, as in Python's pickle.
//
// The layout is the memory's own, without padding between values:
//   arithmetic, enum   its sizeof
//   string, container  8 bytes of length, then the elements
//   pair, tuple, class its members, one after the other
//   shared_ptr         4 bytes of memo number; the object, the first time
//   optional, variant  as cereal's documentation says
//   Eigen matrix       8 bytes of rows, 8 of columns, then the block (eigen.h)
#pragma once

#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/pickle/depth.h"
#include "cow/pickle/message.h"

namespace cow {

/// What one shared_ptr takes in a message, beside the object it points to.
inline constexpr Bytes kMemoNumber{4};
/// What a container or a string takes beside its elements.
inline constexpr Bytes kLength{8};

/// Writes values into a Message: `pickler(a, b, c)`. Throws PickleError if they
/// are nested too deeply.
class Pickler
    : public cereal::OutputArchive<Pickler, cereal::AllowEmptyClassElision> {
 public:
  Pickler();
  Pickler(const Pickler&) = delete;
  Pickler& operator=(const Pickler&) = delete;
  ~Pickler() override;

  /// Promises that the `count` objects at `objects` will stay where they are,
  /// unchanged, until the message has been sent. Blocks that they own are then
  /// referred to, not copied; blocks of anything else (a temporary inside a
  /// `save` function) are copied.
  template <typename T>
  void keep(const T* objects, std::size_t count = 1) {
    keep_range(reinterpret_cast<const std::byte*>(objects),
               reinterpret_cast<const std::byte*>(objects + count));
  }
  /// Whether `object` lies within something that was promised to be kept.
  bool keeps(const void* object) const;

  /// Appends a copy of `size` bytes. (cereal's name for it.)
  void saveBinary(const void* data, std::size_t size);
  /// Appends the `size` bytes at `data`, which belong to `owner`: by reference
  /// if the owner is kept and the block is large.
  void save_block(const void* owner, const void* data, std::size_t size);

  /// The message so far. The pickler is empty then.
  Message take();

  /// Where the value that is being written lies within others.
  Depth& depth() { return depth_; }

 private:
  void keep_range(const std::byte* begin, const std::byte* end);

  Message message_;
  std::map<const std::byte*, const std::byte*> kept_;  // their ends, by begin
  Depth depth_;
};

// What follows teaches cereal the pickler's own cases. cereal finds these
// functions by their names, because their first argument is from this
// namespace; they are more specialized than its own, so they are preferred.

// Called around each value; numbers hold no others.
template <typename T>
requires(!std::is_arithmetic_v<T>) void prologue(Pickler& pickler, const T&) {
  pickler.depth().enter();
}

template <typename T>
requires(!std::is_arithmetic_v<T>) void epilogue(Pickler& pickler, const T&) {
  pickler.depth().leave();
}

template <typename T>
requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(Pickler& pickler, const T& value) {
  pickler.saveBinary(std::addressof(value), sizeof value);
}

template <typename T>
void CEREAL_SAVE_FUNCTION_NAME(Pickler& pickler,
                               const cereal::NameValuePair<T>& named) {
  pickler(named.value);
}

template <typename T>
void CEREAL_SAVE_FUNCTION_NAME(Pickler& pickler,
                               const cereal::SizeTag<T>& tag) {
  const auto size = static_cast<std::uint64_t>(tag.size);
  pickler.saveBinary(&size, sizeof size);
}

template <typename T>
void CEREAL_SAVE_FUNCTION_NAME(Pickler& pickler,
                               const cereal::BinaryData<T>& binary) {
  pickler.saveBinary(binary.data, static_cast<std::size_t>(binary.size));
}

}  // namespace cow

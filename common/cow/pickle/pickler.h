// Values to bytes: the sender's half of pickling.
//
// Pickler is an archive of the cereal library, so everything that cereal can
// serialize can be sent: plain values, standard containers, classes with a
// `serialize` member, and shared_ptr. There is a memo, as in Python's pickle:
// if several pointers of one message share an object, it is written once.
//
// The layout is that of the memory, without padding between values:
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

/// What a shared_ptr takes in a message in addition to its object.
inline constexpr Bytes kMemoNumber{4};
/// What a container or a string takes in addition to its elements.
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

  /// Promises that the `count` objects at `objects` stay where they are,
  /// unchanged, until the message was sent. In return, the message only
  /// refers to large blocks that they own. All other blocks are copied, such as
  /// those of a temporary inside a `save` function.
  template <typename T>
  void keep(const T* objects, std::size_t count = 1) {
    keep_range(reinterpret_cast<const std::byte*>(objects),
               reinterpret_cast<const std::byte*>(objects + count));
  }
  /// Whether `object` is inside an object that is kept.
  bool keeps(const void* object) const;

  /// Appends a copy of `size` bytes. (cereal requires this name.)
  void saveBinary(const void* data, std::size_t size);
  /// Appends the `size` bytes at `data`, which `owner` owns. Refers to them if
  /// the owner is kept and the block is large; otherwise copies them.
  void save_block(const void* owner, const void* data, std::size_t size);

  /// Returns the message. The pickler is empty after that.
  Message take();

  /// How deep the current value is nested.
  Depth& depth() { return depth_; }

 private:
  void keep_range(const std::byte* begin, const std::byte* end);

  Message message_;
  std::map<const std::byte*, const std::byte*> kept_;  // end, by begin
  Depth depth_;
};

// The functions below tell cereal how to write values with a Pickler. cereal
// finds them by their names, because their first argument is from this
// namespace. They are more specialized than cereal's own functions, so the
// compiler prefers them.

// Called before and after each value; not for numbers, which have no parts.
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

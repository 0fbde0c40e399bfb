// Pickling: turns a value into bytes and back, with one call each.
//
// This header also pickles the types of the standard library. Two are left out
// because they are slow to compile and rarely sent: std::complex (complex.h),
// and pointers to polymorphic classes. For those include
// <cereal/types/polymorphic.hpp>, which registering such a class needs anyway.
// For Eigen's matrices there is eigen.h.
#pragma once

#include <algorithm>
#include <array>
#include <cereal/types/array.hpp>
#include <cereal/types/common.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/unordered_set.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "cow/pickle/pickler.h"
#include "cow/pickle/room.h"
#include "cow/pickle/unpickler.h"

// cereal's memory.hpp would include polymorphic.hpp. Its include guard is set
// here to prevent that.
#ifdef CEREAL_TYPES_POLYMORPHIC_HPP_
#include <cereal/types/memory.hpp>
#else
#define CEREAL_TYPES_POLYMORPHIC_HPP_
#include <cereal/types/memory.hpp>
#undef CEREAL_TYPES_POLYMORPHIC_HPP_
#endif

CEREAL_SETUP_ARCHIVE_TRAITS(cow::Unpickler, cow::Pickler)

namespace cow {

/// If a shared_ptr is kept (Pickler::keep), its object is kept, too.
template <typename T>
requires(!std::is_polymorphic_v<T>) void CEREAL_SAVE_FUNCTION_NAME(
    Pickler& pickler, const std::shared_ptr<T>& pointer) {
  if (pointer && pickler.keeps(&pointer)) pickler.keep(pointer.get());
  pickler(cereal::memory_detail::make_ptr_wrapper(pointer));
}

/// Numbers have the same bytes in memory and in a message, so many of them go
/// as one block.
template <typename T>
inline constexpr bool is_number =
    std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// Whether T is pickled as its length and one block: a string or a vector of
/// numbers.
template <typename T>
inline constexpr bool is_block = false;
template <typename T, typename Traits, typename Allocator>
inline constexpr bool is_block<std::basic_string<T, Traits, Allocator>> = true;
template <typename T, typename Allocator>
inline constexpr bool is_block<std::vector<T, Allocator>> = is_number<T>;

/// Room in `block`, which must not be moved, for `size` elements. All addresses
/// are reserved at once, which takes no memory yet. Then the block grows in
/// pieces. Growing fills a piece with zeros, and these are still in the cache
/// when the piece is overwritten. (64 MiB were fastest with pieces of 256 KiB
/// to 1 MiB. With 16 KiB it took a sixth longer, and with one piece a third.)
template <typename Block>
auto room_in(Block& block, std::size_t size) {
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  block.clear();
  block.reserve(size);
  return [&block, size] {
    const std::size_t begin = block.size();
    block.resize(
        std::min(size, begin + kPiece / sizeof(typename Block::value_type)));
    return std::as_writable_bytes(std::span(block).subspan(begin));
  };
}

/// Reads `size` elements into `block`. Throws PickleError if the rest of the
/// message is too short for them, before it takes memory.
template <typename Block>
void load_elements(Unpickler& unpickler, Block& block, std::uint64_t size) {
  unpickler.expect(size, sizeof(typename Block::value_type));
  const auto room = room_in(block, static_cast<std::size_t>(size));
  for (auto piece = room(); !piece.empty(); piece = room()) {
    unpickler.loadBinary(piece.data(), piece.size());
  }
}

template <typename Block>
void save_with_length(Pickler& pickler, const Block& block) {
  pickler(cereal::make_size_tag(static_cast<cereal::size_type>(block.size())));
  pickler.save_block(&block, block.data(), std::span(block).size_bytes());
}

template <typename Block>
void load_with_length(Unpickler& unpickler, Block& block) {
  cereal::size_type size = 0;
  unpickler(cereal::make_size_tag(size));
  load_elements(unpickler, block, size);
}

template <typename T, typename Traits, typename Allocator>
void CEREAL_SAVE_FUNCTION_NAME(
    Pickler& pickler, const std::basic_string<T, Traits, Allocator>& string) {
  save_with_length(pickler, string);
}

template <typename T, typename Traits, typename Allocator>
void CEREAL_LOAD_FUNCTION_NAME(
    Unpickler& unpickler, std::basic_string<T, Traits, Allocator>& string) {
  load_with_length(unpickler, string);
}

template <typename T, typename Allocator>
requires is_number<T>
void CEREAL_SAVE_FUNCTION_NAME(Pickler& pickler,
                               const std::vector<T, Allocator>& vector) {
  save_with_length(pickler, vector);
}

template <typename T, typename Allocator>
requires is_number<T>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               std::vector<T, Allocator>& vector) {
  load_with_length(unpickler, vector);
}

/// For values whose pickled form is a prefix of `kPrefix` bytes and then one
/// block to the end. Once the prefix is there, `place` can make room for the
/// block, so that it is read directly into its place. `kPrefix` is 0 for all
/// other values.
template <typename T>
struct Placed {
  static constexpr std::size_t kPrefix = 0;
};

template <typename T>
requires is_block<T>
struct Placed<T> {
  static constexpr std::size_t kPrefix = sizeof(std::uint64_t);
  /// Makes room in `value` for the elements that the prefix announces. Throws
  /// PickleError unless they take exactly `left` bytes.
  static Room place(Unpickler& prefix, std::size_t left, T& value) {
    constexpr std::size_t kElement = sizeof(typename T::value_type);
    std::uint64_t size = 0;
    prefix(size);
    if (left % kElement != 0 || size != left / kElement) {
      throw PickleError(std::to_string(size) + " elements are not of " +
                        to_string(Bytes(left)));
    }
    return room_in(value, left / kElement);
  }
};

/// For a shared_ptr that is the first in its message, the block is that of its
/// object.
template <typename T>
requires(Placed<std::remove_const_t<T>>::kPrefix != 0 &&
         !std::is_polymorphic_v<T>) struct Placed<std::shared_ptr<T>> {
  using Pointee = std::remove_const_t<T>;
  static constexpr std::size_t kPrefix =
      sizeof(std::uint32_t) + Placed<Pointee>::kPrefix;
  /// As Placed<T>, with a new object.
  static Room place(Unpickler& prefix, std::size_t left,
                    std::shared_ptr<T>& value) {
    std::uint32_t number = 0;
    prefix(number);
    if ((number & cereal::detail::msb_32bit) == 0) {
      throw PickleError("an object of the memo that was not there before");
    }
    const auto object = std::make_shared<Pointee>();
    Room room = Placed<Pointee>::place(prefix, left, *object);
    value = object;
    return room;
  }
};

/// Other containers grow element by element as these are read. The length in
/// the message cannot be trusted, because one byte of a message may stand for
/// an element of any size.
template <typename Container>
void load_one_by_one(Unpickler& unpickler, Container& container) {
  cereal::size_type size = 0;
  unpickler(cereal::make_size_tag(size));
  container.clear();
  for (cereal::size_type i = 0; i < size; ++i) {
    typename Container::value_type element{};
    unpickler(element);
    container.push_back(std::move(element));
  }
}

template <typename T, typename Allocator>
requires(!std::is_arithmetic_v<T>) void CEREAL_LOAD_FUNCTION_NAME(
    Unpickler& unpickler, std::vector<T, Allocator>& vector) {
  load_one_by_one(unpickler, vector);
}

template <typename T, typename Allocator>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               std::deque<T, Allocator>& deque) {
  load_one_by_one(unpickler, deque);
}

template <typename T, typename Allocator>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               std::list<T, Allocator>& list) {
  load_one_by_one(unpickler, list);
}

/// Keeps the order of elements with the same key; cereal would reverse it.
template <typename Key, typename T, typename Compare, typename Allocator>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               std::multimap<Key, T, Compare, Allocator>& map) {
  cereal::size_type size = 0;
  unpickler(cereal::make_size_tag(size));
  map.clear();
  for (cereal::size_type i = 0; i < size; ++i) {
    Key key{};
    T value{};
    unpickler(cereal::make_map_item(key, value));
    map.emplace_hint(map.end(), std::move(key), std::move(value));
  }
}

template <typename Key, typename Compare, typename Allocator>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               std::multiset<Key, Compare, Allocator>& set) {
  cereal::size_type size = 0;
  unpickler(cereal::make_size_tag(size));
  set.clear();
  for (cereal::size_type i = 0; i < size; ++i) {
    Key key{};
    unpickler(key);
    set.emplace_hint(set.end(), std::move(key));
  }
}

/// Checks each bool; cereal would copy the array's bytes without a check.
template <std::size_t Size>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               std::array<bool, Size>& array) {
  for (bool& element : array) unpickler(element);
}

/// The memo keeps the type of each object, so that a broken message cannot use
/// an object of one type as another.
template <typename T>
requires(
    !std::is_polymorphic_v<T> && std::is_default_constructible_v<T> &&
    !cereal::traits::has_load_and_construct<T, Unpickler>::
        value) void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                                              std::shared_ptr<T>& pointer) {
  using Pointee = std::remove_const_t<T>;
  std::uint32_t number = 0;
  unpickler(number);
  if ((number & cereal::detail::msb_32bit) == 0) {
    pointer = std::static_pointer_cast<Pointee>(
        unpickler.recall(number, typeid(Pointee)));
    return;
  }
  const auto object = std::make_shared<Pointee>();
  unpickler.memorize(number, object, typeid(Pointee));
  unpickler(*object);
  pointer = object;
}

/// The same for a class with load_and_construct. Its object enters the memo as
/// soon as it is constructed, so no pointer can refer to it earlier.
template <typename T>
requires(
    !std::is_polymorphic_v<T> &&
    cereal::traits::has_load_and_construct<T, Unpickler>::
        value) void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                                              std::shared_ptr<T>& pointer) {
  using Pointee = std::remove_const_t<T>;
  using Wrapper =
      cereal::memory_detail::LoadAndConstructLoadWrapper<Unpickler, Pointee>;
  std::uint32_t number = 0;
  unpickler(number);
  if ((number & cereal::detail::msb_32bit) == 0) {
    pointer = std::static_pointer_cast<Pointee>(
        unpickler.recall(number, typeid(Pointee)));
    return;
  }
  struct alignas(Pointee) Memory {
    std::array<std::byte, sizeof(Pointee)> bytes;
  };
  auto memory = std::make_unique<Memory>();
  std::shared_ptr<Pointee> object;
  Wrapper wrapper(reinterpret_cast<Pointee*>(memory.get()), [&] {
    object.reset(reinterpret_cast<Pointee*>(memory.release()), [](Pointee* it) {
      it->~Pointee();
      delete reinterpret_cast<Memory*>(it);
    });
    unpickler.memorize(number, object, typeid(Pointee));
  });
  unpickler(wrapper);
  pointer = object;
}

template <typename T>
requires(!std::is_polymorphic_v<T>) void CEREAL_LOAD_FUNCTION_NAME(
    Unpickler& unpickler, std::weak_ptr<T>& pointer) {
  std::shared_ptr<T> object;
  unpickler(object);
  pointer = object;
}

/// Whether values of type T can be pickled and unpickled. (A plain pointer
/// cannot: it does not say how much it points to.) For numbers the first test
/// is enough, so the compiler skips the others.
template <typename T>
inline constexpr bool is_pickleable = std::disjunction_v<
    std::is_arithmetic<T>,
    std::conjunction<std::negation<std::is_pointer<T>>,
                     cereal::traits::is_output_serializable<T, Pickler>,
                     cereal::traits::is_input_serializable<T, Unpickler>>>;

/// The pickled form of `value`, which must outlive the message.
template <typename T>
Message pickle(const T& value) {
  Pickler pickler;
  pickler.keep(&value);
  pickler(value);
  return pickler.take();
}

/// Reads one value with `unpickler` into `value`. Throws PickleError.
template <typename T>
void unpickle_into(Unpickler& unpickler, T& value) {
  try {
    unpickler(value);
  } catch (const cereal::Exception& error) {  // an unknown memo number
    throw PickleError(error.what());
  }
}

/// Reads one value with `unpickler`. Throws PickleError.
template <typename T>
T unpickle(Unpickler& unpickler) {
  T value{};
  unpickle_into(unpickler, value);
  return value;
}

/// The value that is pickled in `bytes`. Throws PickleError if it cannot be
/// read, or if bytes are left over.
template <typename T>
T unpickle(std::span<const std::byte> bytes) {
  Unpickler unpickler(bytes);
  T value = unpickle<T>(unpickler);
  if (unpickler.left() != Bytes()) {
    throw PickleError(to_string(unpickler.left()) +
                      " are left over after the value");
  }
  return value;
}

}  // namespace cow

// Pickling: a value into bytes and back, in one call each.
//
// Included with it is what pickles the types of the standard library, but for
// what is slow to compile and rarely sent: std::complex (complex.h), pointers
// to polymorphic classes (<cereal/types/polymorphic.hpp>, which one needs to
// register such a class). For Eigen's matrices there is eigen.h.
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

// cereal's memory.hpp would include its polymorphic.hpp, unless it is there.
#ifdef CEREAL_TYPES_POLYMORPHIC_HPP_
#include <cereal/types/memory.hpp>
#else
#define CEREAL_TYPES_POLYMORPHIC_HPP_
#include <cereal/types/memory.hpp>
#undef CEREAL_TYPES_POLYMORPHIC_HPP_
#endif

CEREAL_SETUP_ARCHIVE_TRAITS(cow::Unpickler, cow::Pickler)

namespace cow {

/// The object behind a shared_ptr that is kept is kept with it.
template <typename T>
requires(!std::is_polymorphic_v<T>) void CEREAL_SAVE_FUNCTION_NAME(
    Pickler& pickler, const std::shared_ptr<T>& pointer) {
  if (pointer && pickler.keeps(&pointer)) pickler.keep(pointer.get());
  pickler(cereal::memory_detail::make_ptr_wrapper(pointer));
}

/// Numbers lie in memory as they lie in a message, so they go as one block.
template <typename T>
inline constexpr bool is_number =
    std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// Whether T is a string or a vector of numbers: its length and one block.
template <typename T>
inline constexpr bool is_block = false;
template <typename T, typename Traits, typename Allocator>
inline constexpr bool is_block<std::basic_string<T, Traits, Allocator>> = true;
template <typename T, typename Allocator>
inline constexpr bool is_block<std::vector<T, Allocator>> = is_number<T>;

/// Room in `block`, which stays where it is, for `size` elements. Memory is
/// reserved for all, which takes none yet; it grows by pieces, because growing
/// fills it with zeros: those of a piece are still in the cache when it is read
/// over. (With pieces of 256 KiB to 1 MiB, 64 MiB took least; 16 KiB cost a
/// sixth more, all at once a third.)
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

/// Reads `size` elements into `block`. Throws PickleError, before memory is
/// taken if so many cannot follow.
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

/// For values whose pickled form is a few bytes and then one block, to its end:
/// there can be room for the block before it has come, so that it is read right
/// into its place. `kPrefix` is how many bytes come before the block; 0 for all
/// other values.
template <typename T>
struct Placed {
  static constexpr std::size_t kPrefix = 0;
};

template <typename T>
requires is_block<T>
struct Placed<T> {
  static constexpr std::size_t kPrefix = sizeof(std::uint64_t);
  /// Room for `left` bytes in `value`, as the prefix says. Throws PickleError
  /// unless that is just so much.
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

/// What one shared_ptr points to, if it is the first in its message.
template <typename T>
requires(Placed<std::remove_const_t<T>>::kPrefix != 0 &&
         !std::is_polymorphic_v<T>) struct Placed<std::shared_ptr<T>> {
  using Pointee = std::remove_const_t<T>;
  static constexpr std::size_t kPrefix =
      sizeof(std::uint32_t) + Placed<Pointee>::kPrefix;
  /// As Placed<T>; the object is made anew.
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

/// A container of anything else grows with the elements that really come,
/// because one byte of a message may stand for an element of any size.
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

/// Elements of one key keep their order, which cereal turns round.
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

/// Each bool is checked; cereal would take the array's bytes as they come.
template <std::size_t Size>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               std::array<bool, Size>& array) {
  for (bool& element : array) unpickler(element);
}

/// The memo knows the type of each object, so that a broken message cannot pass
/// off one for another.
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

/// The same for a class that has a load_and_construct. Its object is in the
/// memo as soon as it is constructed, so no pointer leads to one that is not.
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

/// Whether values of type T can be pickled and brought back. (A plain pointer
/// says nothing of what it points to.) For a number nobody need look further.
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
  } catch (const cereal::Exception& error) {  // a memo number that is not there
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

/// The value whose pickled form `bytes` is. Throws PickleError, also when bytes
/// are left over.
template <typename T>
T unpickle(std::span<const std::byte> bytes) {
  Unpickler unpickler(bytes);
  T value = unpickle<T>(unpickler);
  if (unpickler.left() != Bytes()) {
    throw PickleError(to_string(unpickler.left()) +
                      " are left over behind the value");
  }
  return value;
}

}  // namespace cow

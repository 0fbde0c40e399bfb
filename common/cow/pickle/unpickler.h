// Bytes back to values: the receiver's half of pickling.
//
// It does not trust the message. A length is compared with the number of bytes
// that are left, before memory is taken for it. What does not fit throws a
// PickleError that names the position.
#pragma once

#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/pickle/depth.h"

namespace cow {

/// Reads values from a message: `unpickler(a, b, c)`. The message is in memory,
/// or it is fetched part by part: each value directly into its place.
class Unpickler
    : public cereal::InputArchive<Unpickler, cereal::AllowEmptyClassElision> {
 public:
  /// Fetches between one and `size` bytes, and returns how many; 0 at the end
  /// of the input.
  using Fetch = std::function<std::size_t(void* to, std::size_t size)>;

  /// A message in memory, which must live as long as the unpickler.
  explicit Unpickler(std::span<const std::byte> bytes);
  /// A message of `size` bytes that is read with `fetch`.
  Unpickler(Fetch fetch, Bytes size);
  Unpickler(const Unpickler&) = delete;
  Unpickler& operator=(const Unpickler&) = delete;
  ~Unpickler() override;

  /// Bytes of the message that were not yet read.
  Bytes left() const { return Bytes(window_.size()) + not_fetched_; }

  /// Reads `size` bytes. Throws PickleError if fewer are left. (cereal requires
  /// this name.)
  void loadBinary(void* to, std::size_t size) {
    if (size == 0) return;  // `to` may be null then, which memcpy forbids
    if (size <= window_.size()) {
      std::memcpy(to, window_.data(), size);
      window_ = window_.subspan(size);
    } else {
      fetch(to, size);
    }
  }

  /// Throws PickleError if the bytes left are too few for `count` elements of
  /// `element` bytes each. To be called before memory is taken for them.
  void expect(std::uint64_t count, std::size_t element) const;

  /// Keeps the object of a shared_ptr in the message's memo, under `number`.
  void memorize(std::uint32_t number, std::shared_ptr<void> object,
                const std::type_info& type);
  /// The object with this number in the memo; null for 0. Throws PickleError if
  /// there is none, or it has another type.
  std::shared_ptr<void> recall(std::uint32_t number,
                               const std::type_info& type) const;

  /// Skips what is left, so that the next message can be read.
  void skip_rest();

  /// How deep the current value is nested.
  Depth& depth() { return depth_; }

 private:
  void fetch(void* to, std::size_t size);
  std::string position() const;

  Bytes size_;                         // of the whole message
  std::span<const std::byte> window_;  // in memory and not yet read
  Bytes not_fetched_;                  // neither read nor in memory
  Fetch fetch_;
  std::map<std::uint32_t, std::pair<std::shared_ptr<void>, std::type_index>>
      memo_;
  Depth depth_;
};

// cereal calls these for each value; see pickler.h.

template <typename T>
requires(!std::is_arithmetic_v<T>) void prologue(Unpickler& unpickler,
                                                 const T&) {
  unpickler.depth().enter();
}

template <typename T>
requires(!std::is_arithmetic_v<T>) void epilogue(Unpickler& unpickler,
                                                 const T&) {
  unpickler.depth().leave();
}

template <typename T>
requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    std::uint8_t byte = 0;
    unpickler.loadBinary(&byte, sizeof byte);
    if (byte > 1) throw PickleError("a bool that is neither 0 nor 1");
    value = byte == 1;
  } else {
    unpickler.loadBinary(std::addressof(value), sizeof value);
  }
}

template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               cereal::NameValuePair<T>& named) {
  unpickler(named.value);
}

template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler, cereal::SizeTag<T>& tag) {
  std::uint64_t size = 0;
  unpickler.loadBinary(&size, sizeof size);
  // An element takes at least one byte.
  unpickler.expect(size, 1);
  tag.size = static_cast<std::remove_reference_t<decltype(tag.size)>>(size);
}

template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               cereal::BinaryData<T>& binary) {
  unpickler.loadBinary(binary.data, static_cast<std::size_t>(binary.size));
}

}  // namespace cow

// Bytes back to values: the half of pickling that the receiver runs.
//
// It trusts nothing: a length is compared with the bytes that are left before
// memory is taken for it, and whatever does not fit is a PickleError that says
// where.
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

/// Reads values from a message: `unpickler(a, b, c)`. The bytes are in memory,
/// or they are fetched as they are needed, large blocks right into their place.
class Unpickler
    : public cereal::InputArchive<Unpickler, cereal::AllowEmptyClassElision> {
 public:
  /// Fetches up to `size` bytes, at least one unless the input has ended.
  using Fetch = std::function<std::size_t(void* to, std::size_t size)>;

  /// A message in memory, which must live as long as the unpickler.
  explicit Unpickler(std::span<const std::byte> bytes);
  /// A message of `size` bytes that `fetch` brings.
  Unpickler(Fetch fetch, Bytes size);
  Unpickler(const Unpickler&) = delete;
  Unpickler& operator=(const Unpickler&) = delete;
  ~Unpickler() override;

  /// Bytes of the message that were not yet read.
  Bytes left() const { return Bytes(window_.size()) + not_fetched_; }

  /// Reads `size` bytes. Throws PickleError if fewer are left. (cereal's name
  /// for it.)
  void loadBinary(void* to, std::size_t size) {
    if (size == 0) return;  // `to` may be null then, which memcpy forbids
    if (size <= window_.size()) {
      std::memcpy(to, window_.data(), size);
      window_ = window_.subspan(size);
    } else {
      load_beyond_window(to, size);
    }
  }

  /// Throws PickleError unless `count` elements of at least `element` bytes
  /// each can still follow. To be asked before memory is taken for them.
  void expect(std::uint64_t count, std::size_t element) const;

  /// Keeps the object of a shared_ptr under its number in the message's memo.
  void memorize(std::uint32_t number, std::shared_ptr<void> object,
                const std::type_info& type);
  /// The object of that number; null for 0. Throws PickleError if there is none
  /// or if it is of another type.
  std::shared_ptr<void> recall(std::uint32_t number,
                               const std::type_info& type) const;

  /// Reads over what is left, so that the next message begins behind it.
  void skip_rest();

  /// Where the value that is being read lies within others.
  Depth& depth() { return depth_; }

 private:
  void load_beyond_window(void* to, std::size_t size);
  std::string position() const;

  Bytes size_;                         // of the whole message
  std::span<const std::byte> window_;  // what is in memory and not yet read
  Bytes not_fetched_;                  // what is neither read nor in memory
  Fetch fetch_;
  std::map<std::uint32_t, std::pair<std::shared_ptr<void>, std::type_index>>
      memo_;
  Depth depth_;
  std::vector<std::byte> buffer_;  // behind `window_` when there is a `fetch_`
};

// For cereal, as in pickler.h.

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
  // A container's element takes at least one byte, so more cannot follow.
  unpickler.expect(size, 1);
  tag.size = static_cast<std::remove_reference_t<decltype(tag.size)>>(size);
}

template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               cereal::BinaryData<T>& binary) {
  unpickler.loadBinary(binary.data, static_cast<std::size_t>(binary.size));
}

}  // namespace cow

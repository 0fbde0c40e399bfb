// What the tests of messages share, here and in other rooms: a value as the
// bytes of its message, the value of such bytes, and messages written by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cow/pickle/pickle.h"

namespace cow::testing {

template <typename T>
std::string bytes_of(const T& value) {
  return pickle(value).to_string();
}

template <typename T>
T value_of(std::string_view bytes) {
  return unpickle<T>(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

/// `value` after it has been pickled and unpickled.
template <typename T>
T sent(const T& value) {
  return value_of<T>(bytes_of(value));
}

/// The memory of `number`, as it lies in a message.
template <typename Number>
std::string raw(Number number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof number);
}

/// The length that stands before `count` elements.
inline std::string length(std::uint64_t count) { return raw(count); }

/// The pieces of the message, in their order.
inline std::vector<std::span<const std::byte>> pieces_of(
    const Message& message) {
  std::vector<std::span<const std::byte>> pieces;
  message.for_each_piece([&](const void* data, std::size_t size) {
    pieces.emplace_back(static_cast<const std::byte*>(data), size);
  });
  return pieces;
}

/// Whether a piece of the message is the block itself, at its own address.
inline bool refers_to(const Message& message, const void* block) {
  for (const auto piece : pieces_of(message)) {
    if (piece.data() == block) return true;
  }
  return false;
}

}  // namespace cow::testing

// Small parts of the parsers for /proc: lines, words, numbers.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include "cow/os/bytes.h"

namespace cow {

/// Removes the first line from `text` and returns it, without its newline.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

/// Removes the first word, and the blanks before it, from `text`. Returns the
/// word; empty if there is none.
inline std::string_view take_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) {
    text = {};
    return {};
  }
  text.remove_prefix(begin);
  const std::size_t end = text.find_first_of(" \t");
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end);
  return word;
}

/// `word` as a number in `base`; nullopt if it is not wholly a number.
template <typename Number = std::int64_t>
std::optional<Number> parse_number(std::string_view word, int base = 10) {
  Number number{};
  const char* end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data(), end, number, base);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

/// Removes "123 kB" from `text` and returns the amount; nullopt if there is
/// something else, or an impossibly large number.
inline std::optional<Bytes> take_kilobytes(std::string_view& text) {
  constexpr std::int64_t kMost = std::int64_t{1} << 46;  // 64 PiB
  const std::optional<std::int64_t> number = parse_number(take_word(text));
  if (take_word(text) != "kB" || !number || *number < 0 || *number > kMost) {
    return std::nullopt;
  }
  return Bytes(*number) * 1024;
}

}  // namespace cow

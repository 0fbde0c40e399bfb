#include "cowtop/cells.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <cwchar>
#include <utility>

namespace cowtop {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 1;  // bytes
  bool valid = false;
};

// How many bytes a character has that begins with `lead`; 0 if none does.
std::size_t size_after(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

// The first character of `text`, which is not empty: RFC 3629.
Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = size_after(lead);
  if (size == 0 || text.size() < size) return {};
  constexpr std::array<unsigned, 5> kLeadBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = lead & kLeadBits.at(size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80) return {};
    code = code << 6 | (byte & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (code < kLeast.at(size) || code > 0x10FFFF || surrogate) return {};
  return {.code = code, .size = size, .valid = true};
}

// Invisible marks, and marks that change the direction of text. They could make
// a command line look like another one.
bool misleads(char32_t code) {
  return (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || code == 0xAD;
}

bool printable(const Character& character) {
  return character.valid && !misleads(character.code) &&
         ::wcwidth(static_cast<wchar_t>(character.code)) >= 0;
}

// The signs in this project's sentences, and words for them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kWords{
    {{"Σ", "sum of "},
     {"…", ".."},
     {"·", "-"},
     {"–", "-"},
     {"—", "-"},
     {"±", "+-"},
     {"×", "x"},
     {"µ", "u"},
     {"≤", "<="},
     {"≥", ">="},
     {"→", "->"},
     {"≈", "about "}}};

std::string_view in_ascii(std::string_view character) {
  for (const auto& [sign, words] : kWords) {
    if (sign == character) return words;
  }
  return "?";
}

// Calls `use(character, cells)` for each character of `text`, until it returns
// false.
template <typename Use>
void for_each(std::string_view text, Use use) {
  while (!text.empty()) {
    const Character character = first_of(text);
    const int width =
        character.valid ? ::wcwidth(static_cast<wchar_t>(character.code)) : 1;
    const auto cells = static_cast<std::size_t>(std::max(width, 0));
    if (!use(text.substr(0, character.size), width < 0 ? 1 : cells)) return;
    text.remove_prefix(character.size);
  }
}

// The longest beginning of `text` that takes at most `most` cells.
std::string_view beginning(std::string_view text, std::size_t most) {
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for_each(text, [&](std::string_view character, std::size_t width) {
    if (taken + width > most) return false;
    taken += width;
    bytes += character.size();
    return true;
  });
  return text.substr(0, bytes);
}

}  // namespace

Charset current_charset() {
  return std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0 ? Charset::kUtf8
                                                           : Charset::kAscii;
}

std::size_t columns_of_output() {
  if (::isatty(STDOUT_FILENO) != 1) return std::string::npos;
  winsize size{};
  const bool told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return told && size.ws_col > 0 ? size.ws_col : 80;
}

std::string clean(std::string_view bytes, Charset charset) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Character character = first_of(bytes);
    const std::string_view as_it_is = bytes.substr(0, character.size);
    if (character.valid && character.code < 0x80) {
      const bool control = character.code < 0x20 || character.code == 0x7F;
      text += control ? '?' : bytes[0];
    } else if (charset == Charset::kAscii) {
      text += in_ascii(as_it_is);
    } else {
      text += printable(character) ? as_it_is : "?";
    }
    bytes.remove_prefix(character.size);
  }
  return text;
}

std::size_t cells(std::string_view text) {
  std::size_t sum = 0;
  for_each(text, [&](std::string_view, std::size_t width) {
    sum += width;
    return true;
  });
  return sum;
}

std::string cut(std::string_view text, std::size_t most, Charset charset) {
  // No character takes more cells than it has bytes.
  if (text.size() <= most || cells(text) <= most) return std::string(text);
  const std::string_view mark = charset == Charset::kUtf8 ? "…" : "..";
  const std::size_t mark_cells = charset == Charset::kUtf8 ? 1 : 2;
  if (most < mark_cells) return std::string(beginning(text, most));
  return std::string(beginning(text, most - mark_cells)).append(mark);
}

std::string right(std::string_view text, std::size_t width) {
  const std::size_t taken = cells(text);
  std::string padded(width - std::min(width, taken), ' ');
  return padded.append(text);
}

std::string left(std::string_view text, std::size_t width) {
  const std::size_t taken = cells(text);
  return std::string(text).append(width - std::min(width, taken), ' ');
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty() && width > 0) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == text.npos) break;
    text.remove_prefix(begin);
    std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    if (!line.empty() && cells(line) + 1 + cells(word) <= width) {
      line.append(" ").append(word);
      continue;
    }
    if (!line.empty()) lines.push_back(std::exchange(line, {}));
    while (cells(word) > width) {
      // At least one character: otherwise a word of wide ones would never end.
      const std::size_t bytes =
          std::max(beginning(word, width).size(), first_of(word).size);
      lines.emplace_back(word.substr(0, bytes));
      word.remove_prefix(bytes);
    }
    line = word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace cowtop

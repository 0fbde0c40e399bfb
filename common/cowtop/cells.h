// Measures text in the cells of a terminal. A letter takes one cell, "漢" takes
// two, and an accent on the letter before it takes none.
//
// wcwidth(3) says how many a character takes, and curses uses it, too. It
// depends on LC_CTYPE, which must be set (setlocale(3)) before text is
// measured.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cowtop {

/// The characters that the terminal can show.
enum class Charset { kAscii, kUtf8 };

/// The charset of LC_CTYPE as it is now.
Charset current_charset();

/// How many cells a line on standard output has: 80 if the terminal does not
/// tell. No limit (`npos`) if standard output is no terminal.
std::size_t columns_of_output();

/// Makes text from any source, such as another user's command line, safe for a
/// terminal. Control characters and bytes that are not UTF-8 become "?". In
/// kAscii the signs of our own sentences become words ("Σ" becomes "sum of "),
/// and all other signs become "?".
std::string clean(std::string_view bytes, Charset charset);

/// How many cells `text` takes. It must come from `clean`.
std::size_t cells(std::string_view text);

/// `text` if it takes at most `most` cells; otherwise its beginning and "…" (in
/// kAscii "..").
std::string cut(std::string_view text, std::size_t most, Charset charset);

/// `text` filled to `width` cells with blanks: `right` adds them before it,
/// `left` after it. A longer text stays as it is.
std::string right(std::string_view text, std::size_t width);
std::string left(std::string_view text, std::size_t width);

/// Breaks `text` between words into lines of at most `width` cells. Breaks a
/// longer word at the end of the line. No lines for an empty text.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace cowtop

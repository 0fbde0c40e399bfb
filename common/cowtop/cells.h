// Text measured in the cells of a terminal: a letter takes one, "漢" two, an
// accent that is put on top of the letter before it none.
//
// How many a character takes is what wcwidth(3) says, as it is for curses; so
// LC_CTYPE has to be set (setlocale(3)) before text is measured.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cowtop {

/// What the terminal can be given.
enum class Charset { kAscii, kUtf8 };

/// The charset of LC_CTYPE as it is set now.
Charset current_charset();

/// `bytes` from anywhere, such as another user's command line, as text that
/// can be given to a terminal: control characters and what is no UTF-8 become
/// "?". In kAscii the signs that our own sentences use are written in words
/// ("Σ" as "sum of "), and everything else becomes "?".
std::string clean(std::string_view bytes, Charset charset);

/// How many cells `text` takes; it has been through `clean`.
std::size_t cells(std::string_view text);

/// `text`, or its beginning and "…" (in kAscii "..") where it takes more than
/// `most` cells.
std::string cut(std::string_view text, std::size_t most, Charset charset);

/// `text` with blanks before it, or behind it, so that it takes `width` cells;
/// as it is if it takes more.
std::string right(std::string_view text, std::size_t width);
std::string left(std::string_view text, std::size_t width);

/// `text` in lines of at most `width` cells, broken between words. A word that
/// is longer than a line is broken where the line ends. No line for no text.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace cowtop

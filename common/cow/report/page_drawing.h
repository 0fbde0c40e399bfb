// Draws a picture of pages: as text for the terminal and as an SVG document.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cow/lesson/page_picture.h"

namespace cow {

/// Throws std::invalid_argument if a page has no kind, a colour is not valid,
/// or two kinds could be mistaken for each other.
void check(const PagePicture& picture);

/// Draws with signs, in lines of at most 80 columns. A row of pages takes at
/// most four lines, or two if there are more than four rows. A sign stands for
/// one page; in long rows for 2, 4, 8 … pages. If all pages of a sign are of
/// one kind, it is the kind's sign. Otherwise it is "*", in the colour of the
/// most frequent kind. A row that looks like the one before it in its group is
/// only named. The legend has the exact number of pages of each kind. Throws as
/// `check` does.
std::string to_text(const PagePicture& picture, bool color);

/// Draws a whole SVG document, 480 pixels wide. It shows every page as a
/// square, from left to right and then down, without lines between them: these
/// would flicker where the picture is scaled. A row that looks like the one
/// before it in its group is only named. Throws as `check` does.
std::string to_svg(const PagePicture& picture);

/// The picture in words, with all its figures.
std::string to_words(const PagePicture& picture);

/// Neighboring rows that belong together.
struct PageGroup {
  std::string heading;  ///< empty for a row that stands alone
  std::span<const PageRow> rows;
};
std::vector<PageGroup> groups_of(const PagePicture& picture);

/// How many of `pages` are of each kind.
std::array<std::int64_t, 256> count_kinds(std::span<const std::uint8_t> pages);

}  // namespace cow

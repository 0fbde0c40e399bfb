// Draws a picture of pages: as text for the terminal and as an SVG document.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cow/lesson/page_picture.h"

namespace cow {

/// Throws std::invalid_argument if a page is of no kind, a colour is none, or
/// two kinds could be taken for each other.
void check(const PagePicture& picture);

/// Lines of at most 80 columns, four to a row of pages at most, or two where
/// there are more than four rows. A sign stands for one page or, where a row is
/// longer than that, for a power of two of them. It is a kind's sign only if
/// all its pages are of that kind; else it is "*", in the colour of the kind
/// that most of them have. A row that looks like the one before it in its group
/// is only named. How many pages are of which kind is exact, in the legend.
/// Throws as `check` does.
std::string to_text(const PagePicture& picture, bool color);

/// A document of its own, 720 pixels wide, which shows every single page: a
/// square each, from left to right and then down. Throws as `check` does.
std::string to_svg(const PagePicture& picture);

/// The picture in words, with all its figures.
std::string to_words(const PagePicture& picture);

/// Neighbouring rows that stand together.
struct PageGroup {
  std::string heading;  ///< or none, of one row alone
  std::span<const PageRow> rows;
};
std::vector<PageGroup> groups_of(const PagePicture& picture);

/// How many of `pages` are of each kind.
std::array<std::int64_t, 256> count_kinds(std::span<const std::uint8_t> pages);

}  // namespace cow

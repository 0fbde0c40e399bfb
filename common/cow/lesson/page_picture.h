// A picture of the pages of a piece of memory, in one process or in several:
// as text for the terminal and as an SVG document. It knows nothing of the
// kernel: whoever read the pages says of what kind each one is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cow {

/// What a page can be shown as.
struct PageKind {
  std::string name;   ///< in the legend: "shared", "floats, copied"
  std::string sign;   ///< in the terminal: one column, neither " " nor "*"
  std::string color;  ///< "#rrggbb"
};

/// The pages of one process, in the order of their addresses.
struct PageRow {
  std::string label;                ///< "parent", "worker 1"
  std::vector<std::uint8_t> pages;  ///< of each its kind: an index into kinds
};

/// Rows may be of unequal length, or empty. Texts are UTF-8.
struct PagePicture {
  std::string title;
  std::vector<PageKind> kinds;
  std::vector<PageRow> rows;
};

/// Lines of at most 80 columns, four to a row of pages at most. A sign stands
/// for one page or, where a row is longer than that, for a power of two of
/// them. It is a kind's sign only if all its pages are of that kind; else it is
/// "*", in the colour of the kind that most of them have. How many pages are of
/// which kind is exact, in the legend. Throws std::invalid_argument if a page
/// is of no kind, a colour is none, or two kinds could be taken for each other.
std::string to_text(const PagePicture& picture, bool color);

/// A document of its own, about 800 pixels wide, which shows every single page:
/// a square each, from left to right and then down. Throws as to_text does.
std::string to_svg(const PagePicture& picture);

/// Colours that colour-blind people can tell apart: Okabe and Ito, "Color
/// Universal Design" (2008), and a grey for what needs no attention.
inline constexpr char kOrange[] = "#E69F00";
inline constexpr char kSkyBlue[] = "#56B4E9";
inline constexpr char kGreen[] = "#009E73";
inline constexpr char kYellow[] = "#F0E442";
inline constexpr char kBlue[] = "#0072B2";
inline constexpr char kVermilion[] = "#D55E00";
inline constexpr char kPurple[] = "#CC79A7";
inline constexpr char kBlack[] = "#000000";
inline constexpr char kGrey[] = "#D9D9D9";

/// A tint of `color` ("#rrggbb", else std::invalid_argument): the same object,
/// but less to be seen.
std::string pale(std::string_view color);

}  // namespace cow

// A picture of the pages of a piece of memory, in one process or in several:
// as text for the terminal and as an SVG document. It knows nothing of the
// kernel: whoever read the pages says of what kind each one is.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cow {

/// What a page can be shown as.
struct PageKind {
  std::string name;   ///< "shared", "floats, copied"; the SVG has little room
  std::string sign;   ///< in the terminal: one column, neither " " nor "*"
  std::string color;  ///< "#rrggbb"
  std::string dark = {};  ///< the same on a dark page, if it differs
};

/// The pages of one process, in the order of their addresses.
struct PageRow {
  std::string label;                ///< "parent", "worker 1"
  std::vector<std::uint8_t> pages;  ///< of each its kind: an index into kinds
  /// Neighbours of one group stand under this heading, in the SVG side by side:
  /// "before: nobody has written". None: the row stands alone.
  std::string group = {};
};

/// Names the rows of a parent and, behind it, of its workers. Which worker gets
/// which part is chance, so they are put into the order of their parts: "worker
/// 1" has pages of a later kind before the others have.
void name_processes(std::vector<PageRow>& rows);

/// Rows may be of unequal length, or empty. Texts are UTF-8.
struct PagePicture {
  std::string title;
  std::vector<PageKind> kinds;
  std::vector<PageRow> rows;

  /// Adds rows that stand together under `heading`.
  void add(const std::string& heading, const std::vector<PageRow>& group);
};

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
inline constexpr char kDarkGrey[] = "#3A424B";  ///< the same on a dark page

/// Tints of `color` ("#rrggbb", else std::invalid_argument), for a light page
/// and for a dark one: the same object, but less to be seen.
std::string pale(std::string_view color);
std::string dim(std::string_view color);

}  // namespace cow

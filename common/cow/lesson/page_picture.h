// The pages of a piece of memory, in one process or in several, as a lesson
// shows them. It knows nothing of the kernel: whoever read the pages says of
// what kind each one is. cow/report/page_drawing.h draws them.
#pragma once

#include <array>
#include <cstdint>
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

/// Red, green and blue of "#rrggbb", from 0 to 255; throws
/// std::invalid_argument for anything else.
std::array<int, 3> parse_color(std::string_view color);

/// Tints of `color`, for a light page and for a dark one: the same object, but
/// less to be seen. They throw as `parse_color` does.
std::string pale(std::string_view color);
std::string dim(std::string_view color);

}  // namespace cow

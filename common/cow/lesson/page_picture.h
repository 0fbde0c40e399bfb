// A picture of pages, in one or several processes, as a lesson shows them. This
// file does not read pages: its caller says of what kind each page is.
// cow/report/page_drawing.h draws the picture.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cow {

/// One kind of page in a picture.
struct PageKind {
  std::string name;       ///< short: "shared", "floats, copied"
  std::string sign;       ///< for a terminal: one column, not " " or "*"
  std::string color;      ///< "#rrggbb"
  std::string dark = {};  ///< on a dark background, if it differs
};

/// The pages of one process, in the order of their addresses.
struct PageRow {
  std::string label;                ///< "parent", "worker 1"
  std::vector<std::uint8_t> pages;  ///< for each page, the index of its kind
  /// A heading, such as "before: nobody has written". Neighboring rows with the
  /// same heading stand together below it, in the SVG side by side. Empty: the
  /// row stands alone.
  std::string group = {};

  friend bool operator==(const PageRow&, const PageRow&) = default;
};

/// Names the rows: the parent's, which must be the first, then those of its
/// workers. It is chance which worker gets which part, so the workers are
/// sorted. Two workers are compared at the first page whose kinds differ: the
/// worker whose page has the kind with the larger index comes first.
void name_processes(std::vector<PageRow>& rows);

/// Rows may have different lengths, and may be empty. Texts are UTF-8.
struct PagePicture {
  std::string title;
  std::vector<PageKind> kinds;
  std::vector<PageRow> rows;
  std::string note = {};  ///< in the SVG: a sentence about its colours

  /// Adds rows that belong together under `heading`.
  void add(const std::string& heading, const std::vector<PageRow>& group);
};

/// Colours that colour-blind people can tell apart, from Okabe and Ito, "Color
/// Universal Design" (2008); and a grey for what needs no attention, on a light
/// background and on a dark one.
inline constexpr char kOrange[] = "#E69F00";
inline constexpr char kSkyBlue[] = "#56B4E9";
inline constexpr char kGreen[] = "#009E73";
inline constexpr char kYellow[] = "#F0E442";
inline constexpr char kBlue[] = "#0072B2";
inline constexpr char kVermilion[] = "#D55E00";
inline constexpr char kPurple[] = "#CC79A7";
inline constexpr char kBlack[] = "#000000";
inline constexpr char kGrey[] = "#D9D9D9";
inline constexpr char kDarkGrey[] = "#3A424B";

/// Red, green and blue of "#rrggbb", each from 0 to 255. Throws
/// std::invalid_argument for any other text.
std::array<int, 3> parse_color(std::string_view color);

/// Weaker tints of `color`, for a light background and for a dark one. They
/// throw as `parse_color` does.
std::string pale(std::string_view color);
std::string dim(std::string_view color);

}  // namespace cow

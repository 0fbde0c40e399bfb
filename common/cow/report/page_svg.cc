// Pages as an SVG document, which shows every page, and in words.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "cow/lesson/formula.h"
#include "cow/report/page_drawing.h"
#include "cow/report/svg.h"

namespace cow {
namespace {

// All lengths are in pixels.
constexpr double kGap = 4;  // between maps side by side
constexpr double kTextLine = 18;
constexpr double kSquare = 14;  // a square of a kind's colour, and its gap
constexpr TextStyle kHeading{.size = 15, .bold = true};
constexpr TextStyle kLabel{.size = 15};
constexpr TextStyle kCaption{.size = 15, .color = "soft"};
constexpr std::size_t kMostInALine = 3;

std::string class_of(std::size_t kind) { return fmt::format("kind{}", kind); }

// The layout of all maps of a picture, the same for all its rows.
struct Layout {
  std::size_t in_a_line = 1;  // how many maps are side by side
  double width = Svg::kInner;
  std::size_t columns = 16;  // of squares
  double cell = 1;           // a square's side

  explicit Layout(const PagePicture& picture) {
    std::size_t longest = 0;
    for (const PageRow& row : picture.rows) {
      longest = std::max(longest, row.pages.size());
    }
    for (const PageGroup& group : groups_of(picture)) {
      in_a_line = std::max(in_a_line, group.rows.size());
    }
    in_a_line = in_a_line == 4 ? 2 : std::min(in_a_line, kMostInALine);
    const auto maps = static_cast<double>(in_a_line);
    width = (Svg::kInner - kGap * (maps - 1)) / maps;
    // One or two maps are wide and low. One of three is at most a little higher
    // than wide, as long as a square has whole pixels.
    constexpr std::array kMostLinesPer4Columns = {1, 2, 7};
    const auto most =
        static_cast<std::size_t>(kMostLinesPer4Columns.at(in_a_line - 1));
    while (longest > columns * columns * most / 4 &&
           2 * static_cast<double>(columns) <= width) {
      columns *= 2;
    }
    cell = std::floor(width / static_cast<double>(columns));
  }

  std::size_t lines(const PageRow& row) const {
    return (row.pages.size() + columns - 1) / columns;
  }
  double height(const PageRow& row) const {
    return cell * static_cast<double>(lines(row));
  }
};

// The pages as one path for each kind. Neighbors of one kind are one stroke, "M
// column line h pages". A page is 1 long, and the stroke is 1 thick.
std::string strokes(const Layout& layout, const PageRow& row) {
  std::vector<std::string> paths(256);
  for (std::size_t line = 0; line < layout.lines(row); ++line) {
    const std::size_t begin = line * layout.columns;
    const auto part = std::span(row.pages).subspan(
        begin, std::min(layout.columns, row.pages.size() - begin));
    for (std::size_t i = 0; i < part.size();) {
      const std::size_t first = i;
      while (i < part.size() && part[i] == part[first]) ++i;
      paths[part[first]] += fmt::format("M{} {}h{}", first, line, i - first);
    }
  }
  std::string text;
  for (std::size_t kind = 0; kind < paths.size(); ++kind) {
    if (paths[kind].empty()) continue;
    text += fmt::format("<path class=\"{}-line\" d=\"{}\"/>\n", class_of(kind),
                        paths[kind]);
  }
  return text;
}

// How many pages of each of its kinds a row has.
std::string counts_in_words(const PagePicture& picture, const PageRow& row) {
  const auto counts = count_kinds(row.pages);
  std::string text;
  for (std::size_t kind = 0; kind < picture.kinds.size(); ++kind) {
    if (counts[kind] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : " · ",
                        to_string(counts[kind], Unit::kCount),
                        picture.kinds[kind].name);
  }
  return text.empty() ? "no pages" : text;
}

// Under a map, for each kind: a square of its colour, the number of pages, and
// its name.
void draw_captions(Svg& svg, const PagePicture& picture, const PageRow& row,
                   double x, double width) {
  const auto counts = count_kinds(row.pages);
  if (row.pages.empty()) {
    svg.text(x, svg.y += kTextLine, kCaption, "no pages");
  }
  for (std::size_t kind = 0; kind < picture.kinds.size(); ++kind) {
    if (counts[kind] == 0) continue;
    svg.rect(x, svg.y + kTextLine - 10, 10, 10, class_of(kind));
    for (const std::string& line :
         wrap_text(to_string(counts[kind], Unit::kCount) + " " +
                       picture.kinds[kind].name,
                   width - kSquare, kCaption)) {
      svg.text(x + kSquare, svg.y += kTextLine, kCaption, line);
    }
  }
}

// Draws a map at svg.y, and moves svg.y to the map's end. `width` is that of
// its name.
void draw_map(Svg& svg, const PagePicture& picture, const Layout& layout,
              const PageRow& row, double x, double width) {
  svg.raw(fmt::format(
      "<g><title>{}</title>\n",
      escape_xml(row.label + " · " + counts_in_words(picture, row))));
  svg.text(x, svg.y += kTextLine, kLabel, clip_text(row.label, width, kLabel));
  svg.y += 6;
  if (!row.pages.empty()) {
    svg.raw(fmt::format(
        "<g shape-rendering=\"crispEdges\">\n"
        "<g transform=\"translate({} {}) scale({})\">\n{}</g>\n</g>\n",
        svg_number(x), svg_number(svg.y + layout.cell / 2),
        svg_number(layout.cell), strokes(layout, row)));
    svg.y += layout.height(row) + 2;
  }
  draw_captions(svg, picture, row, x, layout.width);
  svg.raw("</g>\n");
}

// The rows of a group; three or more neighbors that look the same are one, with
// the names of the first and the last.
std::vector<PageRow> without_repeats(const PageGroup& group) {
  std::vector<PageRow> rows;
  for (std::size_t i = 0; i < group.rows.size();) {
    PageRow row = group.rows[i];
    std::size_t end = i;
    while (end < group.rows.size() && group.rows[end].pages == row.pages) ++end;
    if (end < i + 3) {
      end = i + 1;
    } else {
      row.label += " … " + group.rows[end - 1].label;
    }
    rows.push_back(std::move(row));
    i = end;
  }
  return rows;
}

void draw_group(Svg& svg, const PagePicture& picture, const Layout& layout,
                const PageGroup& group) {
  const std::vector<PageRow> rows = without_repeats(group);
  svg.y += 12;
  if (!group.heading.empty()) {
    for (const std::string& line :
         wrap_text(group.heading, Svg::kInner, kHeading)) {
      svg.text(Svg::kMargin, svg.y += kTextLine, kHeading, line);
    }
    svg.y += 4;
  }
  for (std::size_t first = 0; first < rows.size(); first += layout.in_a_line) {
    const double top = svg.y;
    double end = top;
    const std::size_t behind = std::min(first + layout.in_a_line, rows.size());
    for (std::size_t i = first; i < behind; ++i) {
      svg.y = top;
      const double x =
          Svg::kMargin + static_cast<double>(i - first) * (layout.width + kGap);
      draw_map(svg, picture, layout, rows[i], x,
               i + 1 < behind ? layout.width : Svg::kWidth - x);
      end = std::max(end, svg.y);
    }
    svg.y = end + 8;
  }
}

}  // namespace

std::string to_svg(const PagePicture& picture) {
  check(picture);
  Svg svg(picture.title, "All pages, from left to right and then down.");
  for (const std::string& line : wrap_text(picture.note, Svg::kInner, kLabel)) {
    svg.text(Svg::kMargin, svg.y += kTextLine, kLabel, line);
  }
  for (std::size_t kind = 0; kind < picture.kinds.size(); ++kind) {
    const PageKind& shown = picture.kinds[kind];
    svg.color(class_of(kind),
              {shown.color, shown.dark.empty() ? shown.color : shown.dark});
  }
  const Layout layout(picture);
  for (const PageGroup& group : groups_of(picture)) {
    draw_group(svg, picture, layout, group);
  }
  svg.y += Svg::kMargin;
  return svg.document(to_words(picture));
}

std::string to_words(const PagePicture& picture) {
  std::string text = picture.title + ".";
  for (const PageGroup& group : groups_of(picture)) {
    if (!group.heading.empty()) text += " " + group.heading + ":";
    for (std::size_t i = 0; i < group.rows.size(); ++i) {
      const std::string counts = counts_in_words(picture, group.rows[i]);
      text += (i == 0 ? " " : "; ") + group.rows[i].label;
      while (i + 1 < group.rows.size() &&
             counts_in_words(picture, group.rows[i + 1]) == counts) {
        text += ", " + group.rows[++i].label;
      }
      text += ": " + counts;
    }
    text += ".";
  }
  return text;
}

}  // namespace cow

// Two drawings of the same pages. The text is for a glance and may take many
// pages together; the SVG leaves none out.
#include "cow/lesson/page_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>

#include "cow/lesson/table.h"
#include "cow/lesson/term.h"

namespace cow {
namespace {

using Align = Table::Align;
// The pages of a row, or some of them.
using Run = std::span<const std::uint8_t>;

constexpr std::string_view kMixed = "*";
// Two of the longest names side by side leave room for a sign: 79 columns.
constexpr std::size_t kLongestName = 36;

std::array<int, 3> parse_color(std::string_view color) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  if (color.size() != 7 || color[0] != '#' ||
      color.find_first_not_of(kDigits, 1) != std::string_view::npos) {
    throw std::invalid_argument(
        fmt::format(R"(page picture: a colour is "#rrggbb", not "{}")", color));
  }
  const auto part = [&](std::size_t at) {
    return std::stoi(std::string(color.substr(at, 2)), nullptr, 16);
  };
  return {part(1), part(3), part(5)};
}

void check(const PagePicture& picture) {
  std::vector<std::string_view> taken = {kMixed};
  for (const PageKind& kind : picture.kinds) {
    parse_color(kind.color);
    const bool used =
        std::find(taken.begin(), taken.end(), kind.sign) != taken.end();
    if (used || display_width(kind.sign) != 1 ||
        static_cast<unsigned char>(kind.sign[0]) <= ' ') {
      throw std::invalid_argument(fmt::format(
          "page picture: \"{}\" has the sign \"{}\", but needs one of one "
          "column that is not blank, not \"{}\" and no other kind's",
          kind.name, kind.sign, kMixed));
    }
    taken.push_back(kind.sign);
  }
  for (const PageRow& row : picture.rows) {
    for (std::size_t i = 0; i < row.pages.size(); ++i) {
      if (row.pages[i] < picture.kinds.size()) continue;
      throw std::invalid_argument(fmt::format(
          "page picture: page {} of \"{}\" is of kind {}, but there are {} "
          "kinds, counted from 0",
          i, row.label, row.pages[i], picture.kinds.size()));
    }
  }
}

std::size_t longest_row(const PagePicture& picture) {
  std::size_t longest = 0;
  for (const PageRow& row : picture.rows) {
    longest = std::max(longest, row.pages.size());
  }
  return longest;
}

// How many of `pages` are of each kind.
std::array<std::int64_t, 256> count(Run pages) {
  std::array<std::int64_t, 256> counts{};
  for (const std::uint8_t kind : pages) ++counts[kind];
  return counts;
}

// The kinds that occur in the picture.
std::vector<std::size_t> kinds_in(const PagePicture& picture) {
  std::array<std::int64_t, 256> counts{};
  for (const PageRow& row : picture.rows) {
    for (const std::uint8_t kind : row.pages) ++counts[kind];
  }
  std::vector<std::size_t> kinds;
  for (std::size_t kind = 0; kind < picture.kinds.size(); ++kind) {
    if (counts[kind] != 0) kinds.push_back(kind);
  }
  return kinds;
}

// `text` if it has at most `columns`, else its beginning and "…".
std::string clip(std::string text, std::size_t columns = kLongestName) {
  if (display_width(text) <= columns) return text;
  // The width falls when the first byte of a character goes, so that none is
  // left in half.
  while (display_width(text) >= columns) text.pop_back();
  return text + "…";
}

// ---- text

// One sign of a row: a run of pages.
struct Sign {
  std::size_t kind;  // of most of them; the first of several such
  bool mixed;        // not of all of them
};

std::vector<Sign> signs_of(Run pages, std::size_t pages_per_sign) {
  std::vector<Sign> signs;
  for (std::size_t begin = 0; begin < pages.size(); begin += pages_per_sign) {
    const std::size_t size = std::min(pages_per_sign, pages.size() - begin);
    const auto counts = count(pages.subspan(begin, size));
    const auto most = static_cast<std::size_t>(std::distance(
        counts.begin(), std::max_element(counts.begin(), counts.end())));
    signs.push_back({most, counts[most] != static_cast<std::int64_t>(size)});
  }
  return signs;
}

// The nearest of the 216 colours that every terminal with 256 has, as a code.
std::string terminal_color(std::string_view color) {
  const auto level = [](int part) {  // of 0, 95, 135, 175, 215, 255
    return part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40;
  };
  const auto [red, green, blue] = parse_color(color);
  return fmt::format("38;5;{}",
                     16 + 36 * level(red) + 6 * level(green) + level(blue));
}

std::string paint(bool color, std::string_view code, std::string_view text) {
  if (!color || text.empty()) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::string draw_line(const PagePicture& picture, std::span<const Sign> signs,
                      bool color) {
  std::string line;
  for (std::size_t i = 0; i < signs.size();) {
    const PageKind& kind = picture.kinds[signs[i].kind];
    std::string same;  // neighbours in one colour
    for (const std::size_t of = signs[i].kind;
         i < signs.size() && signs[i].kind == of; ++i) {
      same += signs[i].mixed ? kMixed : kind.sign;
    }
    line += paint(color, terminal_color(kind.color), same);
  }
  return line;
}

std::size_t widest_label(const PagePicture& picture) {
  std::size_t widest = 0;
  for (const PageRow& row : picture.rows) {
    widest = std::max(widest, display_width(clip(row.label)));
  }
  return widest;
}

// How a picture is cut into signs and lines, alike for all rows.
struct Scale {
  std::size_t signs_per_line;
  std::size_t pages_per_sign = 1;

  explicit Scale(const PagePicture& picture)
      // 2 blanks, 12 for the label, 2 blanks and 64 signs are 80 columns.
      : signs_per_line(widest_label(picture) <= 12 ? 64 : 32) {
    while (longest_row(picture) > 4 * signs_per_line * pages_per_sign) {
      pages_per_sign *= 2;
    }
  }
};

std::string scale_text(const Scale& scale, bool mixed, bool color) {
  const std::size_t pages = scale.pages_per_sign;
  std::string text =
      fmt::format("\n  1 sign = {} page{}\n", pages, pages == 1 ? "" : "s");
  if (mixed) {
    text += fmt::format("  {} = several kinds among these {}{}\n", kMixed,
                        pages, color ? ", in the colour of most of them" : "");
  }
  return text;
}

std::string draw_rows(const PagePicture& picture, bool color) {
  const Scale scale(picture);
  std::string text;
  bool mixed = false;
  for (const PageRow& row : picture.rows) {
    std::string name = clip(row.label);
    name.append(widest_label(picture) - display_width(name), ' ');
    const auto signs = signs_of(row.pages, scale.pages_per_sign);
    if (signs.empty()) text += fmt::format("  {}  (no pages)\n", name);
    for (std::size_t i = 0; i < signs.size(); i += scale.signs_per_line) {
      const auto part = std::span(signs).subspan(
          i, std::min(scale.signs_per_line, signs.size() - i));
      text += fmt::format("  {}  {}\n", name, draw_line(picture, part, color));
      name.assign(display_width(name), ' ');  // only before the first line
      mixed = mixed || std::any_of(part.begin(), part.end(),
                                   [](const Sign& sign) { return sign.mixed; });
    }
  }
  if (longest_row(picture) != 0) text += scale_text(scale, mixed, color);
  return text;
}

using Column = std::vector<std::string>;

// A column of the legend: the row's label, its pages of each of `kinds`.
Column column_of(const PageRow& row, std::span<const std::size_t> kinds) {
  Column column = {clip(row.label)};
  const auto counts = count(row.pages);
  for (const std::size_t kind : kinds) {
    column.push_back(to_string(counts[kind], Unit::kCount));
  }
  return column;
}

std::size_t width_of(const Column& column) {
  std::size_t width = 0;
  for (const auto& cell : column) width = std::max(width, display_width(cell));
  return width;
}

std::string table_of(std::span<const Column> columns) {
  std::vector<Align> aligns(columns.size(), Align::kRight);
  aligns[0] = aligns[1] = Align::kLeft;  // sign and name
  Table table(std::move(aligns));
  for (std::size_t line = 0; line < columns[0].size(); ++line) {
    std::vector<std::string> cells;
    for (const Column& column : columns) cells.push_back(column[line]);
    table.row(std::move(cells));
  }
  return table.to_string();
}

// The kinds that occur with their pages in each row: a column for a row, and a
// further table below when 80 columns are full.
std::string legend(const PagePicture& picture, bool color) {
  const std::vector<std::size_t> kinds = kinds_in(picture);
  if (kinds.empty()) return "";
  std::vector<Column> names = {{""}, {""}};
  for (const std::size_t kind : kinds) {
    const PageKind& shown = picture.kinds[kind];
    names[0].push_back(paint(color, terminal_color(shown.color), shown.sign));
    names[1].push_back(clip(shown.name));
  }

  const std::size_t names_width = 2 + 1 + 2 + width_of(names[1]);
  std::string text;
  std::vector<Column> columns = names;
  std::size_t width = names_width;
  for (const PageRow& row : picture.rows) {
    Column column = column_of(row, kinds);
    if (width + 2 + width_of(column) > 80) {
      text += '\n';
      text += table_of(columns);
      columns = names;
      width = names_width;
    }
    width += 2 + width_of(column);
    columns.push_back(std::move(column));
  }
  text += '\n';
  return text + table_of(columns);
}

// ---- SVG

// All in pixels.
constexpr int kMargin = 24;
constexpr int kMapWidth = 768;
constexpr int kWidth = kMapWidth + 2 * kMargin;
constexpr int kLine = 20;  // of text

// As the text of an XML element.
std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      // XML has no place for control characters, not even escaped.
      const auto byte = static_cast<unsigned char>(c);
      escaped += byte < ' ' || byte == 0x7F ? ' ' : c;
    }
  }
  return escaped;
}

std::string label(int x, int y, std::string_view attributes,
                  std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", x, y, attributes,
                     escape(text));
}

// A square in a kind's colour and a text behind it, on the line of text at y.
std::string swatch(int x, int y, const PageKind& kind, std::string_view text) {
  return fmt::format(
             "<rect x=\"{}\" y=\"{}\" width=\"12\" height=\"12\" "
             "fill=\"{}\"/>\n",
             x, y - 11, kind.color) +
         label(x + 17, y, "", text);
}

// The squares of a row. `columns` fill the map's width.
struct Map {
  std::size_t columns;

  double cell() const { return kMapWidth / static_cast<double>(columns); }
  std::size_t lines(Run pages) const {
    return (pages.size() + columns - 1) / columns;
  }
  int height(Run pages) const {
    return static_cast<int>(
        std::ceil(cell() * static_cast<double>(lines(pages))));
  }
};

// Wide enough that the longest row is at most a quarter as high as wide.
Map map_of(const PagePicture& picture) {
  Map map{64};
  while (longest_row(picture) > map.columns * map.columns / 4) {
    map.columns *= 2;
  }
  return map;
}

// The pages as a path for each kind: neighbours of one kind are one stroke
// "M column line h pages" with 1 for a page, as thick as a page is high.
std::string strokes(const PagePicture& picture, const Map& map, Run pages) {
  std::vector<std::string> paths(picture.kinds.size());
  for (std::size_t line = 0; line < map.lines(pages); ++line) {
    const std::size_t begin = line * map.columns;
    const auto part =
        pages.subspan(begin, std::min(map.columns, pages.size() - begin));
    for (std::size_t i = 0; i < part.size();) {
      const std::size_t first = i;
      while (i < part.size() && part[i] == part[first]) ++i;
      paths[part[first]] += fmt::format("M{} {}h{}", first, line, i - first);
    }
  }
  std::string text;
  for (std::size_t kind = 0; kind < paths.size(); ++kind) {
    if (paths[kind].empty()) continue;
    text += fmt::format("<path stroke=\"{}\" d=\"{}\"/>\n",
                        picture.kinds[kind].color, paths[kind]);
  }
  return text;
}

// White lines between the pages, one pixel wide, where a page has the room. The
// map begins at y.
std::string grid(const Map& map, Run pages, int y) {
  if (map.cell() < 6) return "";
  const auto columns = std::min(map.columns, pages.size());
  const double width = map.cell() * static_cast<double>(columns);
  std::string path;
  for (std::size_t x = 1; x < columns; ++x) {
    path += fmt::format("M{} {}v{}",
                        kMargin + map.cell() * static_cast<double>(x) - .5, y,
                        map.height(pages));
  }
  for (std::size_t line = 1; line < map.lines(pages); ++line) {
    path += fmt::format("M{} {}h{}", kMargin,
                        y + map.cell() * static_cast<double>(line) - .5, width);
  }
  return fmt::format("<path stroke=\"#ffffff\" d=\"{}\"/>\n", path);
}

// A row's label and how many pages of each kind it has, from the line of text
// below y on, to which it moves y.
std::string draw_counts(const PagePicture& picture, const PageRow& row,
                        int& y) {
  constexpr int kRoom = 86;  // for 1,234,567
  const int left = kMargin + 8 * static_cast<int>(widest_label(picture)) + 16;
  y += kLine;
  std::string text =
      label(kMargin, y, " font-weight=\"bold\"", clip(row.label));
  if (row.pages.empty()) return text + label(left, y, "", "(no pages)");
  const auto counts = count(row.pages);
  int x = left;
  for (const std::size_t kind : kinds_in(picture)) {
    if (x + kRoom > kWidth - kMargin) {
      x = left;
      y += kLine;
    }
    text += swatch(x, y, picture.kinds[kind],
                   to_string(counts[kind], Unit::kCount));
    x += kRoom;
  }
  return text;
}

// What a browser shows of a row under the mouse.
std::string hover(const PagePicture& picture, const PageRow& row) {
  const auto counts = count(row.pages);
  std::string text = row.label;
  for (std::size_t kind = 0; kind < picture.kinds.size(); ++kind) {
    if (counts[kind] == 0) continue;
    text += fmt::format(" · {}: {}", picture.kinds[kind].name,
                        to_string(counts[kind], Unit::kCount));
  }
  return text;
}

// A row's counts and its pages; moves y to its end.
std::string draw_row(const PagePicture& picture, const PageRow& row,
                     const Map& map, int& y) {
  std::string text =
      fmt::format("<g>\n<title>{}</title>\n", escape(hover(picture, row)));
  text += draw_counts(picture, row, y);
  y += 8;
  if (!row.pages.empty()) {
    text += fmt::format(
        "<g shape-rendering=\"crispEdges\">\n"
        "<g transform=\"translate({} {}) scale({})\">\n{}</g>\n{}</g>\n",
        kMargin, y + map.cell() / 2, map.cell(),
        strokes(picture, map, row.pages), grid(map, row.pages, y));
  }
  y += map.height(row.pages) + 8;
  return text + "</g>\n";
}

// Three kinds to a line, with what all rows have of them.
std::string draw_legend(const PagePicture& picture, int& y) {
  std::string text;
  int at = 0;
  for (const std::size_t kind : kinds_in(picture)) {
    if (at % 3 == 0) y += kLine;
    text += swatch(kMargin + at % 3 * kMapWidth / 3, y, picture.kinds[kind],
                   clip(picture.kinds[kind].name, 30));
    ++at;
  }
  if (at == 0) return text;
  y += kLine;
  text += label(kMargin, y, " fill=\"#555555\"",
                "1 square = 1 page, from left to right and then down");
  return text;
}

}  // namespace

std::string to_text(const PagePicture& picture, bool color) {
  check(picture);
  return wrap(paint(color, "1", picture.title), "") +
         draw_rows(picture, color) + legend(picture, color);
}

std::string to_svg(const PagePicture& picture) {
  check(picture);
  int y = kMargin + 16;
  std::string body = label(kMargin, y, R"( font-size="18" font-weight="bold")",
                           clip(picture.title, 76));
  y += 4;
  body += draw_legend(picture, y);
  y += 8;
  const Map map = map_of(picture);
  for (const PageRow& row : picture.rows) {
    body += draw_row(picture, row, map, y);
  }
  y += kMargin - 8;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" "
      "height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
      "font-size=\"13\">\n<title>{2}</title>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n{3}</svg>\n",
      kWidth, y, escape(picture.title), body);
}

std::string pale(std::string_view color) {
  const auto part = [](int full) { return full + (255 - full) / 2; };
  const auto [red, green, blue] = parse_color(color);
  return fmt::format("#{:02X}{:02X}{:02X}", part(red), part(green), part(blue));
}

}  // namespace cow

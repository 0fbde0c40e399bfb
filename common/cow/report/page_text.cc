// Pages as text, for an overview: a sign may stand for many pages.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>

#include "cow/lesson/formula.h"
#include "cow/report/page_drawing.h"
#include "cow/report/table.h"

namespace cow {
namespace {

using Align = Table::Align;
// The pages of a row, or some of them.
using Run = std::span<const std::uint8_t>;

constexpr std::string_view kMixed = "*";
// Two names of this length and a sign fit into 79 columns.
constexpr std::size_t kLongestName = 36;

std::size_t longest_row(const PagePicture& picture) {
  std::size_t longest = 0;
  for (const PageRow& row : picture.rows) {
    longest = std::max(longest, row.pages.size());
  }
  return longest;
}

// The kinds that occur in these rows.
std::vector<std::size_t> kinds_in(std::span<const PageRow> rows) {
  std::array<std::int64_t, 256> counts{};
  for (const PageRow& row : rows) {
    for (const std::uint8_t kind : row.pages) ++counts[kind];
  }
  std::vector<std::size_t> kinds;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] != 0) kinds.push_back(kind);
  }
  return kinds;
}

// Whether a row looks like the one before it in its group.
bool is_repeated(const PageGroup& group, std::size_t row) {
  return row > 0 && group.rows[row].pages == group.rows[row - 1].pages;
}

std::size_t rows_to_draw(const PagePicture& picture) {
  std::size_t rows = 0;
  for (const PageGroup& group : groups_of(picture)) {
    for (std::size_t i = 0; i < group.rows.size(); ++i) {
      if (!is_repeated(group, i)) ++rows;
    }
  }
  return rows;
}

// `text` if it has at most `columns`; otherwise its beginning and "…".
std::string clip(std::string text, std::size_t columns = kLongestName) {
  if (display_width(text) <= columns) return text;
  // The width falls only when the first byte of a character is removed, so no
  // character is cut in half.
  while (display_width(text) >= columns) text.pop_back();
  return text + "…";
}

// ---- text

// One sign of a row. It stands for a run of pages.
struct Sign {
  std::size_t kind;  // the most frequent; the first if several are
  bool mixed;        // there are other kinds, too
};

std::vector<Sign> signs_of(Run pages, std::size_t pages_per_sign) {
  std::vector<Sign> signs;
  for (std::size_t begin = 0; begin < pages.size(); begin += pages_per_sign) {
    const std::size_t size = std::min(pages_per_sign, pages.size() - begin);
    const auto counts = count_kinds(pages.subspan(begin, size));
    const auto most = static_cast<std::size_t>(std::distance(
        counts.begin(), std::max_element(counts.begin(), counts.end())));
    signs.push_back({most, counts[most] != static_cast<std::int64_t>(size)});
  }
  return signs;
}

// The code of the nearest colour, of the 216 that every terminal with 256
// colours has.
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

// How rows are cut into signs and lines, the same for all rows of a picture.
struct Scale {
  std::size_t signs_per_line;
  std::size_t pages_per_sign = 1;

  explicit Scale(const PagePicture& picture)
      // 2 blanks, 12 for the label, 2 blanks and 64 signs are 80 columns.
      : signs_per_line(widest_label(picture) <= 12 ? 64 : 32) {
    const std::size_t lines = rows_to_draw(picture) > 4 ? 2 : 4;
    while (longest_row(picture) > lines * signs_per_line * pages_per_sign) {
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

// The lines of one row. Sets `mixed` if a sign stands for several kinds.
std::string draw_row(const PagePicture& picture, const PageRow& row,
                     const Scale& scale, bool color, bool& mixed) {
  std::string name = clip(row.label);
  name.append(widest_label(picture) - display_width(name), ' ');
  const auto signs = signs_of(row.pages, scale.pages_per_sign);
  if (signs.empty()) return fmt::format("  {}  (no pages)\n", name);
  std::string text;
  for (std::size_t i = 0; i < signs.size(); i += scale.signs_per_line) {
    const auto part = std::span(signs).subspan(
        i, std::min(scale.signs_per_line, signs.size() - i));
    text += fmt::format("  {}  {}\n", name, draw_line(picture, part, color));
    name.assign(display_width(name), ' ');  // only before the first line
    mixed = mixed || std::any_of(part.begin(), part.end(),
                                 [](const Sign& sign) { return sign.mixed; });
  }
  return text;
}

std::string draw_rows(const PagePicture& picture, bool color) {
  const Scale scale(picture);
  std::string text;
  bool mixed = false;
  for (const PageGroup& group : groups_of(picture)) {
    text += wrap(group.heading, "");
    for (std::size_t i = 0; i < group.rows.size(); ++i) {
      text += draw_row(picture, group.rows[i], scale, color, mixed);
      std::string repeated;
      while (i + 1 < group.rows.size() && is_repeated(group, i + 1)) {
        repeated += (repeated.empty() ? "the same: " : ", ") +
                    clip(group.rows[++i].label);
      }
      text += wrap(repeated, std::string(widest_label(picture) + 4, ' '));
    }
  }
  if (longest_row(picture) != 0) text += scale_text(scale, mixed, color);
  return text;
}

// ---- the legend

using Column = std::vector<std::string>;

// A column of the legend: the row's label, then its number of pages of each of
// `kinds`.
Column column_of(const PageRow& row, std::span<const std::size_t> kinds) {
  Column column = {clip(row.label)};
  const auto counts = count_kinds(row.pages);
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

// The legend for some rows: a line for each kind, and a column for each row.
// When 80 columns are full, the other rows are in a further table below.
std::string legend(const PagePicture& picture,
                   std::span<const PageRow* const> rows,
                   const std::vector<std::size_t>& kinds, bool color) {
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
  for (const PageRow* const row : rows) {
    Column column = column_of(*row, kinds);
    if (width + 2 + width_of(column) > 80) {
      text += table_of(columns);
      text += '\n';
      columns = names;
      width = names_width;
    }
    width += 2 + width_of(column);
    columns.push_back(std::move(column));
  }
  return text + table_of(columns);
}

// A legend for each heading, and one for the rows without a heading.
std::string legends(const PagePicture& picture, bool color) {
  std::string text;
  std::vector<const PageRow*> alone;
  for (const PageGroup& group : groups_of(picture)) {
    std::vector<const PageRow*> rows;
    for (std::size_t i = 0; i < group.rows.size(); ++i) {
      if (!is_repeated(group, i)) rows.push_back(&group.rows[i]);
    }
    if (group.heading.empty()) {
      alone.insert(alone.end(), rows.begin(), rows.end());
    } else if (const auto kinds = kinds_in(group.rows); !kinds.empty()) {
      text += '\n';
      text += wrap(group.heading, "");
      text += legend(picture, rows, kinds, color);
    }
  }
  const auto kinds = kinds_in(picture.rows);
  if (alone.empty() || kinds.empty()) return text;
  text += '\n';
  return text + legend(picture, alone, kinds, color);
}

}  // namespace

void check(const PagePicture& picture) {
  std::vector<std::string_view> taken = {kMixed};
  for (const PageKind& kind : picture.kinds) {
    parse_color(kind.color);
    if (!kind.dark.empty()) parse_color(kind.dark);
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

std::vector<PageGroup> groups_of(const PagePicture& picture) {
  std::vector<PageGroup> groups;
  const std::span rows(picture.rows);
  for (std::size_t begin = 0; begin < rows.size();) {
    const std::string& heading = rows[begin].group;
    std::size_t end = begin + 1;
    while (!heading.empty() && end < rows.size() &&
           rows[end].group == heading) {
      ++end;
    }
    groups.push_back({heading, rows.subspan(begin, end - begin)});
    begin = end;
  }
  return groups;
}

std::array<std::int64_t, 256> count_kinds(std::span<const std::uint8_t> pages) {
  std::array<std::int64_t, 256> counts{};
  for (const std::uint8_t kind : pages) ++counts[kind];
  return counts;
}

std::string to_text(const PagePicture& picture, bool color) {
  check(picture);
  return wrap(paint(color, "1", picture.title), "") +
         draw_rows(picture, color) + legends(picture, color);
}

}  // namespace cow

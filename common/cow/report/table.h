// Tables of text for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cow {

/// Rows of cells, each column as wide as its widest cell.
class Table {
 public:
  enum class Align { kLeft, kRight };

  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}
  /// A table with names in the first column, aligned left, and figures in the
  /// others, aligned right. `titles` is its first row.
  static Table of_figures(std::vector<std::string> titles) {
    std::vector<Align> columns(titles.size(), Align::kRight);
    columns.front() = Align::kLeft;
    Table table(std::move(columns));
    table.row(std::move(titles));
    return table;
  }

  /// Adds a row. Missing cells at its end are empty.
  void row(std::vector<std::string> cells) {
    rows_.push_back(std::move(cells));
  }

  /// The rows as lines, each after `indent`, with two blanks between columns.
  std::string to_string(std::string_view indent = "  ") const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// How many columns UTF-8 `text` takes on a terminal. Counts each character as
/// one column, and colour sequences as none.
std::size_t display_width(std::string_view text);

/// Breaks `text` between words into lines of at most `columns`. A longer word
/// gets a line of its own. For an empty text there is one empty line.
std::vector<std::string> lines_of(std::string_view text, std::size_t columns);

/// Breaks `text` between words into lines of at most 80 columns, each after
/// `indent` and with a newline. Empty for an empty text.
std::string wrap(std::string_view text, std::string_view indent);

/// Whether to use colours on standard output: it is a terminal, and NO_COLOR
/// (no-color.org) is not set.
bool wants_color();

}  // namespace cow

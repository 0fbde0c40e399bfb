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
  /// Names in the first column, at the left, and figures in the others, at the
  /// right, below these titles.
  static Table of_figures(std::vector<std::string> titles) {
    std::vector<Align> columns(titles.size(), Align::kRight);
    columns.front() = Align::kLeft;
    Table table(std::move(columns));
    table.row(std::move(titles));
    return table;
  }

  /// Adds a row; cells that are missing at its end are empty.
  void row(std::vector<std::string> cells) {
    rows_.push_back(std::move(cells));
  }

  /// The rows as lines, each behind `indent`, columns two blanks apart.
  std::string to_string(std::string_view indent = "  ") const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// How many columns of a terminal UTF-8 `text` takes. Knows what our reports
/// use: letters and signs of width one, and colour sequences of width none.
std::size_t display_width(std::string_view text);

/// `text` in lines of at most `columns`, broken between words; one empty line
/// for no text. A word that is longer has a line of its own.
std::vector<std::string> lines_of(std::string_view text, std::size_t columns);

/// `text` in lines of at most 80 columns, broken between words, each behind
/// `indent` and with a newline. Nothing for no text.
std::string wrap(std::string_view text, std::string_view indent);

/// Whether colours are wanted on standard output: a terminal, and NO_COLOR
/// (no-color.org) not set.
bool wants_color();

}  // namespace cow

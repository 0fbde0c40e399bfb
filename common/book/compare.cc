#include "book/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <utility>

#include "book/block.h"
#include "book/figures_in.h"

namespace book {
namespace {

using Kind = Quantity::Kind;

// What differs between machines or runs and does not matter.
const std::vector<std::regex>& always_free() {
  static const std::vector<std::regex> all = [] {
    std::vector<std::regex> patterns;
    for (const char* pattern :
         {"^ *Linux .* huge pages: .*",           // the machine
          "^ *[0-9]+(?=  (parent|worker|fork))",  // process ids in a table
          "worker [0-9]+(?= (died|was))",         // and in a message
          "0x[0-9a-f]+"}) {
      patterns.emplace_back(pattern);
    }
    return patterns;
  }();
  return all;
}

bool matches(const std::string& line,
             const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& each) {
    return std::regex_search(line, std::regex(each));
  });
}

// The cells of a line. At least two blanks separate them, as in the reports'
// tables.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const auto end = std::min(line.find("  "), line.size());
    cells.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return cells;
}

// Whether a line explains symbols: "  h = 56 bytes · m = 4 bytes". Where such
// lines are broken depends on their digits.
bool is_legend(std::string_view line) {
  static const std::regex legend(R"(  \S+ = [^=]+( · \S+ = [^=]+)*)");
  return std::regex_match(line.begin(), line.end(), legend);
}

// Keeps only the first of several values, as in "Σb_pss = 2.2 MiB, 2.3 MiB": it
// is chance how many differ.
std::string with_first_values(const std::string& legend) {
  static const std::regex more("(, [0-9][^ ]* [A-Za-z]+)+(?= ·|$)");
  return std::regex_replace(legend, more, "");
}

// Whether a cell is a claim's name, or the beginning of a long one.
bool is_name_of(const std::string& cell, const std::string& claim) {
  constexpr std::size_t kEnough = 20;
  return cell == claim ||
         (cell.size() >= kEnough && claim.starts_with(cell + ' '));
}

bool shows(const Quantity& figure, std::int64_t number) {
  return std::abs(figure.value - static_cast<double>(number)) <=
         figure.half_digit;
}

// A line with its figures and their bounds.
struct Line {
  int number = 0;
  std::string text;
  std::string words;
  std::vector<Quantity> figures;
  /// For a claim: its bounds, and the index of the measured figure. The figure
  /// before that one is the prediction.
  const Bound* bound = nullptr;
  std::size_t measured = 0;
};

class Comparison {
 public:
  Comparison(const std::vector<std::string>& old_lines,
             const std::vector<std::string>& new_lines, Slack slack)
      : slack_(std::move(slack)) {
    old_ = read(old_lines);
    new_ = read(new_lines);
  }

  std::vector<Difference> differences() {
    align();
    return std::move(differences_);
  }

 private:
  std::vector<Line> read(const std::vector<std::string>& lines) const {
    std::vector<Line> read;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string text = lines[i];
      const std::size_t first = i;
      while (is_legend(text) && i + 1 < lines.size() &&
             is_legend(lines[i + 1])) {
        text += fmt::format(" · {}", trimmed(lines[++i]));
      }
      read.push_back(this->read(text));
      read.back().number = static_cast<int>(first);
    }
    return read;
  }

  Line read(const std::string& text) const {
    std::string without = text;
    if (is_legend(text)) without = with_first_values(text);
    for (const std::regex& pattern : always_free()) {
      without = std::regex_replace(without, pattern, "<free>");
    }
    for (const std::string& pattern : slack_.free) {
      without = std::regex_replace(without, std::regex(pattern), "<free>");
    }
    MarkedLine marked = mark_figures(without);
    Line line;
    line.text = text;
    line.words = std::move(marked.words);
    line.figures = std::move(marked.figures);
    find_bound(line);
    return line;
  }

  void find_bound(Line& line) const {
    const std::vector<std::string> cells = cells_of(line.text);
    for (const Bound& bound : slack_.bounds) {
      const bool named = std::any_of(
          cells.begin(), cells.end(),
          [&](const auto& cell) { return is_name_of(cell, bound.claim); });
      for (std::size_t i = 1; named && i < line.figures.size(); ++i) {
        if (shows(line.figures[i - 1], bound.predicted) &&
            shows(line.figures[i], bound.measured)) {
          line.bound = &bound;
          line.measured = i;
          return;
        }
      }
    }
  }

  // Finds the lines that belong together: the longest common sequence of lines
  // with the same words.
  void align() {
    const std::size_t rows = old_.size();
    const std::size_t columns = new_.size();
    std::vector<std::vector<int>> longest(rows + 1,
                                          std::vector<int>(columns + 1));
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        longest[i][j] = old_[i].words == new_[j].words
                            ? longest[i + 1][j + 1] + 1
                            : std::max(longest[i + 1][j], longest[i][j + 1]);
      }
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < rows && j < columns) {
      if (old_[i].words == new_[j].words) {
        compare_figures(i++, new_[j++]);
      } else if (longest[i + 1][j] >= longest[i][j + 1]) {
        only_old(i++);
      } else {
        only_new(i, j++);
      }
    }
    while (i < rows) only_old(i++);
    while (j < columns) only_new(i, j++);
  }

  void only_old(std::size_t i) {
    differences_.push_back({.line = old_[i].number,
                            .old_line = old_[i].text,
                            .new_line = "",
                            .why = "the program does not say this"});
  }

  void only_new(std::size_t i, std::size_t j) {
    differences_.push_back({.line = i < old_.size() ? old_[i].number : 0,
                            .old_line = "",
                            .new_line = new_[j].text,
                            .why = "the document does not say this"});
  }

  void compare_figures(std::size_t i, const Line& now) {
    const Line& then = old_[i];
    const bool near = matches(now.text, slack_.near);
    for (std::size_t k = 0; k < now.figures.size(); ++k) {
      const bool measured = now.bound != nullptr && k == now.measured;
      const auto why = measured ? beyond(then, now, k)
                                : apart(then.figures[k], now.figures[k], near);
      if (!why) continue;
      differences_.push_back({.line = then.number,
                              .old_line = then.text,
                              .new_line = now.text,
                              .why = *why});
      return;
    }
  }

  std::optional<std::string> apart(const Quantity& then, const Quantity& now,
                                   bool near) const {
    if (now.kind == Kind::kTime) return std::nullopt;
    const bool memory = now.kind == Kind::kMemory;
    double slack = then.half_digit + now.half_digit;
    const double larger = std::max(std::abs(then.value), std::abs(now.value));
    if (memory && !(then.in_bytes && now.in_bytes)) {
      slack += std::max(slack_of_memory(larger), slack_.within);
    } else if (near) {
      slack += larger * kOneFiftieth;
    }
    if (std::abs(then.value - now.value) <= slack) return std::nullopt;
    return fmt::format("{} there, {} now", then.text, now.text);
  }

  // The old measurement may differ from the old prediction as much as the claim
  // allows now. (The predictions themselves are compared elsewhere.)
  static std::optional<std::string> beyond(const Line& then, const Line& now,
                                           std::size_t measured) {
    const Quantity& figure = then.figures[measured];
    const Quantity& predicted = then.figures[measured - 1];
    const double shift = predicted.value - now.figures[measured - 1].value;
    const double low = static_cast<double>(now.bound->low) + shift;
    const double high = static_cast<double>(now.bound->high) + shift;
    const double rounding = figure.half_digit + 2 * predicted.half_digit;
    if (figure.value >= low - rounding && figure.value <= high + rounding) {
      return std::nullopt;
    }
    return fmt::format(
        "{} is not within the claim's bounds, {:.0f} to {:.0f}{}", figure.text,
        low, high, now.bound->bytes ? " bytes" : "");
  }

  Slack slack_;
  std::vector<Line> old_, new_;
  std::vector<Difference> differences_;
};

}  // namespace

std::vector<Bound> bounds_of(const nlohmann::json& report) {
  std::vector<Bound> bounds;
  if (!report.is_object() || !report.contains("claims")) return bounds;
  for (const nlohmann::json& claim : report.at("claims")) {
    if (!claim.at("holds")) continue;  // then it has no valid bounds
    bounds.push_back({.claim = claim.at("name"),
                      .predicted = claim.at("predicted"),
                      .measured = claim.at("measured"),
                      .low = claim.at("low"),
                      .high = claim.at("high"),
                      .bytes = claim.at("unit") == "bytes"});
  }
  return bounds;
}

std::vector<Difference> compare(const std::vector<std::string>& old_lines,
                                const std::vector<std::string>& new_lines,
                                const Slack& slack) {
  return Comparison(old_lines, new_lines, slack).differences();
}

}  // namespace book

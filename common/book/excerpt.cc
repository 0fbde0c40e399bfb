#include "book/excerpt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <stdexcept>

#include "book/block.h"

namespace book {
namespace {

using Lines = std::vector<std::string>;

bool is_heading(const std::string& line) {
  return !line.empty() && line.front() != ' ';
}

void trim_ends(Lines& lines) {
  while (!lines.empty() && trimmed(lines.back()).empty()) lines.pop_back();
  while (!lines.empty() && trimmed(lines.front()).empty()) {
    lines.erase(lines.begin());
  }
}

Lines part(const Lines& all, const std::string& name) {
  const auto begins =
      std::find_if(all.begin(), all.end(), [&](const auto& line) {
        return is_heading(line) && line.starts_with(name);
      });
  if (begins == all.end()) {
    Lines headings;
    std::copy_if(all.begin(), all.end(), std::back_inserter(headings),
                 is_heading);
    throw std::runtime_error(
        fmt::format("no part begins with \"{}\"; the parts begin with: {}",
                    name, fmt::join(headings, " | ")));
  }
  Lines found(begins, std::find_if(begins + 1, all.end(), is_heading));
  trim_ends(found);
  return found;
}

Lines matching(const Lines& all, const Lines& patterns) {
  Lines found;
  for (const std::string& line : all) {
    const bool wanted = std::any_of(
        patterns.begin(), patterns.end(), [&](const std::string& pattern) {
          return std::regex_search(line, std::regex(pattern));
        });
    if (wanted) found.push_back(line);
  }
  if (found.empty()) {
    throw std::runtime_error(fmt::format("no line of the output matches {}",
                                         fmt::join(patterns, " or ")));
  }
  return found;
}

// The characters of UTF-8 text, each as its bytes.
Lines signs(const std::string& text) {
  Lines all;
  for (const char byte : text) {
    const bool goes_on = (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    if (goes_on && !all.empty()) {
      all.back() += byte;
    } else {
      all.emplace_back(1, byte);
    }
  }
  return all;
}

// Removes columns that are blank in all lines, but leaves two in a row.
Lines closed_up(const Lines& lines) {
  std::vector<Lines> rows;
  std::size_t width = 0;
  for (const std::string& line : lines) {
    rows.push_back(signs(line));
    width = std::max(width, rows.back().size());
  }
  Lines closed(lines.size());
  int blanks = 0;
  for (std::size_t column = 0; column < width; ++column) {
    const bool blank = std::all_of(rows.begin(), rows.end(), [&](auto& row) {
      return column >= row.size() || row[column] == " ";
    });
    blanks = blank ? blanks + 1 : 0;
    if (blanks > 2) continue;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (column < rows[i].size()) closed[i] += rows[i][column];
    }
  }
  for (std::string& line : closed) line.erase(line.find_last_not_of(' ') + 1);
  return closed;
}

}  // namespace

std::vector<std::string> excerpt(std::string_view output,
                                 const Choice& choice) {
  Lines lines = lines_of(output);
  if (!choice.parts.empty()) {
    Lines parts;
    for (const std::string& name : choice.parts) {
      if (!parts.empty()) parts.emplace_back();
      const Lines found = part(lines, name);
      parts.insert(parts.end(), found.begin(), found.end());
    }
    lines = std::move(parts);
  }
  if (!choice.lines.empty()) lines = closed_up(matching(lines, choice.lines));
  trim_ends(lines);
  return lines;
}

}  // namespace book

#include "cow/lesson/page_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <stdexcept>

namespace cow {
namespace {

// A mixture of two colours; `part` of it is the first one.
std::string mix(std::string_view color, double part, std::string_view other) {
  const auto a = parse_color(color);
  const auto b = parse_color(other);
  const auto mixed = [&](std::size_t i) {
    return std::lround(part * a.at(i) + (1 - part) * b.at(i));
  };
  return fmt::format("#{:02X}{:02X}{:02X}", mixed(0), mixed(1), mixed(2));
}

// The part of the colour in a tint. A full colour can then be told from its
// tint even without seeing hues.
constexpr double kTint = .4;

}  // namespace

void name_processes(std::vector<PageRow>& rows) {
  if (rows.empty()) return;
  rows.front().label = "parent";
  std::ranges::sort(std::span(rows).subspan(1), std::greater(),
                    &PageRow::pages);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    rows[i].label = fmt::format("worker {}", i);
  }
}

void PagePicture::add(const std::string& heading,
                      const std::vector<PageRow>& group) {
  for (const PageRow& row : group) {
    rows.push_back({row.label, row.pages, heading});
  }
}

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

std::string pale(std::string_view color) {
  return mix(color, kTint, "#FFFFFF");
}

std::string dim(std::string_view color) { return mix(color, kTint, "#16191D"); }

}  // namespace cow

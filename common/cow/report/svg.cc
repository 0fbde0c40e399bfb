#include "cow/report/svg.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace cow {
namespace {

struct FrameColor {
  std::string_view name;
  std::string_view light;
  std::string_view dark;
};

constexpr std::array kFrameColors = {
    FrameColor{"paper", "#ffffff", "#16191d"},
    FrameColor{"ink", "#1f2328", "#e6e9ed"},
    FrameColor{"soft", "#59636e", "#a3adb8"},
};

constexpr std::string_view kFonts =
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
    "'DejaVu Sans',sans-serif";

std::string rule(std::string_view name, std::string_view color) {
  return fmt::format(".{0}{{fill:{1}}}.{0}-line{{stroke:{1};fill:none}}\n",
                     name, color);
}

// The width in DejaVu Sans, the widest of the usual fonts, in thousandths of
// the font size.
int width_of(char c) {
  constexpr std::string_view kNarrow = "ijl.,:;|!'()[] f/t-";
  constexpr std::string_view kWide = "mwMWOQG%@";
  if (kNarrow.find(c) != std::string_view::npos) return 400;
  if (kWide.find(c) != std::string_view::npos) return 970;
  if (c >= 'A' && c <= 'Z') return 730;
  return 640;
}

}  // namespace

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else {
      // XML does not allow control characters, not even escaped.
      const auto byte = static_cast<unsigned char>(c);
      escaped += byte < ' ' || byte == 0x7F ? ' ' : c;
    }
  }
  return escaped;
}

std::string svg_number(double length) {
  const double rounded = std::round(length * 100) / 100;
  return fmt::format("{:g}", rounded == 0 ? 0 : rounded);  // no "-0"
}

double text_width(std::string_view text, const TextStyle& style) {
  double width = 0;
  for (const char c : text) {
    // Only the first byte of a character adds its width.
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) width += width_of(c);
  }
  return width / 1000 * style.size * (style.bold ? 1.1 : 1);
}

std::vector<std::string> wrap_text(std::string_view text, double width,
                                   const TextStyle& style) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!lines.empty()) {
      std::string longer = lines.back() + " " + std::string(word);
      if (text_width(longer, style) <= width) {
        lines.back() = std::move(longer);
        continue;
      }
    }
    lines.emplace_back(word);
  }
  return lines;
}

std::string clip_text(std::string text, double width, const TextStyle& style) {
  if (text_width(text, style) <= width) return text;
  while (!text.empty() && text_width(text + "…", style) > width) {
    // Removes all bytes of the last character.
    while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) {
      text.pop_back();
    }
    text.pop_back();
  }
  return text + "…";
}

Svg::Svg(std::string_view title, std::string_view subtitle) : title_(title) {
  for (const FrameColor& frame : kFrameColors) {
    light_ += rule(frame.name, frame.light);
    dark_ += rule(frame.name, frame.dark);
  }
  constexpr TextStyle kTitle{.size = 17, .bold = true};
  constexpr TextStyle kSubtitle{.size = 15, .color = "soft"};
  y = 10;
  for (const std::string& line : wrap_text(title, kInner, kTitle)) {
    y += 22;
    text(kMargin, y, kTitle, line);
  }
  y += 2;
  for (const std::string& line : wrap_text(subtitle, kInner, kSubtitle)) {
    y += 19;
    text(kMargin, y, kSubtitle, line);
  }
}

void Svg::color(std::string_view name, const Shade& shade) {
  light_ += rule(name, shade.light);
  dark_ += rule(name, shade.dark);
}

void Svg::text(double x, double at_y, const TextStyle& style,
               std::string_view text) {
  body_ += fmt::format(
      "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{} class=\"{}\">{}</text>\n",
      svg_number(x), svg_number(at_y), svg_number(style.size),
      style.bold ? " font-weight=\"bold\"" : "", style.color, escape_xml(text));
}

void Svg::rect(double x, double at_y, double width, double height,
               std::string_view color) {
  body_ += fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>\n",
      svg_number(x), svg_number(at_y), svg_number(width), svg_number(height),
      color);
}

std::string Svg::document(std::string_view description) const {
  const std::string height = svg_number(std::ceil(y));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" "
      "role=\"img\" "
      "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "aria-labelledby=\"title description\">\n"
      "<title id=\"title\">{2}</title>\n"
      "<desc id=\"description\">{3}</desc>\n"
      "<style>\ntext{{font-family:{4}}}\n{5}"
      "@media (prefers-color-scheme:dark){{\n{6}}}\n</style>\n"
      "<rect width=\"{0}\" height=\"{1}\" rx=\"6\" class=\"paper\"/>\n"
      "{7}</svg>\n",
      svg_number(kWidth), height, escape_xml(title_), escape_xml(description),
      kFonts, light_, dark_, body_);
}

}  // namespace cow

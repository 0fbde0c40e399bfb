// SVG documents: the frame that all pictures share, and their few elements.
//
// A picture stands on a page of its own colour, light or dark as the reader's
// system prefers: on a page whose author has chosen otherwise, dark text on
// nothing could not be read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cow {

/// A colour on a light page and on a dark one: "#rrggbb".
struct Shade {
  std::string light;
  std::string dark;
};

/// Where a text is put: x is its beginning, its middle or its end.
enum class Anchor { kStart, kMiddle, kEnd };

/// How a text looks: a class of the frame's ("ink", "soft") and its size.
struct TextStyle {
  double size = 12;  ///< in pixels; below 11 nobody reads it
  bool bold = false;
  std::string_view color = "ink";
  Anchor anchor = Anchor::kStart;
};

/// A document 720 pixels wide: a heading, what is drawn below it, and the same
/// in words. Same calls, same bytes. All lengths are in pixels.
class Svg {
 public:
  static constexpr double kWidth = 720;
  static constexpr double kMargin = 16;  ///< left and right of what is drawn
  static constexpr double kInner = kWidth - 2 * kMargin;

  /// Writes both as a heading, broken into lines where they are long.
  Svg(std::string_view title, std::string_view subtitle);

  /// How far down the document is drawn so far: to be moved by who draws.
  double y = 0;

  /// Makes `name` a class: as "NAME" it fills, as "NAME-line" it is a line's.
  void color(std::string_view name, const Shade& shade);

  /// Adds a rule to the style sheet that holds on a dark page only.
  void dark_rule(std::string_view rule);

  void text(double x, double at_y, const TextStyle& style,
            std::string_view text);
  /// With `hover`, a browser shows that under the mouse.
  void rect(double x, double at_y, double width, double height,
            std::string_view color, std::string_view hover = "");
  /// A path in SVG's letters, as a line.
  void path(std::string_view color, std::string_view path);
  /// Markup as it is.
  void raw(std::string_view markup) { body_ += markup; }

  /// The document. `description` says what there is to be seen, for those who
  /// do not see it.
  std::string document(std::string_view description) const;

 private:
  std::string title_;
  std::string light_;  // rules of the style sheet
  std::string dark_;
  std::string body_;
};

/// `text` as XML: escaped, without control characters.
std::string escape_xml(std::string_view text);

/// A length with at most two decimals, alike on every machine: "12", "0.25".
std::string svg_number(double length);

/// No less than what `text` takes in any usual font without serifs.
double text_width(std::string_view text, const TextStyle& style = {});

/// `text` in lines that are at most `width` wide, broken between words.
std::vector<std::string> wrap_text(std::string_view text, double width,
                                   const TextStyle& style);

/// `text` if it is at most `width` wide, else its beginning and "…".
std::string clip_text(std::string text, double width,
                      const TextStyle& style = {});

}  // namespace cow

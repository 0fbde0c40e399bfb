// SVG documents: the frame and the elements of the pictures of pages. It is
// that of the documents' other pictures (common/book/mechanism/draw.py), too.
//
// A picture has a background of its own, light or dark as the reader's system
// prefers. Without one, dark text could be unreadable on a web page that is
// dark for another reason.
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

/// How a text looks: its size, and its colour, which is a class of the style
/// sheet ("ink", "soft").
struct TextStyle {
  double size = 15;  ///< in pixels; on a phone three quarters of that
  bool bold = false;
  std::string_view color = "ink";
};

/// A document 480 pixels wide: a heading, a drawing below it, and a description
/// in words. The same calls give the same bytes. All lengths are in pixels.
class Svg {
 public:
  static constexpr double kWidth = 480;
  static constexpr double kMargin = 14;  ///< left and right of the drawing
  static constexpr double kInner = kWidth - 2 * kMargin;

  /// Writes both as the heading, in several lines if they are long.
  Svg(std::string_view title, std::string_view subtitle);

  /// How far down the document is filled. Code that draws must move it.
  double y = 0;

  /// Defines a colour: the class "NAME" fills with it, and "NAME-line" draws
  /// lines in it.
  void color(std::string_view name, const Shade& shade);

  void text(double x, double at_y, const TextStyle& style,
            std::string_view text);
  void rect(double x, double at_y, double width, double height,
            std::string_view color);
  /// Adds markup as it is.
  void raw(std::string_view markup) { body_ += markup; }

  /// The document. `description` says in words what the picture shows, for
  /// people who cannot see it.
  std::string document(std::string_view description) const;

 private:
  std::string title_;
  std::string light_;  // rules of the style sheet
  std::string dark_;
  std::string body_;
};

/// `text` as XML: escaped, without control characters.
std::string escape_xml(std::string_view text);

/// A length with at most two decimals, the same on every machine: "12", "0.25".
std::string svg_number(double length);

/// An upper bound for the width of `text` in the usual fonts without serifs.
double text_width(std::string_view text, const TextStyle& style = {});

/// Breaks `text` between words into lines that are at most `width` wide.
std::vector<std::string> wrap_text(std::string_view text, double width,
                                   const TextStyle& style);

/// `text` if it is at most `width` wide; otherwise its beginning and "…".
std::string clip_text(std::string text, double width,
                      const TextStyle& style = {});

}  // namespace cow

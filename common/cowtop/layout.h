// What is on the screen, as lines of text: a function of what was read, what
// was chosen and how large the screen is. The terminal comes later (screen.h),
// so this is tested without one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/reading.h"
#include "cowtop/mappings_report.h"
#include "cowtop/sample.h"
#include "cowtop/view.h"

namespace cowtop {

/// What a piece of text is; how that looks depends on what the terminal can do.
/// Nothing is said by a colour alone.
enum class Look {
  kPlain,
  kDim,      ///< there, but not what one looks for
  kStrong,   ///< what to read first
  kHeading,  ///< of a column
  kSorted,   ///< the heading of the column that decides the order
  kTop,      ///< the bar of what top adds up
  kMachine,  ///< the bar of what the machine pays
  kGood,     ///< it is shared
  kBad,      ///< it was copied
  kWarning,  ///< it is being copied, or the screen stands still
};

/// A piece of a line.
struct Span {
  std::string text;
  Look look = Look::kPlain;
};

struct Line {
  std::vector<Span> spans;
  bool selected = false;

  void add(std::string text, Look look = Look::kPlain) {
    spans.push_back({std::move(text), look});
  }
};

/// The text of all spans.
std::string to_string(const Line& line);

struct Size {
  std::size_t columns = 80;
  std::size_t lines = 24;
};

/// All that can be shown. The pointers may be null where their page is not.
struct Scene {
  const Sample& sample;
  const cow::Reading<std::vector<NamedMappings>>* mappings = nullptr;
  const std::vector<std::string>* output = nullptr;  ///< its last lines
};

struct Picture {
  /// At most `Size::lines`, of at most `Size::columns` cells each.
  std::vector<Line> lines;
  // What the View has to be given before the next key.
  std::size_t first = 0;  ///< the first row, or line of a page, that is shown
  std::size_t shown = 0;  ///< how many are
  std::size_t total = 0;  ///< how many there are
  Widths widths;
};

Picture lay_out(const Scene& scene, const View& view, Size size);

}  // namespace cowtop

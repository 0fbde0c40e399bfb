// The content of the screen as lines of text. It depends only on what was read,
// what the user has chosen and the size of the screen. The terminal is
// elsewhere (screen.h), so this can be tested without one.
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

/// The meaning of a piece of text. How it looks depends on the terminal. No
/// information is in the colour alone.
enum class Look {
  kPlain,
  kDim,      ///< less important
  kStrong,   ///< to be read first
  kHeading,  ///< the heading of a column
  kSorted,   ///< the heading of the sorted column
  kTop,      ///< the bar for what top adds up
  kMachine,  ///< the bar for what the machine pays
  kGood,     ///< it is shared
  kBad,      ///< it was copied
  kWarning,  ///< it is being copied, or the screen is paused
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

/// All that can be shown. A pointer may be null if its page is not shown.
struct Scene {
  const Sample& sample;
  const cow::Reading<std::vector<NamedMappings>>* mappings = nullptr;
  const std::vector<std::string>* why = nullptr;
  const std::vector<std::string>* output = nullptr;  ///< of COMMAND, last lines
};

struct Picture {
  /// At most `Size::lines`, of at most `Size::columns` cells each.
  std::vector<Line> lines;
  // The View needs these before the next key.
  std::size_t first = 0;  ///< index of the first shown row or line
  std::size_t shown = 0;  ///< how many are shown
  std::size_t total = 0;  ///< how many there are
  Widths widths;
};

Picture lay_out(const Scene& scene, const View& view, Size size);

}  // namespace cowtop

// The pages of the screen other than the table: the mappings of a process, what
// it has changed (why), the output of COMMAND, and help.
#pragma once

#include <string>
#include <vector>

#include "cowtop/layout.h"

namespace cowtop {

/// A page that may be longer than the screen.
struct Scroll {
  std::vector<Line> fixed;  ///< always at the top
  std::vector<Line> lines;  ///< only a part is shown
};

Scroll mappings_page(const Scene& scene, const View& view, std::size_t width);
Scroll why_page(const Scene& scene, const View& view, std::size_t width);
Scroll output_page(const Scene& scene, const View& view);
Scroll help_page(const View& view, std::size_t width);

}  // namespace cowtop

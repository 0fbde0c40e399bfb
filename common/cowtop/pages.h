// The pages besides the table: a process' mappings, the output of COMMAND,
// help.
#pragma once

#include <string>
#include <vector>

#include "cowtop/layout.h"

namespace cowtop {

/// A page that is longer than the screen.
struct Scroll {
  std::vector<Line> fixed;  ///< stay at the top
  std::vector<Line> lines;  ///< of which a part is shown
};

Scroll mappings_page(const Scene& scene, const View& view, std::size_t width);
Scroll output_page(const Scene& scene, const View& view);
Scroll help_page(const View& view, std::size_t width);

}  // namespace cowtop

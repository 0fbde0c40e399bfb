// Bars: what pools cost together, and what each of their processes has.
#pragma once

#include <string>
#include <vector>

#include "book/figure.h"
#include "book/figure_data.h"

namespace book {

/// A pool that is compared with others.
struct PoolBars {
  std::string name;  ///< "01 pass_self"
  std::string what;  ///< what is done there, in a few words
  Processes processes;
};

/// A figure of all processes, added up.
struct SumBars {
  std::string heading;  ///< what it means: "What the machine spends: ΣPSS"
  std::string name;     ///< "ΣPSS"
  Quantity quantity;
};

/// Everything in it is drawn to one scale, and the processes to another.
struct BarsPicture {
  std::string title;
  std::string subtitle;
  std::vector<PoolBars> pools;
  std::vector<SumBars> sums;
  bool each_process;  ///< also RSS, PSS and USS of each
};

Drawing draw_bars(const BarsPicture& picture);

}  // namespace book

// Bars for the cost of pools, and for that of each of their processes.
#pragma once

#include <string>
#include <vector>

#include "book/figure.h"
#include "book/figure_data.h"

namespace book {

/// A pool to be compared with others.
struct PoolBars {
  std::string name;  ///< "01 pass_self"
  std::string what;  ///< what it does, in a few words
  Processes processes;
};

/// A figure added up over all processes.
struct SumBars {
  std::string heading;  ///< what it means: "What the machine spends: ΣPSS"
  std::string name;     ///< "ΣPSS"
  Quantity quantity;
};

/// All sums are drawn to one scale, and all processes to another.
struct BarsPicture {
  std::string title;
  std::string subtitle;
  std::vector<PoolBars> pools;
  std::vector<SumBars> sums;
  bool each_process;  ///< also RSS, PSS and USS of each
};

Drawing draw_bars(const BarsPicture& picture);

}  // namespace book

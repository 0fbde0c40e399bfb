// Pictures of what pools hold: what their processes share, and what each has
// for itself.
#pragma once

#include <string>
#include <vector>

#include "book/figure.h"
#include "book/process_bars.h"

namespace book {

/// A bar for each pool, as long as its ΣPSS; all have the same scale. First
/// comes the shared memory, then what each process has alone, side by side. So
/// a copy of the data is a block of its own, as long as the data.
Drawing draw_copies(const std::string& title, const std::string& subtitle,
                    const std::vector<PoolBars>& pools);

}  // namespace book

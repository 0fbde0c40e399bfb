// Which functions wrote first to inherited pages, as a table and as JSON.
#pragma once

#include <string>

#include "cow/faults/writers.h"

namespace cowtop {

/// A table for a person: the largest rows, the totals, and what one has to know
/// about them.
std::string to_table(const cow::WritersFound& found);
/// {"inherited": {"faults": …, "bytes": …}, "other_faults": …, "lost": …,
/// "writers": [{"function": …, "mapping": …, "offset": …, "system_call": …,
/// "memory": …, "faults": …, "bytes": …, "pids": […]}], "notes": […]}: all
/// rows; `function`, or `mapping` and `offset`, is absent if it is not known.
std::string to_json(const cow::WritersFound& found);

}  // namespace cowtop

// What to do about a diagnosis, and where to read on.
#pragma once

#include <string>
#include <string_view>

#include "cowtop/diagnosis.h"

namespace cowtop {

/// One line for the runtime of `process`, the name of a process as in
/// /proc/PID/comm. Empty if there is nothing to do, or nothing is known.
std::string advice_for(Kind kind, std::string_view process);

}  // namespace cowtop

// What to do about a diagnosis, and where to read on.
#pragma once

#include <string>
#include <string_view>

#include "cowtop/diagnosis.h"

namespace cowtop {

/// One line for the runtime of processes that execute `program`, such as
/// "python3.11". Empty if there is nothing to do, or nothing is known.
std::string advice_for(Kind kind, std::string_view program);

}  // namespace cowtop

// What goes to a worker in one message, byte by byte and to scale.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "book/figure.h"

namespace book {

/// Drawn from the report of 03_bound_method. Throws FigureError, also if the
/// parts of a message are not together what was sent.
Drawing draw_messages(const nlohmann::json& report);

}  // namespace book

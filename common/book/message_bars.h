// A picture of the bytes that go to a worker in one message, to scale.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "book/figure.h"

namespace book {

/// Draws the report of 03_bound_method. Throws FigureError, also if the parts
/// of a message do not add up to what was sent.
Drawing draw_messages(const nlohmann::json& report);

}  // namespace book

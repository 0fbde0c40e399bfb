// A chart as JSON, and back.
#pragma once

#include <nlohmann/json.hpp>

#include "cow/lesson/chart.h"

namespace cow {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Axis, label, symbol, unit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Curve, name, formula, measured)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Chart, title, subtitle, x, y_unit, curves)

}  // namespace cow

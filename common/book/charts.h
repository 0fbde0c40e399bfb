// ΣPSS as a function: the formula as a line, and what was measured as points.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "book/figure.h"

namespace book {

/// ΣPSS against the number of workers. `reports` are of 01_pass_self,
/// 04_global and 07_start_methods, in turn, with ever more workers.
Drawing draw_cost_of_workers(const std::vector<nlohmann::json>& reports);

/// ΣPSS and the parent's USS against the part f of the pages that every worker
/// writes, from the report of 08_page_map.
Drawing draw_cost_of_writing(const nlohmann::json& report);

}  // namespace book

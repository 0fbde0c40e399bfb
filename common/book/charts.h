// Charts: a formula as a line, and the measurements as points.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "book/figure.h"

namespace book {

/// The chart of a lesson: its curves, and the points of all `reports`, which
/// are of one lesson with different flags. Throws FigureError if their curves
/// differ, or if there are none, or more than four.
Drawing draw_chart(const std::vector<nlohmann::json>& reports);

/// ΣPSS over the number of workers. `reports` are those of 01_pass_self,
/// 04_global and 07_start_methods, again and again, each time with more
/// workers.
Drawing draw_cost_of_workers(const std::vector<nlohmann::json>& reports);

/// ΣPSS and the parent's USS over f, the part of the pages that every worker
/// writes. From the report of 08_page_map.
Drawing draw_cost_of_writing(const nlohmann::json& report);

/// What the data costs all ranks (ΣPSS less the base) over the number of nodes.
/// From reports of 16_many_machines.
Drawing draw_cost_of_nodes(const std::vector<nlohmann::json>& reports);

}  // namespace book

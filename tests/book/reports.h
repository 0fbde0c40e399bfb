// Reports as the lessons write them, but with round figures.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "book/figure.h"

namespace book::testing {

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;

/// A moment with a parent and `workers` alike. Adds a fork server on demand.
nlohmann::json moment(const std::string& name, const nlohmann::json& parent,
                      const nlohmann::json& worker, int workers);
/// {"rss": ..., "pss": ..., "uss": ...}, of MiB.
nlohmann::json figures_of(double rss, double pss, double uss);

/// Reports from which the picture `name` can be drawn.
std::vector<nlohmann::json> reports_for(const std::string& name);

/// The picture of that name. Throws std::out_of_range if there is none.
const Figure& figure(const std::string& name);

/// Draws `name` from `reports`; what it says if it does not: "" if it does.
std::string refusal(const std::string& name,
                    const std::vector<nlohmann::json>& reports);

}  // namespace book::testing

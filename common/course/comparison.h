// Compares a lesson's claims with what its twin in CPython has measured.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cow/lesson/moment.h"

namespace course {

/// A claim of a lesson and its twin. The figures are the part that the data
/// causes: the figure less the same figure of the same pool over nothing.
struct Compared {
  std::string claim;
  std::string formula;  ///< without the base
  cow::Unit unit = cow::Unit::kBytes;
  std::int64_t predicted = 0;
  std::int64_t here = 0;              ///< in C++
  std::optional<std::int64_t> there;  ///< in CPython, if it has this figure
  bool agrees = true;                 ///< bytes within 2 % of D, counts exactly
};

/// Compares the claims in a lesson's JSON report with the moments of its twin.
std::vector<Compared> compare(const nlohmann::json& report,
                              const std::vector<cow::Moment>& twin);

/// The moments in a lesson's JSON report.
std::vector<cow::Moment> moments_of(const nlohmann::json& report);

}  // namespace course

// A lesson's claims beside what its twin in CPython has measured.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cow/lesson/moment.h"

namespace course {

/// A claim: what the data alone makes of its figure, that is, less the same
/// figure of the same pool over nothing.
struct Compared {
  std::string claim;
  std::string formula;  ///< without the base
  cow::Unit unit = cow::Unit::kBytes;
  std::int64_t predicted = 0;
  std::int64_t here = 0;              ///< in C++
  std::optional<std::int64_t> there;  ///< in CPython, if it has the same
  bool agrees = true;  ///< in bytes, within 2 % of D; in counts, exactly
};

/// The claims of a lesson's JSON beside the moments of its twin.
std::vector<Compared> compare(const nlohmann::json& report,
                              const std::vector<cow::Moment>& twin);

/// The moments of a lesson's JSON.
std::vector<cow::Moment> moments_of(const nlohmann::json& report);

}  // namespace course

// Shows a lesson's claims, from its JSON report, to a person.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace course {

/// "holds" or "FAILS" and the claim's sentence. Below it are the formula, the
/// prediction and the measured figure.
std::string to_text(const nlohmann::json& claim);

/// For a claim that fails: all measured values, what was expected, and the
/// likely cause.
std::string why_it_fails(const nlohmann::json& claim);

}  // namespace course

// The claims of a lesson, from its JSON, for a person.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace course {

/// "holds" or "FAILS" and what is claimed; below it the formula, and what was
/// predicted and measured.
std::string to_text(const nlohmann::json& claim);

/// The same for a claim that fails: all that was read, what was expected, and
/// what the likely cause is.
std::string why_it_fails(const nlohmann::json& claim);

}  // namespace course

// What a lesson reports when the tests run it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace cow::testing {

/// Runs the lesson `name` with `--json -` and `flags`, expects it to end with
/// status 0 or 1, and returns its JSON.
nlohmann::json run_lesson_json(const std::string& name,
                               const std::vector<std::string>& flags = {});

}  // namespace cow::testing

// What a run of a lesson shows.
#pragma once

#include <string>

#include "cow/lesson/result.h"

namespace cow {

/// The report for a person.
std::string to_text(const Result& result, bool color);

/// The report for programs: the JSON of the lessons' contract, sizes in bytes.
std::string to_json(const Result& result);

}  // namespace cow

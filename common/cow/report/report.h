// The reports of a lesson's run.
#pragma once

#include <string>

#include "cow/lesson/result.h"

namespace cow {

/// The report for a person.
std::string to_text(const Result& result, bool color);

/// The measurements of a chart, as a table for a person: a row for each curve,
/// a column for each x. All curves must have the same x.
std::string to_text(const Chart& chart);

/// The report for programs: JSON, with sizes in bytes.
std::string to_json(const Result& result);

}  // namespace cow

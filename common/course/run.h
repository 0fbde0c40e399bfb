// Runs one lesson and keeps what it says.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "course/course.h"
#include "cow/os/child.h"

namespace course {

/// A lesson's run.
// NOLINTNEXTLINE(bugprone-exception-escape): clang-tidy 14 takes JSON to throw.
struct Run {
  cow::ExitStatus status;
  double seconds = 0;
  nlohmann::json report;  ///< null if it wrote none
  std::string said;       ///< on standard error; empty if that was not kept
};

/// Runs a lesson without showing anything of it.
Run run_quietly(const Course& course, std::string_view lesson);
/// Runs a lesson as it is run alone: its report goes to standard output.
Run run_openly(const Course& course, std::string_view lesson);

}  // namespace course

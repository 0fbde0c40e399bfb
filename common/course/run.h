// Runs one lesson and keeps its report.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "course/course.h"
#include "cow/os/child.h"

namespace course {

/// A run of a lesson.
// NOLINTNEXTLINE(bugprone-exception-escape): clang-tidy 14 takes JSON to throw.
struct Run {
  cow::ExitStatus status;
  double seconds = 0;
  nlohmann::json report;  ///< null if it has written none
  std::string said;       ///< its standard error, if that was kept
};

/// Runs a lesson and shows nothing of it.
Run run_quietly(const Course& course, std::string_view lesson);
/// Runs a lesson in the usual way: its report goes to standard output.
Run run_openly(const Course& course, std::string_view lesson);

}  // namespace course

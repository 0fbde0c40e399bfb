// The programs behind `make lessons` and `make twins`.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cow/os/child.h"

namespace course {

/// Where the course is, and what to run of it.
struct Course {
  std::filesystem::path programs;    ///< the folder with the lessons' programs
  std::filesystem::path source;      ///< the top folder of the source
  std::vector<std::string> lessons;  ///< "01_pass_self" ..., in their order
  std::vector<std::string> flags;    ///< handed on to each lesson
};

/// A lesson's run: how it ended and its JSON (null if it wrote none).
struct Run {
  cow::ExitStatus status;
  nlohmann::json report;
};

/// Runs one lesson; its text goes to standard output unless `quiet`.
Run run_lesson(const Course& course, const std::string& lesson, bool quiet);

/// Runs all lessons and ends with one table of their claims. Returns the exit
/// status: the worst of the lessons'.
int run_all(const Course& course);

/// Runs each lesson and its CPython twin and prints them side by side, at 256
/// MiB unless the flags say otherwise. Returns 0 if they agree, 1 if not, 77 if
/// there is no Python for it.
int run_twins(Course course);

}  // namespace course

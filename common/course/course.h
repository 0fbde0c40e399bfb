// The programs behind `make lessons` and `make twins`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace course {

/// How much `run_all` shows of each lesson.
enum class Show {
  kAnswers,  ///< its question and answer, and the claims that fail
  kClaims,   ///< all its claims as well
  kReports,  ///< its whole report, as `make lesson` does
};

/// Where the course is, and what to run of it.
struct Course {
  std::filesystem::path programs;  ///< the folder with the lessons' programs
  std::filesystem::path source;    ///< the top folder of the source
  Show show = Show::kAnswers;
  std::vector<std::string> flags;  ///< handed on to each lesson
};

/// Runs all lessons in their order and ends with a table of them. Returns the
/// exit status: the worst of the lessons'.
int run_all(const Course& course);

/// Runs each lesson and its CPython twin and shows them side by side, at 256
/// MiB unless the flags say otherwise. Returns 0 if they agree, 1 if not, 77 if
/// there is no Python for it.
int run_twins(Course course);

}  // namespace course

// course is the program behind `make lessons` and `make twins`: it runs all
// lessons. It contains no lesson: the lessons are in lessons/, and the library
// with which they are written is cow/lesson. It does not write the documents:
// the program of common/book does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace course {

/// How much `run_all` shows of each lesson.
enum class Show {
  kAnswers,  ///< question, answer, and the claims that fail
  kClaims,   ///< also all claims
  kReports,  ///< the whole report, as `make lesson` does
};

/// Where the lessons are, and how to run them.
struct Course {
  std::filesystem::path programs;  ///< the folder with the lessons' programs
  std::filesystem::path source;    ///< the top folder of the source
  Show show = Show::kAnswers;
  std::vector<std::string> flags;  ///< passed on to each lesson
  /// For the twins: the beginning of the name of the lesson to run; empty for
  /// all.
  std::string only = {};
};

/// Runs all lessons in their order, and shows a table of them at the end.
/// Returns the worst exit status of the lessons.
int run_all(const Course& course);

/// Runs each lesson and its CPython twin, and shows them side by side; with 256
/// MiB of data unless the flags say otherwise. Returns 0 if they agree, 1 if
/// not, 2 if there is no lesson of that name, and 77 if there is no suitable
/// Python.
int run_twins(Course course);

}  // namespace course

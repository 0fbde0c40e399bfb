// What is known of each lesson before it runs, from lessons/lessons.json. The
// build reads that file when it is configured (common/setup/manifest.cmake).
#pragma once

#include <span>
#include <string_view>

namespace cow {

/// A lesson of the course. A planned lesson has only the first three fields.
struct LessonEntry {
  std::string_view name;  ///< "04_global": its folder and its program
  int part = 0;           ///< 1 to part_titles().size()
  std::string_view idea;  ///< in one line

  int minutes = 0;              ///< to read the chapter and run it, estimated
  std::string_view after = {};  ///< what it builds on: "01 02"
  std::string_view question = {};  ///< one or two sentences
  std::string_view answer = {};    ///< what to take away
  std::string_view next = {};      ///< what to read next, and why
  bool is_here = true;             ///< false: it was not built
  std::string_view needs = {};     ///< "Open MPI"; empty: nothing else

  bool written() const { return !question.empty(); }
  /// Whether it has a program here.
  bool built() const { return written() && is_here; }
};

/// All lessons, in the order of the course.
std::span<const LessonEntry> lessons();

/// "The question and its answers" and so on.
std::span<const std::string_view> part_titles();

/// The lesson with this name ("04_global"). If there is none, throws
/// std::out_of_range with a sentence that lists the lessons.
const LessonEntry& lesson_named(std::string_view name);

}  // namespace cow

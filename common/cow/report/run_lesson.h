// Runs a lesson as a program: from the command line to the report and the exit
// status.
//
//   void experiment(cow::Lesson& lesson) { ... lesson.claim(...); }
//   int main(int argc, char** argv) {
//     return cow::run_lesson(argc, argv, "04_global", experiment);
//   }
#pragma once

#include <functional>
#include <string_view>

#include "cow/lesson/lesson.h"

namespace cow {

/// The exit statuses that `run_lesson` returns.
inline constexpr int kEveryClaimHolds = 0;
inline constexpr int kAClaimFails = 1;
inline constexpr int kBadUsage = 2;
inline constexpr int kNotPossible = 77;

/// To be returned from main. In a spawned worker it serves the pool. Otherwise
/// it runs `experiment` with the flags of the command line, prints the reports,
/// and returns an exit status from the list above. Every error becomes one
/// sentence on standard error. `name` is the lesson's name in the manifest
/// (lessons/lessons.json).
int run_lesson(int argc, char** argv, std::string_view name,
               const std::function<void(Lesson&)>& experiment,
               const Options& options = {});
/// The same for a program that is not in the manifest.
int run_lesson(int argc, char** argv, const About& about,
               const std::function<void(Lesson&)>& experiment);

}  // namespace cow

// The outermost layer of a lesson: the command line in, the report and the exit
// status out.
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

/// What `run_lesson` returns.
inline constexpr int kEveryClaimHolds = 0;
inline constexpr int kAClaimFails = 1;
inline constexpr int kBadUsage = 2;
inline constexpr int kNotPossible = 77;

/// In a spawned worker, serves its pool. Else runs `experiment` with what the
/// command line says, prints the reports and returns the exit status of the
/// contract. Whatever goes wrong becomes one sentence on standard error. To be
/// returned from main. `name` is the lesson's in the manifest
/// (lessons/lessons.json).
int run_lesson(int argc, char** argv, std::string_view name,
               const std::function<void(Lesson&)>& experiment,
               const Options& options = {});
/// The same for what is not in the manifest.
int run_lesson(int argc, char** argv, const About& about,
               const std::function<void(Lesson&)>& experiment);

}  // namespace cow

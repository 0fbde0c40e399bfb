// course: runs all lessons, alone or side by side with their twins in CPython.
// (course.h says what it is not.)
//
//   course lessons [--claims | --reports] [FLAG...]
//   course twins [LESSON] [FLAG...]
//
// LESSON is the beginning of a lesson's name, such as 04. The flags are passed
// on to each lesson. The lessons' programs are in the folder of this one. Run
// the twins from the top folder of the source, where lessons/ is.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "course/course.h"
#include "cow/lesson/manifest.h"
#include "cow/report/run_lesson.h"

namespace {

namespace fs = std::filesystem;

constexpr const char* kHelp =
    "course lessons [FLAG...]   runs every lesson, then shows a table of them\n"
    "  --claims                 shows every claim, not only those that fail\n"
    "  --reports                shows each lesson's whole report\n"
    "course twins [FLAG...]     runs every lesson beside its twin in CPython\n"
    "course twins 04 [FLAG...]  the same for one lesson\n"
    "\n"
    "All other flags go to each lesson: --data SIZE, --workers N, --items N,\n"
    "--full-scale. build/bin/04_global --help says what they mean.\n";

int bad_usage(const std::string& what) {
  fmt::print(stderr, "course: {}\n", what);
  return cow::kBadUsage;
}

// Removes `flag` from the arguments; returns whether it was there.
bool take(std::vector<std::string>& arguments, const char* flag) {
  return std::erase(arguments, flag) > 0;
}

int run(std::vector<std::string> arguments) {
  if (take(arguments, "--help") || take(arguments, "-h")) {
    fmt::print("{}", kHelp);
    return cow::kEveryClaimHolds;
  }
  const std::string what = arguments.empty() ? "nothing" : arguments[0];
  if (what != "lessons" && what != "twins") {
    return bad_usage(what +
                     ": expected \"lessons\" or \"twins\", then flags for the "
                     "lessons");
  }
  arguments.erase(arguments.begin());
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--json") || argument.starts_with("--svg")) {
      return bad_usage(argument +
                       ": one file is not enough for all lessons; run one of "
                       "them: make lesson N=04");
    }
  }
  course::Course course{
      .programs = fs::read_symlink("/proc/self/exe").parent_path(),
      .source = fs::current_path(),
      .flags = {}};
  if (what == "lessons") {
    if (take(arguments, "--claims")) course.show = course::Show::kClaims;
    if (take(arguments, "--reports")) course.show = course::Show::kReports;
  }
  if (what == "twins" && !arguments.empty() && !arguments[0].starts_with('-')) {
    course.only = arguments[0];
    arguments.erase(arguments.begin());
  }
  course.flags = arguments;
  for (const cow::LessonEntry& lesson : cow::lessons()) {
    if (lesson.built() && !fs::exists(course.programs / lesson.name)) {
      return bad_usage(fmt::format("{} is not built: make lessons builds it",
                                   (course.programs / lesson.name).string()));
    }
  }
  return what == "lessons" ? course::run_all(course)
                           : course::run_twins(course);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "course: {}\n", error.what());
    return cow::kAClaimFails;
  }
}

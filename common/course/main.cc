// course: runs the lessons, alone or beside their twins in CPython.
//
//   course lessons [FLAG...]    every lesson in order, then one table
//   course twins [FLAG...]      every lesson beside its twin
//
// The flags go to each lesson. To be run from the top folder of the source,
// where the folder lessons/ is; the programs lie beside this one.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "course/course.h"
#include "cow/lesson/lesson.h"

namespace {

namespace fs = std::filesystem;

// The folders NN_name that have a program.
std::vector<std::string> find_lessons(const fs::path& source,
                                      const fs::path& programs) {
  std::vector<std::string> lessons;
  for (const auto& entry : fs::directory_iterator(source / "lessons")) {
    const std::string name = entry.path().filename();
    if (std::isdigit(static_cast<unsigned char>(name.front())) != 0 &&
        fs::exists(programs / name)) {
      lessons.push_back(name);
    }
  }
  std::sort(lessons.begin(), lessons.end());
  return lessons;
}

int run(const std::vector<std::string>& arguments) {
  const std::string what = arguments.empty() ? "nothing" : arguments[0];
  if (what != "lessons" && what != "twins") {
    fmt::print(stderr,
               "course: {}: expected \"lessons\" or \"twins\", then flags for "
               "the lessons\n",
               what);
    return cow::kBadUsage;
  }
  course::Course course{
      .programs = fs::read_symlink("/proc/self/exe").parent_path(),
      .source = fs::current_path(),
      .lessons = {},
      .flags = {arguments.begin() + 1, arguments.end()}};
  course.lessons = find_lessons(course.source, course.programs);
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

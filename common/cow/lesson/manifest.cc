#include "cow/lesson/manifest.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace cow {

const LessonEntry& lesson_named(std::string_view name) {
  std::string names;
  for (const LessonEntry& lesson : lessons()) {
    if (lesson.name == name) return lesson;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", lesson.name);
  }
  throw std::out_of_range(fmt::format(
      "lessons/lessons.json has no lesson \"{}\"; it has {}", name, names));
}

}  // namespace cow

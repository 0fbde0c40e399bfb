#include "support/leaks.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "cow/memory/process.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;

std::set<std::string> list(const fs::path& folder, bool links) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (!links) {
      names.insert(name);
      continue;
    }
    // The descriptor that reads this folder is closed again by now.
    const fs::path target = fs::read_symlink(entry->path(), error);
    if (!error && target.string().find("/fd") == std::string::npos) {
      names.insert(fmt::format("{} -> {}", name, target.string()));
    }
    error.clear();
  }
  return names;
}

// Whether the name ends with the id of another process, which is there. Lesson
// 13 may be running at the same time, started by another test.
bool is_in_use(const std::string& name) {
  const std::string pid = name.substr(name.rfind('-') + 1);
  return pid.find_first_not_of("0123456789") == std::string::npos &&
         pid != std::to_string(::getpid()) &&
         std::filesystem::exists("/proc/" + pid);
}

// Others use /dev/shm at the same time, a Python's semaphores for one; ours
// would carry the project's name.
std::set<std::string> own_segments() {
  std::set<std::string> names = list("/dev/shm", false);
  std::erase_if(names, [](const std::string& name) {
    return !name.starts_with("cow") || is_in_use(name);
  });
  return names;
}

void add_new(std::string& text, const char* what,
             const std::set<std::string>& before,
             const std::set<std::string>& now) {
  for (const std::string& name : now) {
    if (!before.contains(name)) text += fmt::format("{} {}\n", what, name);
  }
}

}  // namespace

Holdings holdings() {
  return {.descriptors = list("/proc/self/fd", true),
          .segments = own_segments()};
}

std::string leaks_since(const Holdings& before) {
  std::string text;
  for (const pid_t child : children_of(::getpid())) {
    text += fmt::format("a child that was not waited for: {}\n", child);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  const Holdings now = holdings();
  add_new(text, "a descriptor that was not closed:", before.descriptors,
          now.descriptors);
  add_new(text, "a shared segment that was not removed:", before.segments,
          now.segments);
  return text;
}

}  // namespace cow::testing

// Runs the project's own programs, as a person would, and keeps what they say.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cow/os/child.h"

namespace cow::testing {

/// What a program has printed, and how it ended.
struct Outcome {
  ExitStatus status;
  std::string out;
  std::string err;
};

/// The path of one of our programs: "04_global".
std::filesystem::path program(const std::string& name);

/// A file of the source tree.
std::filesystem::path source(const std::string& path);

/// Runs `arguments` to the end. `prepare` runs in the child before the program
/// is executed: for limits, descriptors, users.
Outcome run(const std::vector<std::string>& arguments,
            const std::function<void()>& prepare = {});

/// The processes whose command line names `path`.
std::vector<pid_t> processes_of(const std::string& path);

/// A folder of the test's own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace cow::testing

// Runs the commands that the documents name, each of them once.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "book/run.h"
#include "cow/os/child.h"
#include "cow/os/reading.h"

namespace book {

/// What a command has printed, to either of its outputs, and how it ended.
struct Ran {
  std::string text;
  nlohmann::json
      report;  ///< of a lesson; else what it printed, if that is JSON
  cow::ExitStatus status;
  /// Why this machine cannot run it, if it cannot.
  std::optional<std::string> not_possible;
};

/// Where things are.
struct Places {
  std::filesystem::path source;    ///< the top folder; commands run there
  std::filesystem::path programs;  ///< bin/ of the build folder
};

/// The words of a command; double quotes keep blanks together.
std::vector<std::string> words_of(const std::string& command);

class Runs {
 public:
  /// Calls `begins` with each command before it is run.
  Runs(Places places, std::function<void(const std::string&)> begins)
      : places_(std::move(places)), begins_(std::move(begins)) {}

  /// What `command` prints: a program of the build folder ("04_global"), of the
  /// system ("make twins"), or of Python ("python3 docs/programs/uss.py", by
  /// the Python that the twins use, in the script's own folder). A lesson
  /// writes its JSON as well.
  ///
  /// Throws std::runtime_error with a sentence where there is no such program,
  /// and where it does not end within ten minutes.
  const Ran& run(const std::string& command);
  const Ran& run(const Run& run);

 private:
  const Ran& run(const std::vector<std::string>& words);
  cow::Reading<std::string> program(const std::string& name) const;
  static void execute(const std::vector<std::string>& command,
                      const std::filesystem::path& folder, Ran& ran);

  Places places_;
  std::function<void(const std::string&)> begins_;
  std::map<std::vector<std::string>, Ran> done_;
};

}  // namespace book

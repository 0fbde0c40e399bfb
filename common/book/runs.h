// Runs the commands that the documents name, each of them once.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
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
  /// Of a lesson; else what it printed. Null where that is no JSON.
  std::shared_ptr<const nlohmann::json> report;
  cow::ExitStatus status;
  /// Why this machine cannot run it, if it cannot.
  std::optional<std::string> not_possible;
  /// What is wrong with the command, if something is.
  std::string error;
};

/// Where things are.
struct Places {
  std::filesystem::path source;    ///< the top folder; commands run there
  std::filesystem::path programs;  ///< bin/ of the build folder
};

/// The words of a command; double quotes keep blanks together.
std::vector<std::string> words_of(const std::string& command);

/// Keeps what each command has printed. A command is its words:
///
/// - a program of the build folder ("04_global"); a lesson writes its JSON too;
/// - "python3 docs/programs/uss.py", by the Python that the twins use, in the
///   script's own folder;
/// - a program of this system ("nm").
class Runs {
 public:
  using Command = std::vector<std::string>;

  /// Calls `begins` with each command when it is started.
  Runs(Places places, std::function<void(const std::string&)> begins)
      : places_(std::move(places)), begins_(std::move(begins)) {}

  /// Runs those of `commands` that were not run yet, `at_a_time` at a time, but
  /// never two of one program, nor `course` beside a lesson.
  void run_all(std::vector<Command> commands, std::size_t at_a_time);

  /// What the command printed; runs it if it was not run yet. Throws
  /// std::runtime_error with a sentence where there is no such program, and
  /// where it does not end within ten minutes.
  const Ran& run(const Command& command);

 private:
  struct Job;

  std::optional<Job> start(const Command& command);
  std::optional<Job> start_one(std::vector<Command>& commands,
                               const std::vector<Job>& running);
  void end(Job& job) const;
  cow::Reading<std::string> program(const std::string& name) const;

  Places places_;
  std::function<void(const std::string&)> begins_;
  std::map<Command, Ran> done_;
};

/// The words of a run.
Runs::Command words_of(const Run& run);

}  // namespace book

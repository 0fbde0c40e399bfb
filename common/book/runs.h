// Runs the commands that the documents name, each only once.
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

/// What a command has printed, on standard output or standard error, and how it
/// ended.
struct Ran {
  std::string text;
  /// The JSON report of a lesson; of another program its output, if that is
  /// JSON. Otherwise null.
  std::shared_ptr<const nlohmann::json> report;
  cow::ExitStatus status;
  /// Why this machine cannot run it, if it cannot.
  std::optional<std::string> not_possible;
  /// What is wrong with the command; empty if nothing is.
  std::string error;
};

/// The folders.
struct Places {
  std::filesystem::path source;    ///< the top folder; commands run there
  std::filesystem::path programs;  ///< bin/ of the build folder
};

/// The words of a command; double quotes keep blanks together.
std::vector<std::string> words_of(const std::string& command);

/// Runs commands and keeps what each has printed. A command is a list of words:
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

  /// Runs the `commands` that were not run yet, `at_a_time` at a time. Never
  /// runs two of one program at the same time, nor `course` together with a
  /// lesson.
  void run_all(std::vector<Command> commands, std::size_t at_a_time);

  /// What the command has printed. Runs it if it was not run yet. Throws
  /// std::runtime_error with a sentence if there is no such program, or it does
  /// not end within ten minutes.
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

/// The command of a run.
Runs::Command words_of(const Run& run);

}  // namespace book

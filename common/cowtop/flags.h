// The command line of cowtop.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cowtop/limits.h"
#include "cowtop/view.h"

namespace cowtop {

/// What cowtop is to do.
enum class Mode {
  kLive,      ///< the screen; tables if there is no terminal
  kOnce,      ///< --once: one table
  kJson,      ///< --json: one object
  kCsv,       ///< --csv FILE
  kMappings,  ///< --mappings PID
  kPages,     ///< --pages PID WHICH
  kWriters,   ///< --writers
  kRecord,    ///< --record FILE
  kHelp,
  kVersion,
};

struct Flags {
  Mode mode = Mode::kLive;
  std::vector<pid_t> pids;           ///< to watch; empty: none given
  std::string name;                  ///< of --name; empty: none given
  std::optional<uid_t> user;         ///< of --user
  pid_t pid = 0;                     ///< of --mappings and --pages
  std::vector<std::string> command;  ///< empty: none given
  std::chrono::milliseconds interval{1000};
  double budget = 2;  ///< in percent of a processor
  Order order = Order::kTree;
  std::vector<Limit> limits;  ///< of --fail-if
  std::string csv;            ///< the file; "-" is standard output
  std::string record;         ///< the file; "-" is standard output
  std::string pages;          ///< which mapping
  bool why = false;           ///< with --once or --json
  bool json = false;          ///< with --mappings, --pages, --writers, too
};

/// Reads the flags. Throws cow::BadUsage with one line that names the flag,
/// what was given and what is accepted.
Flags parse_flags(const std::vector<std::string>& arguments);

/// The text of --help.
std::string help_text();

}  // namespace cowtop

// Command lines: which flags there are, what was given, and the text of --help.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cow/lesson/bad_usage.h"

namespace cow {

/// A flag, or what may stand on the command line without one.
struct Flag {
  std::string name;   ///< "--data"; without dashes: the arguments of no flag
  std::string takes;  ///< what follows it, a word a value; empty: nothing
  std::string help;
  /// Where to put that it was given, its value, or all of its values.
  std::variant<bool*, std::optional<std::string>*, std::vector<std::string>*>
      to;
};

/// Arguments that belong to no flag.
class UnknownFlag : public BadUsage {
 public:
  using BadUsage::BadUsage;
};

/// Reads the arguments. Throws UnknownFlag once all others were read, and
/// BadUsage where a flag has too few or too many values, or is given twice.
void parse_command_line(const std::vector<Flag>& flags,
                        const std::vector<std::string>& arguments);

/// A line for each flag below `usage`.
std::string list_flags(const std::vector<Flag>& flags,
                       const std::string& usage);

}  // namespace cow

// Command lines: the flags of a program, their values, and the text of --help.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cow/lesson/bad_usage.h"

namespace cow {

/// A flag, or the arguments that belong to no flag.
struct Flag {
  std::string name;   ///< "--data"; without dashes: arguments of no flag
  std::string takes;  ///< its values, one word for each; or empty
  std::string help;
  /// Where to store the result: that it was given, its value, or all its
  /// values.
  std::variant<bool*, std::optional<std::string>*, std::vector<std::string>*>
      to;
};

/// The command line has arguments that belong to no flag.
class UnknownFlag : public BadUsage {
 public:
  using BadUsage::BadUsage;
};

/// Reads the arguments. Throws BadUsage if a flag has too few or too many
/// values, or is given twice. Throws UnknownFlag after all known flags were
/// read.
void parse_command_line(const std::vector<Flag>& flags,
                        const std::vector<std::string>& arguments);

/// `usage`, and below it a line for each flag.
std::string list_flags(const std::vector<Flag>& flags,
                       const std::string& usage);

}  // namespace cow

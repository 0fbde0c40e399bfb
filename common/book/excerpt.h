// Parts of a program's output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace book {

/// Which part of an output is shown. If nothing is chosen, all of it.
struct Choice {
  /// Sections, each named by the beginning of its heading. A heading is a line
  /// that is not indented. Its section is the indented and empty lines below.
  std::vector<std::string> parts;
  /// Regular expressions: only lines that match one of them.
  std::vector<std::string> lines;
};

/// The chosen lines of `output`, without empty lines at the beginning and end.
/// Columns that are blank in all of them are removed. Throws std::runtime_error
/// with a sentence if no line is left.
std::vector<std::string> excerpt(std::string_view output, const Choice& choice);

}  // namespace book

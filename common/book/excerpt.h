// Parts of what a program prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace book {

/// Which part of an output is shown. Nothing chosen: all of it.
struct Choice {
  /// Sections, each named by how its heading begins: a line that is not
  /// indented, with the indented and empty lines below it.
  std::vector<std::string> parts;
  /// Regular expressions: only lines that one of them matches.
  std::vector<std::string> lines;
};

/// The lines of `output` that were chosen, without empty lines at the ends.
/// Columns that the choice has left blank are closed up. Throws
/// std::runtime_error with a sentence where nothing is left.
std::vector<std::string> excerpt(std::string_view output, const Choice& choice);

}  // namespace book

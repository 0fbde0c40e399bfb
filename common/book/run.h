// A run of one of the project's programs.
#pragma once

#include <string>
#include <vector>

namespace book {

/// A program in the build folder and its flags: "04_global --workers 9".
struct Run {
  std::string program;
  std::vector<std::string> flags;

  friend bool operator==(const Run&, const Run&) = default;
};

}  // namespace book

// A run of one of the project's programs, as the documents name it.
#pragma once

#include <string>
#include <vector>

namespace book {

/// A program of the build directory with its flags: "04_global --workers 9".
struct Run {
  std::string program;
  std::vector<std::string> flags;

  friend bool operator==(const Run&, const Run&) = default;
};

}  // namespace book

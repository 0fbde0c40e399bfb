// Runs cowtop, from its command line to its exit status.
#pragma once

#include <string>
#include <vector>

namespace cowtop {

/// cowtop's own exit statuses. With a COMMAND, the status is the command's.
inline constexpr int kDone = 0;
inline constexpr int kNothingRead = 1;
inline constexpr int kBadUsage = 2;
/// A limit of --fail-if was exceeded, and the status would have been 0.
inline constexpr int kExceeded = 3;

/// Does what `arguments` (without the program's name) ask for, and returns the
/// exit status. An error becomes one line on standard error.
int run(const std::vector<std::string>& arguments);

}  // namespace cowtop

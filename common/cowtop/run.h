// What cowtop does, from its command line to its exit status.
#pragma once

#include <string>
#include <vector>

namespace cowtop {

/// Exit statuses of cowtop's own; with a COMMAND, that of the command.
inline constexpr int kDone = 0;
inline constexpr int kNothingRead = 1;
inline constexpr int kBadUsage = 2;

/// Does what `arguments` (without the program's name) ask for, and returns the
/// exit status. Says what goes wrong in one line on standard error.
int run(const std::vector<std::string>& arguments);

}  // namespace cowtop

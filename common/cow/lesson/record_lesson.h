// Records a lesson: --record FILE.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cow {

/// Runs this program again, with the same command line, as a child that is
/// recorded; writes the recording into `file`. Returns the child's exit status.
/// If a signal has ended the child, the same signal ends this process.
int record_this_program(std::string_view name,
                        const std::vector<std::string>& arguments,
                        const std::string& file);

}  // namespace cow

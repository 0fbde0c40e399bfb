// What is wrong with a command line.
#pragma once

#include <stdexcept>

namespace cow {

/// A command line that cannot be used. The text names the flag, what was given
/// and what is accepted.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace cow

// The exception for a wrong command line.
#pragma once

#include <stdexcept>

namespace cow {

/// The command line cannot be used. The text names the flag, what was given and
/// what is accepted.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace cow

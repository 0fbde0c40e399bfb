// What a test must not leave behind: children, descriptors, shared segments.
#pragma once

#include <set>
#include <string>

namespace cow::testing {

/// What this process holds of things that outlive a test.
struct Holdings {
  std::set<std::string> descriptors;  ///< "5 -> pipe:[123]"
  std::set<std::string> segments;  ///< files of /dev/shm that begin with "cow"
};

Holdings holdings();

/// What is there now and was not in `before`, and children that were not waited
/// for, as sentences; empty if nothing is. Reaps such children.
std::string leaks_since(const Holdings& before);

}  // namespace cow::testing

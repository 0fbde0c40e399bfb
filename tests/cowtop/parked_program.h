// A Python program of tests/cowtop/programs that has come to the point where it
// stands still, with all its workers.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/reading.h"
#include "support/programs.h"

namespace cowtop::testing {

class ParkedProgram {
 public:
  /// Starts NAME.py with `python` and returns when all is parked; throws
  /// std::runtime_error if it ends instead.
  ParkedProgram(const std::string& python, const std::string& name,
                const std::vector<std::string>& arguments);
  ParkedProgram(const ParkedProgram&) = delete;
  ParkedProgram& operator=(const ParkedProgram&) = delete;
  /// Lets it end, and waits for it.
  ~ParkedProgram();

  pid_t pid() const { return child_.pid(); }

 private:
  cow::testing::TemporaryFolder folder_;  // of its pipes
  cow::Pipe input_ = cow::make_pipe();
  cow::Pipe output_ = cow::make_pipe();
  cow::Child child_;
};

}  // namespace cowtop::testing

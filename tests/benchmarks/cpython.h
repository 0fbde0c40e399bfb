// CPython's multiprocessing.Pool at the same work, measured by cpython_pool.py.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"

namespace cow::bench {

/// A CPython that measures what it is asked for. It runs as long as this object
/// lives, so that the start of the interpreter is in no figure.
class CPython {
 public:
  /// Starts `script` with `python`. Throws std::system_error.
  CPython(const std::string& python, const std::string& script);
  CPython(const CPython&) = delete;
  CPython& operator=(const CPython&) = delete;
  /// Lets it end its workers, then waits for it.
  ~CPython();

  /// What it measured: seconds, or bytes. `request` is one of the script's:
  /// {{"case", "round_trip"}, {"trips", 100}}. Throws std::runtime_error if it
  /// does not answer.
  double measure(const nlohmann::json& request);

 private:
  Pipe requests_;
  Pipe answers_;
  Child child_;
};

}  // namespace cow::bench

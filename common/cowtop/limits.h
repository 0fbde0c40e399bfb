// Limits for --fail-if, so that a script or a CI job can fail because of
// memory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"
#include "cowtop/sample.h"

namespace cowtop {

/// "uss>500MiB": no process may have more than that in this column.
/// "sum-pss>4GiB": the sum over all processes may not be more.
struct Limit {
  std::string text;
  std::string column;
  bool sum = false;
  cow::Bytes most;
};

/// Reads limits with commas between them. Throws cow::BadUsage.
std::vector<Limit> parse_limits(const std::string& text);

/// Remembers which limits were exceeded.
class Limits {
 public:
  explicit Limits(std::vector<Limit> limits) : limits_(std::move(limits)) {}

  /// A sentence for each limit that this look is the first to exceed: it says
  /// which process, or what sum. The sums of a torn look do not count.
  std::vector<std::string> check(const Sample& sample);
  /// Whether any look has exceeded a limit.
  bool exceeded() const { return exceeded_; }

 private:
  std::vector<Limit> limits_;  // that were not exceeded yet
  bool exceeded_ = false;
};

}  // namespace cowtop

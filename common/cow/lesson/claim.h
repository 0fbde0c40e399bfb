// A claim: what a lesson says must hold, with both of its bounds.
#pragma once

#include <cstdint>
#include <string>

#include "cow/lesson/moment.h"
#include "cow/lesson/term.h"
#include "cow/os/bytes.h"

namespace cow {

/// A prediction and how far off a measurement may be, on either side.
struct Expected {
  Term formula;
  std::int64_t low;
  std::int64_t high;
};

/// Equality: for what the kernel or the pool counts exactly.
Expected exactly(const Term& formula);
/// Within 1 % of the prediction, but at least 256 KiB, and 64 KiB for each of
/// the `processes` that the figure is of, on either side: the own pages of
/// whole processes come and go by some dozens.
Expected about(const Term& formula, int processes = 1);
/// Within `slack` of the prediction on either side.
Expected within(Bytes slack, const Term& formula);
/// From `low` to `high`, where the prediction is only a point of orientation.
Expected between(Bytes low, const Term& formula, Bytes high);

/// One claim of a lesson.
struct Claim {
  std::string says;  ///< what must hold, as a short sentence
  Figure measured;   ///< with several values, all must hold
  Expected expected;
  std::string otherwise = {};  ///< the likely causes if it does not hold

  bool holds() const;
  /// The value farthest from the prediction: the one that decides.
  std::int64_t deciding_value() const;
};

}  // namespace cow

// A claim: what a lesson says must hold, with both of its bounds.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include "cow/lesson/formula.h"
#include "cow/lesson/moment.h"
#include "cow/os/bytes.h"

namespace cow {

/// What is expected of one figure: a formula and both bounds, in its unit.
struct Expected {
  Formula formula;
  std::int64_t low;
  std::int64_t high;
};

/// What a lesson predicts of a figure. A formula alone means: exactly that,
/// as the kernel counts pages and the pool counts bytes. For figures of whole
/// processes use `above_base` and `nothing_but`.
class Prediction {
 public:
  Prediction(Formula formula);
  template <std::integral Number>
  Prediction(Number number) : Prediction(Formula(number)) {}

  /// Adds the figure's base for `above_base` and `nothing_but`; throws
  /// std::logic_error there if it has none.
  Expected of(const Figure& figure) const;

 private:
  friend Prediction about(const Formula& formula);
  friend Prediction above_base(const Formula& formula);
  friend Prediction above_base(const Formula& formula, Bytes below,
                               Bytes above);
  friend Prediction nothing_but(const Formula& formula);

  Formula with_base(const Figure& figure) const;

  enum class Kind { kExactly, kAbout, kAboveBase, kNothingBut };
  Formula formula_;
  Kind kind_ = Kind::kExactly;
  std::optional<Bytes> below_;
  std::optional<Bytes> above_;
};

/// The formula, as far off as the largest of these: 1 % of it, 256 KiB, 64 KiB
/// for each process that the figure is of. The own pages of whole processes
/// come and go by some dozens.
Prediction about(const Formula& formula);
/// The same for the formula and the figure's base.
Prediction above_base(const Formula& formula);
/// The same, with bounds of the lesson's own below and above their sum.
Prediction above_base(const Formula& formula, Bytes below, Bytes above);
/// The formula and little else: at least one page more, because a process that
/// has written nothing has not run, and at most 256 KiB.
Prediction nothing_but(const Formula& formula);
/// nothing_but(0): from one page to 256 KiB.
Prediction nearly_nothing();

/// One claim of a lesson.
struct Claim {
  std::string says;  ///< what must hold, as a short sentence
  Figure measured;   ///< with several values, all must hold
  Expected expected;
  std::string hint = {};  ///< the likely cause if it does not hold

  bool holds() const;
  /// The value farthest from the prediction: the one that decides.
  std::int64_t deciding_value() const;
};

}  // namespace cow

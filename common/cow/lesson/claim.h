// A claim: what a lesson says must hold, with a lower and an upper bound.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include "cow/lesson/formula.h"
#include "cow/lesson/moment.h"
#include "cow/os/bytes.h"

namespace cow {

/// What is expected of one figure: a formula, and both bounds in its unit.
struct Expected {
  Formula formula;
  std::int64_t low;
  std::int64_t high;
};

/// What a lesson predicts for a figure. A formula alone means exactly its
/// value: the kernel counts pages exactly, and the pool counts bytes exactly.
/// For figures of whole processes use `above_base` and `nothing_but`.
class Prediction {
 public:
  Prediction(Formula formula);
  template <std::integral Number>
  Prediction(Number number) : Prediction(Formula(number)) {}

  /// What is expected of `figure`. Adds the figure's base for `above_base` and
  /// `nothing_but`. These two throw std::logic_error if the figure has no base.
  Expected of(const Figure& figure) const;

 private:
  friend Prediction about(const Formula& formula);
  friend Prediction above_base(const Formula& formula);
  friend Prediction above_base(const Formula& formula, Bytes below,
                               Bytes above);
  friend Prediction nothing_but(const Formula& formula);
  friend Prediction by_chance(const Formula& mean, double standard_deviation);

  Formula with_base(const Figure& figure) const;

  enum class Kind { kExactly, kAbout, kAboveBase, kNothingBut, kByChance };
  Formula formula_;
  Kind kind_ = Kind::kExactly;
  std::optional<Bytes> below_;
  std::optional<Bytes> above_;
  double standard_deviation_ = 0;
};

/// The formula, with a slack on both sides: the largest of 1 % of its value,
/// 256 KiB, and 96 KiB for each process of the figure. A whole process takes
/// and gives back a few dozen pages by itself.
Prediction about(const Formula& formula);
/// The same for the sum of the formula and the figure's base.
Prediction above_base(const Formula& formula);
/// The same, with the lesson's own slack `below` and `above` the sum.
Prediction above_base(const Formula& formula, Bytes below, Bytes above);
/// The formula and little else: between one page and 256 KiB more. (Every
/// process that has run has written at least one page.)
Prediction nothing_but(const Formula& formula);
/// A random count: its mean, with four of its standard deviations on both
/// sides. One count in some 16,000 is farther off.
Prediction by_chance(const Formula& mean, double standard_deviation);
/// How many different things are drawn, if one of `R` things is drawn by chance
/// `k` times, and put back each time: R·(1 − (1 − p)^k), where p = 1/R.
Prediction different_ones(const Formula& R, const Formula& k);
/// nothing_but(0): from one page to 256 KiB.
Prediction nearly_nothing();

/// One claim of a lesson.
struct Claim {
  std::string says;  ///< what must hold, as a short sentence
  Figure measured;   ///< if it has several values, all must hold
  Expected expected;
  std::string hint = {};  ///< the likely cause if it fails

  bool holds() const;
  /// The value that is farthest from the prediction.
  std::int64_t deciding_value() const;
};

}  // namespace cow

#include "cow/lesson/claim.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace cow {
namespace {

constexpr Bytes kSlackOfAProcess = 96_KiB;
constexpr Bytes kLeastSlack = 256_KiB;

}  // namespace

Prediction::Prediction(Formula formula) : formula_(std::move(formula)) {}

Prediction about(const Formula& formula) {
  Prediction prediction(formula);
  prediction.kind_ = Prediction::Kind::kAbout;
  return prediction;
}

Prediction above_base(const Formula& formula) {
  Prediction prediction(formula);
  prediction.kind_ = Prediction::Kind::kAboveBase;
  return prediction;
}

Prediction above_base(const Formula& formula, Bytes below, Bytes above) {
  Prediction prediction = above_base(formula);
  prediction.below_ = below;
  prediction.above_ = above;
  return prediction;
}

Prediction nothing_but(const Formula& formula) {
  Prediction prediction(formula);
  prediction.kind_ = Prediction::Kind::kNothingBut;
  return prediction;
}

Prediction by_chance(const Formula& mean, double standard_deviation) {
  Prediction prediction(mean);
  prediction.kind_ = Prediction::Kind::kByChance;
  prediction.standard_deviation_ = standard_deviation;
  return prediction;
}

Prediction different_ones(const Formula& R, const Formula& k) {
  const auto all = static_cast<double>(R.value());
  const double each = static_cast<double>(k.value()) / all;
  const double missed = std::exp(-each);  // the part that is never drawn
  return by_chance(R * (1 - pow(1 - Formula::share("p", 1 / all), k)),
                   std::sqrt(all * missed * (1 - (1 + each) * missed)));
}

Prediction nearly_nothing() { return nothing_but(0); }

Expected Prediction::of(const Figure& figure) const {
  const std::int64_t own = formula_.value();
  if (kind_ == Kind::kExactly) return {formula_, own, own};
  if (kind_ == Kind::kByChance) {
    // Around the rounded mean, but never nearer than asked for. A millionth is
    // what doubles may be off.
    const double rounding =
        std::abs(formula_.before_rounding() - static_cast<double>(own));
    const auto slack = static_cast<std::int64_t>(
        std::ceil(4 * standard_deviation_ + rounding - 1e-6));
    return {formula_, own - slack, own + slack};
  }
  const Formula whole = kind_ == Kind::kAbout ? formula_ : with_base(figure);
  if (kind_ == Kind::kNothingBut) {
    return {whole, own + page_size().count(), own + kLeastSlack.count()};
  }
  const Bytes slack = std::max(
      {whole.bytes() / 100, kLeastSlack, kSlackOfAProcess * figure.processes});
  return {whole, whole.value() - below_.value_or(slack).count(),
          whole.value() + above_.value_or(slack).count()};
}

Formula Prediction::with_base(const Figure& figure) const {
  if (!figure.base) {
    throw std::logic_error("the figure \"" + figure.what +
                           "\" has no base: it is counted exactly, or nothing "
                           "was measured over nothing");
  }
  // "b_uss" and not "0 + b_uss".
  const bool plain_zero = formula_.value() == 0 && formula_.symbols().empty();
  return plain_zero ? *figure.base : formula_ + *figure.base;
}

bool Claim::holds() const {
  return !measured.values.empty() &&
         std::all_of(measured.values.begin(), measured.values.end(),
                     [this](std::int64_t value) {
                       return expected.low <= value && value <= expected.high;
                     });
}

std::int64_t Claim::deciding_value() const {
  const auto distance = [this](std::int64_t value) {
    return std::abs(value - expected.formula.value());
  };
  return *std::max_element(measured.values.begin(), measured.values.end(),
                           [&](std::int64_t a, std::int64_t b) {
                             return distance(a) < distance(b);
                           });
}

}  // namespace cow

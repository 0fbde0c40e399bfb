#include "cow/lesson/claim.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace cow {
namespace {

constexpr Bytes kSlackOfAProcess = 64_KiB;
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

Prediction nearly_nothing() { return nothing_but(0); }

Expected Prediction::of(const Figure& figure) const {
  const std::int64_t own = formula_.value();
  if (kind_ == Kind::kExactly) return {formula_, own, own};
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

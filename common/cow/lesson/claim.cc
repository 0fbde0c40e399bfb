#include "cow/lesson/claim.h"

#include <algorithm>
#include <cstdlib>

namespace cow {
namespace {

constexpr Bytes kSlackOfAProcess = 64_KiB;
constexpr Bytes kLeastSlack = 256_KiB;

}  // namespace

Expected exactly(const Term& formula) {
  return {formula, formula.value(), formula.value()};
}

Expected about(const Term& formula, int processes) {
  const Bytes least = std::max(kLeastSlack, kSlackOfAProcess * processes);
  return within(std::max(formula.bytes() / 100, least), formula);
}

Expected within(Bytes slack, const Term& formula) {
  return {formula, formula.value() - slack.count(),
          formula.value() + slack.count()};
}

Expected between(Bytes low, const Term& formula, Bytes high) {
  return {formula, low.count(), high.count()};
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

#include "cow/lesson/formula.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>

namespace cow {

std::string all_digits(std::int64_t number, Unit unit) {
  return grouped(number) + (unit == Unit::kBytes ? " bytes" : "");
}

std::string to_string(std::int64_t number, Unit unit) {
  return unit == Unit::kBytes ? to_string(Bytes(number))
                              : all_digits(number, unit);
}

std::string to_string(const Symbol& symbol) {
  return symbol.unit == Unit::kShare
             ? fmt::format("{:.4g} %", 100 * symbol.value)
             : to_string(static_cast<std::int64_t>(symbol.value), symbol.unit);
}

Formula::Formula(const Symbol& symbol)
    : text_(symbol.name),
      numbers_(to_string(symbol)),
      symbols_{symbol},
      value_(std::llround(symbol.value)),
      exact_(symbol.value),
      has_share_(symbol.unit == Unit::kShare),
      unit_(symbol.unit == Unit::kBytes ? Unit::kBytes : Unit::kCount) {}

Formula::Formula(std::string_view symbol, Bytes value)
    : Formula(Symbol{std::string(symbol), static_cast<double>(value.count()),
                     Unit::kBytes}) {}

Formula::Formula(std::string_view symbol, std::int64_t value)
    : Formula(Symbol{std::string(symbol), static_cast<double>(value),
                     Unit::kCount}) {}

Formula Formula::share(std::string_view symbol, double value) {
  return {Symbol{std::string(symbol), value, Unit::kShare}};
}

Formula::Formula(Bytes amount) : Formula("", amount) {
  text_ = numbers_;
  symbols_.clear();
}

template <typename Operation>
Formula Formula::combine(const Formula& a, std::string_view sign,
                         const Formula& b, Binding binding,
                         Operation calculate) {
  // An operand gets brackets if its precedence is lower than that of the
  // operation; after "-" and "/", and on both sides of "^", also if it is
  // equal.
  const bool is_power = binding == Binding::kPower;
  const bool strict = sign == " − " || sign == "/" || is_power;
  const bool left = a.binding_ < binding || (is_power && a.binding_ == binding);
  const bool right = b.binding_ < binding || (strict && b.binding_ == binding);
  const auto write = [&](const std::string& x, const std::string& y) {
    return fmt::format("{}{}{}{}{}{}{}", left ? "(" : "", x, left ? ")" : "",
                       sign, right ? "(" : "", y, right ? ")" : "");
  };
  Formula formula;
  formula.text_ = write(a.text_, b.text_);
  formula.numbers_ = write(a.numbers_, b.numbers_);
  formula.symbols_ = a.symbols_;
  formula.symbols_.insert(formula.symbols_.end(), b.symbols_.begin(),
                          b.symbols_.end());
  formula.has_share_ = a.has_share_ || b.has_share_;
  if (formula.has_share_) {
    formula.exact_ = calculate(a.exact_, b.exact_);
    formula.value_ = std::llround(formula.exact_);
  } else {
    formula.value_ = static_cast<std::int64_t>(calculate(a.value_, b.value_));
    formula.exact_ = static_cast<double>(formula.value_);
  }
  formula.unit_ = a.unit_ == Unit::kBytes ? a.unit_ : b.unit_;
  formula.binding_ = binding;
  return formula;
}

Formula operator+(const Formula& a, const Formula& b) {
  return Formula::combine(a, " + ", b, Formula::Binding::kSum, std::plus());
}

Formula operator-(const Formula& a, const Formula& b) {
  return Formula::combine(a, " − ", b, Formula::Binding::kSum, std::minus());
}

Formula operator*(const Formula& a, const Formula& b) {
  return Formula::combine(a, "·", b, Formula::Binding::kProduct,
                          std::multiplies());
}

Formula operator/(const Formula& a, const Formula& b) {
  Formula ratio =
      Formula::combine(a, "/", b, Formula::Binding::kProduct, std::divides());
  if (a.unit_ == b.unit_) ratio.unit_ = Unit::kCount;
  return ratio;
}

Formula pow(const Formula& base, const Formula& exponent) {
  Formula power =
      Formula::combine(base, "^", exponent, Formula::Binding::kPower,
                       [](auto a, auto b) { return std::pow(a, b); });
  power.unit_ = base.unit_;
  return power;
}

}  // namespace cow

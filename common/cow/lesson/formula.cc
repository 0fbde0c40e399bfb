#include "cow/lesson/formula.h"

#include <fmt/format.h>

namespace cow {

std::string all_digits(std::int64_t number, Unit unit) {
  const std::string digits = std::to_string(number);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t left = digits.size() - i;
    const bool after_digit = i > 0 && digits[i - 1] != '-';
    if (after_digit && left % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return unit == Unit::kBytes ? grouped + " bytes" : grouped;
}

std::string to_string(std::int64_t number, Unit unit) {
  return unit == Unit::kBytes ? to_string(Bytes(number))
                              : all_digits(number, unit);
}

Formula::Formula(std::string_view symbol, Bytes value)
    : text_(symbol),
      numbers_(to_string(value)),
      symbols_{{text_, value.count(), Unit::kBytes}},
      value_(value.count()),
      unit_(Unit::kBytes) {}

Formula::Formula(Bytes amount)
    : text_(to_string(amount)),
      numbers_(text_),
      value_(amount.count()),
      unit_(Unit::kBytes) {}

Formula::Formula(std::string_view symbol, std::int64_t value)
    : text_(symbol),
      numbers_(all_digits(value, Unit::kCount)),
      symbols_{{text_, value, Unit::kCount}},
      value_(value) {}

Formula Formula::combine(const Formula& a, std::string_view sign,
                         const Formula& b, Binding binding,
                         std::int64_t value) {
  // Brackets where an operand binds less tightly than the operation; behind
  // "-" and "/" also where it binds alike.
  const bool strict = sign == " − " || sign == "/";
  const bool left = a.binding_ < binding;
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
  formula.value_ = value;
  formula.unit_ = a.unit_ == Unit::kBytes ? a.unit_ : b.unit_;
  formula.binding_ = binding;
  return formula;
}

Formula operator+(const Formula& a, const Formula& b) {
  return Formula::combine(a, " + ", b, Formula::Binding::kSum,
                          a.value_ + b.value_);
}

Formula operator-(const Formula& a, const Formula& b) {
  return Formula::combine(a, " − ", b, Formula::Binding::kSum,
                          a.value_ - b.value_);
}

Formula operator*(const Formula& a, const Formula& b) {
  return Formula::combine(a, "·", b, Formula::Binding::kProduct,
                          a.value_ * b.value_);
}

Formula operator/(const Formula& a, const Formula& b) {
  return Formula::combine(a, "/", b, Formula::Binding::kProduct,
                          a.value_ / b.value_);
}

}  // namespace cow

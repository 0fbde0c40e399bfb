// Formulas that can be calculated and printed. A lesson writes (N + 1) * D + b
// once. It gets the predicted number, the formula's text, and the formula with
// numbers in place of symbols. So what is printed cannot differ from what is
// checked.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/os/bytes.h"

namespace cow {

/// What a number counts.
enum class Unit { kCount, kBytes, kShare };

/// A number for a person to read: "64.0 MiB" or "1,234".
std::string to_string(std::int64_t number, Unit unit);
/// A number with all its digits: "67,108,864 bytes".
std::string all_digits(std::int64_t number, Unit unit);

/// A symbol of a formula and its value.
struct Symbol {
  std::string name;
  double value;  ///< a whole number, unless it is a share
  Unit unit;

  friend bool operator==(const Symbol&, const Symbol&) = default;
};

/// "4", "64.0 MiB", "1.5 %"
std::string to_string(const Symbol& symbol);

/// A symbol, a number, or a formula made of them. Whole numbers are calculated
/// as integers. What has a share in it is calculated with all its decimals, and
/// rounded at the end.
class Formula {
 public:
  /// A symbol, such as D or N, with its value.
  Formula(std::string_view symbol, Bytes value);
  Formula(std::string_view symbol, std::int64_t value);
  /// A share, such as q: 0.015 is shown as "1.5 %".
  static Formula share(std::string_view symbol, double value);
  /// A plain number within a formula.
  template <std::integral Number>
  Formula(Number number)
      : text_(std::to_string(number)),
        numbers_(text_),
        value_(static_cast<std::int64_t>(number)),
        exact_(static_cast<double>(number)) {}

  /// A plain amount of memory.
  Formula(Bytes amount);

  std::int64_t value() const { return value_; }
  double before_rounding() const { return exact_; }
  Bytes bytes() const { return Bytes(value_); }
  Unit unit() const { return unit_; }
  /// "(N + 1)·D + b"
  const std::string& text() const { return text_; }
  /// "(4 + 1)·64.0 MiB + 96 KiB"
  const std::string& numbers() const { return numbers_; }
  /// The symbols in it, in the order of the formula.
  const std::vector<Symbol>& symbols() const { return symbols_; }

  friend Formula operator+(const Formula& a, const Formula& b);
  friend Formula operator-(const Formula& a, const Formula& b);
  friend Formula operator*(const Formula& a, const Formula& b);
  /// Of whole numbers: rounds toward 0, as integers do.
  friend Formula operator/(const Formula& a, const Formula& b);
  /// "(1 − q)^N"
  friend Formula pow(const Formula& base, const Formula& exponent);

 private:
  // The precedence of the outermost operation.
  enum class Binding { kSum, kProduct, kPower, kSymbol };

  Formula() = default;
  Formula(const Symbol& symbol);
  template <typename Operation>
  static Formula combine(const Formula& a, std::string_view sign,
                         const Formula& b, Binding binding,
                         Operation calculate);

  std::string text_;
  std::string numbers_;
  std::vector<Symbol> symbols_;
  std::int64_t value_ = 0;
  double exact_ = 0;
  bool has_share_ = false;
  Unit unit_ = Unit::kCount;
  Binding binding_ = Binding::kSymbol;
};

}  // namespace cow

// Formulas that calculate and can be read: a lesson writes (N + 1) * D + b
// once, and gets the predicted number, the formula's text and the formula with
// its numbers filled in. What is printed cannot differ from what is checked.
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
enum class Unit { kCount, kBytes };

/// "64.0 MiB" or "1,234": a number for a person.
std::string to_string(std::int64_t number, Unit unit);
/// "67,108,864 bytes": all its digits.
std::string all_digits(std::int64_t number, Unit unit);

/// What a symbol of a formula stands for.
struct Symbol {
  std::string name;
  std::int64_t value;
  Unit unit;

  friend bool operator==(const Symbol&, const Symbol&) = default;
};

/// A symbol, a number, or a formula made of them.
class Formula {
 public:
  /// A symbol, such as D or N, with its value.
  Formula(std::string_view symbol, Bytes value);
  Formula(std::string_view symbol, std::int64_t value);
  /// A plain number within a formula.
  template <std::integral Number>
  Formula(Number number)
      : text_(std::to_string(number)),
        numbers_(text_),
        value_(static_cast<std::int64_t>(number)) {}

  /// A plain amount of memory.
  Formula(Bytes amount);

  std::int64_t value() const { return value_; }
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
  /// Rounds down, as integers do.
  friend Formula operator/(const Formula& a, const Formula& b);

 private:
  // How tightly the outermost operation binds.
  enum class Binding { kSum, kProduct, kSymbol };

  Formula() = default;
  static Formula combine(const Formula& a, std::string_view sign,
                         const Formula& b, Binding binding, std::int64_t value);

  std::string text_;
  std::string numbers_;
  std::vector<Symbol> symbols_;
  std::int64_t value_ = 0;
  Unit unit_ = Unit::kCount;
  Binding binding_ = Binding::kSymbol;
};

}  // namespace cow

#include "book/figures_in.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace book {
namespace {

using Kind = Quantity::Kind;

struct Unit {
  std::string_view name;
  Kind kind;
  double factor;
};

constexpr double kKibi = 1024;
constexpr std::array kUnits = {
    Unit{"bytes", Kind::kMemory, 1},
    Unit{"byte", Kind::kMemory, 1},
    Unit{"KiB", Kind::kMemory, kKibi},
    Unit{"MiB", Kind::kMemory, kKibi* kKibi},
    Unit{"GiB", Kind::kMemory, kKibi* kKibi* kKibi},
    Unit{"TiB", Kind::kMemory, kKibi* kKibi* kKibi* kKibi},
    Unit{"kB", Kind::kMemory, kKibi},  // the kernel's kB is 1024
    Unit{"MB", Kind::kMemory, 1e6},
    Unit{"GB", Kind::kMemory, 1e9},
    Unit{"ns", Kind::kTime, 1e-9},
    Unit{"µs", Kind::kTime, 1e-6},
    Unit{"ms", Kind::kTime, 1e-3},
    Unit{"s", Kind::kTime, 1},
    Unit{"seconds", Kind::kTime, 1},
    Unit{"times", Kind::kTime, 1},
};

bool is_digit(char sign) {
  return std::isdigit(static_cast<unsigned char>(sign)) != 0;
}

bool is_of_a_word(char sign) {
  return std::isalnum(static_cast<unsigned char>(sign)) != 0 || sign == '_';
}

// Reads a line from left to right.
class Reader {
 public:
  explicit Reader(std::string_view line) : line_(line) {}

  MarkedLine read() {
    while (at_ < line_.size()) {
      const char sign = line_[at_];
      if (is_digit(sign) && !after_word()) {
        number();
      } else if (sign == ' ' || sign == '\t') {
        blank();
      } else {
        line_read_.words += sign;
        ++at_;
      }
    }
    while (line_read_.words.ends_with(' ')) line_read_.words.pop_back();
    return std::move(line_read_);
  }

 private:
  bool after_word() const { return at_ > 0 && is_of_a_word(line_[at_ - 1]); }

  void blank() {
    if (!line_read_.words.empty() && line_read_.words.back() != ' ') {
      line_read_.words += ' ';
    }
    ++at_;
  }

  // "1,024" or "13.1", but not the point at the end of a sentence.
  void number() {
    const std::size_t begin = at_;
    std::string digits;
    int decimals = 0;
    bool point = false;
    for (; at_ < line_.size(); ++at_) {
      const char sign = line_[at_];
      const bool more = at_ + 1 < line_.size() && is_digit(line_[at_ + 1]);
      if (is_digit(sign)) {
        digits += sign;
        decimals += point ? 1 : 0;
      } else if (sign == '.' && more && !point) {
        digits += sign;
        point = true;
      } else if (sign != ',' || !more || point) {
        break;
      }
    }
    if (at_ < line_.size() && is_of_a_word(line_[at_])) {
      line_read_.words += line_.substr(begin, at_ - begin);
      return;
    }
    add(begin, std::strtod(digits.c_str(), nullptr), decimals);
  }

  // Adds the number at `begin`, with its sign and unit, as one mark.
  void add(std::size_t begin, double value, int decimals) {
    Quantity figure;
    figure.value = value;
    figure.half_digit = std::pow(10, -decimals) / 2;
    if (line_read_.words.ends_with('-') &&
        (line_read_.words.size() == 1 ||
         !is_of_a_word(line_read_.words[line_read_.words.size() - 2]))) {
      line_read_.words.pop_back();
      figure.value = -figure.value;
    }
    if (const auto unit = unit_here()) {
      figure.kind = unit->kind;
      figure.value *= unit->factor;
      figure.in_bytes = unit->factor == 1 && unit->kind == Kind::kMemory;
      figure.half_digit *= figure.in_bytes ? 0 : unit->factor;
      at_ += 1 + unit->name.size();
    } else if (decimals == 0) {
      figure.half_digit = 0;
    }
    figure.text = line_.substr(begin, at_ - begin);
    constexpr std::array kMarks = {"<number>", "<memory>", "<time>"};
    line_read_.words += kMarks.at(static_cast<std::size_t>(figure.kind));
    line_read_.figures.push_back(figure);
  }

  std::optional<Unit> unit_here() const {
    if (at_ == line_.size() || line_[at_] != ' ') return std::nullopt;
    for (const Unit& unit : kUnits) {
      const std::string_view rest = line_.substr(at_ + 1);
      if (rest.starts_with(unit.name) &&
          (rest.size() == unit.name.size() ||
           !is_of_a_word(rest[unit.name.size()]))) {
        return unit;
      }
    }
    return std::nullopt;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  MarkedLine line_read_;
};

}  // namespace

double slack_of_memory(double bytes) {
  constexpr double kMebi = kKibi * kKibi;
  return std::max(kOneFiftieth * bytes, bytes < kMebi ? kMebi / 2 : kMebi);
}

bool is_about(const Quantity& said, const Quantity& figure, bool near) {
  const double value = std::abs(figure.value);
  double slack = said.half_digit + figure.half_digit;
  if (said.kind == Kind::kMemory && !(said.in_bytes && figure.in_bytes)) {
    slack += slack_of_memory(value);
  } else if (near || said.kind == Kind::kTime) {
    slack += kOneFiftieth * value;
  }
  return std::abs(said.value - figure.value) <= slack;
}

MarkedLine mark_figures(std::string_view line) { return Reader(line).read(); }

}  // namespace book

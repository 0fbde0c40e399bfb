// Finds the numbers in a line of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace book {

/// A number with its unit, as it is in a text.
struct Quantity {
  enum class Kind {
    kPlain,   ///< no unit: a count
    kMemory,  ///< an amount of memory
    kTime,    ///< a time, or a ratio of times
  };

  Kind kind = Kind::kPlain;
  double value = 0;       ///< memory: in bytes
  double half_digit = 0;  ///< half of its last digit: its precision
  bool in_bytes = false;  ///< an exact number of bytes
  std::string text;       ///< as in the text
};

/// A line taken apart: its text with a mark in place of each number, and one
/// blank in place of several; and the numbers.
struct MarkedLine {
  std::string words;
  std::vector<Quantity> figures;
};

/// How much two figures may differ to be about the same, as a part.
inline constexpr double kOneFiftieth = 0.02;

/// How many bytes an amount of memory may differ between runs: 2 %, but at
/// least 1 MiB (512 KiB for an amount below 1 MiB). The reasons: which pages of
/// the program and its libraries a process maps, which other processes map
/// them, and what it has written in order to run. That is a few dozen KiB in
/// each process, and so up to this slack in the sum over a pool.
double slack_of_memory(double bytes);

/// Whether `said`, from a sentence, is right for `figure`. Memory may differ by
/// that slack; counts and exact bytes must be equal. With `near`, these may
/// differ by 2 %.
bool is_about(const Quantity& said, const Quantity& figure, bool near);

/// Takes a line apart. Digits in a word, as in "04_global" or "b2", are not a
/// number.
MarkedLine mark_figures(std::string_view line);

}  // namespace book

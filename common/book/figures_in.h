// The numbers in a line of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace book {

/// A number with its unit, as a text shows it.
struct Quantity {
  enum class Kind {
    kPlain,   ///< no unit: a count
    kMemory,  ///< an amount of memory
    kTime,    ///< a time, or a ratio of times
  };

  Kind kind = Kind::kPlain;
  double value = 0;       ///< memory: in bytes
  double half_digit = 0;  ///< half of its last digit: how exact it is shown
  bool in_bytes = false;  ///< memory, to the byte
  std::string text;       ///< as it stands there
};

/// A line taken apart: what is not a number, with a mark where each number
/// stood, one blank for several; and the numbers.
struct MarkedLine {
  std::string words;
  std::vector<Quantity> figures;
};

/// How much figures may differ that are about the same.
inline constexpr double kOneFiftieth = 0.02;

/// How many bytes an amount of memory may differ from one run to the next: 2 %,
/// or 1 MiB (512 KiB where it is below 1 MiB). Which pages of the program and
/// its libraries a process maps, who else maps them just then, what it has
/// written in order to live: that makes some dozens of KiB in each process, and
/// so much in the sum over a pool.
double slack_of_memory(double bytes);

/// Whether a text that says `said` is right about `figure`: memory within that
/// slack, a count and an amount in bytes exactly, unless `near`: within 2 %.
bool is_about(const Quantity& said, const Quantity& figure, bool near);

/// Digits that are part of a word, as in "04_global" or "b2", are no number.
MarkedLine mark_figures(std::string_view line);

}  // namespace book

// Compares two texts of a measurement: words must be equal, figures within
// bounds, and blanks do not matter.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace book {

/// What a claim of a lesson allows, and what it has measured: from the JSON of
/// a run. In a text, a line belongs to the claim if it has the claim's name, or
/// its beginning, and the figures `predicted` and `measured` one after the
/// other.
struct Bound {
  std::string claim;
  std::int64_t predicted = 0;
  std::int64_t measured = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool bytes = false;
};

/// The bounds of the claims of a report that hold; empty if it has no claims.
std::vector<Bound> bounds_of(const nlohmann::json& report);

/// How much texts may differ. These always may: process ids, addresses, times,
/// and the line that names the machine. Figures of memory may differ by
/// `slack_of_memory`. All others may not, with these exceptions:
struct Slack {
  /// For the rows of claims: the measured figure must be within the bounds.
  std::vector<Bound> bounds;
  /// Text that matches one of these regular expressions may differ.
  std::vector<std::string> free;
  /// In lines that match one of these, plain numbers may differ by 2 %.
  std::vector<std::string> near;
  /// Figures of memory may differ by at least this number of bytes. For whole
  /// interpreters, because other programs may map the same libraries: a page of
  /// a file counts in a process's USS only while no other process maps it.
  double within = 0;
};

/// A line that differs. If it is in only one of the texts, the other is empty.
struct Difference {
  int line = 0;  ///< where it is or belongs in the old text, from 0
  std::string old_line;
  std::string new_line;
  std::string why;
};

/// Compares the lines in a document with those that a program prints now.
std::vector<Difference> compare(const std::vector<std::string>& old_lines,
                                const std::vector<std::string>& new_lines,
                                const Slack& slack);

}  // namespace book

// Whether two texts of a measurement say the same: words exactly, figures
// within bounds, blanks not at all.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace book {

/// What a claim of a lesson allows and what it has found, from the JSON of a
/// run. In a text it is the line with its name, or the beginning of it, and
/// with the figures `predicted` and `measured` one after the other.
struct Bound {
  std::string claim;
  std::int64_t predicted = 0;
  std::int64_t measured = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool bytes = false;
};

/// The bounds of all claims of a report that hold; none of one without claims.
std::vector<Bound> bounds_of(const nlohmann::json& report);

/// How far texts may differ. Always free: process ids, addresses, times, and
/// the line that names the machine. Figures of memory may differ as
/// `slack_of_memory` says; all others not at all.
struct Slack {
  /// For the rows of claims: what was measured must lie within the bounds.
  std::vector<Bound> bounds;
  /// What matches one of these regular expressions is free.
  std::vector<std::string> free;
  /// In lines that match one of these, plain numbers may differ by 2 %.
  std::vector<std::string> near;
  /// Figures of memory may differ by so many bytes at least. For whole
  /// interpreters, whose libraries other processes may map or not: a page of a
  /// file counts in the USS of a process only while nobody else maps it.
  double within = 0;
};

/// A line that differs. Of one that is only in one of the texts, the other is
/// empty.
struct Difference {
  int line = 0;  ///< of the old text, counted from 0: where it is, or belongs
  std::string old_line;
  std::string new_line;
  std::string why;
};

/// Compares what a document says with what a program says now.
std::vector<Difference> compare(const std::vector<std::string>& old_lines,
                                const std::vector<std::string>& new_lines,
                                const Slack& slack);

}  // namespace book

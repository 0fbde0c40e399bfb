// What remains of many looks: the one to show at the end, or the reason why
// there is none.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "cowtop/sample.h"

namespace cowtop {

/// True if the figures of at least one process could be read.
inline bool anything_read(const Sample& sample) {
  return std::any_of(sample.rows.begin(), sample.rows.end(),
                     [](const Row& row) { return bool(row.usage); });
}

/// True if there are processes, but none of them could be read. Another look
/// would not change that.
inline bool in_vain(const Sample& sample) {
  return (!sample.rows.empty() || sample.hidden > 0) && !anything_read(sample);
}

/// Why nothing was read: the notes of the look.
inline std::string reasons(const Sample& sample) {
  return sample.notes.empty() ? "nothing could be read"
                              : fmt::format("{}", fmt::join(sample.notes, " "));
}

/// Collects looks, and keeps only the important ones.
class Looks {
 public:
  /// Calls `complete` with each look that, so far, is the best one to report.
  template <typename Complete>
  void add(const Sample& sample, Complete complete) {
    if (anything_read(sample)) {
      if (!first_) first_ = sample.at;
      if (!smallest_ || replaces(sample, *smallest_, false)) smallest_ = sample;
      if (!largest_ || replaces(sample, *largest_, true)) largest_ = sample;
      if (!reported_ || is_better(sample, *reported_)) {
        reported_ = sample;
        complete(*reported_);
      }
    } else if (in_vain(sample)) {
      unread_ = sample;
    }
  }
  void add(const Sample& sample) {
    add(sample, [](Sample&) {});
  }

  /// The look with the highest ΣPSS; none if none could be read.
  const std::optional<Sample>& largest() const { return largest_; }
  /// The look to report. It is the one with the highest ΣPSS among the looks
  /// with a known diagnosis, or among all looks if none has one. A note says if
  /// the machine paid more.
  std::optional<Sample> reported() const {
    std::optional<Sample> result = reported_;
    if (result && !largest_->torn &&
        largest_->totals.pss > result->totals.pss) {
      result->notes.push_back(
          fmt::format("At another moment the machine paid more: {}. But of "
                      "that moment nothing can be told.",
                      to_string(largest_->totals.pss)));
    }
    return result;
  }
  /// The look with the lowest ΣPSS.
  const std::optional<Sample>& smallest() const { return smallest_; }
  /// The time of the first of these looks.
  std::optional<std::chrono::system_clock::time_point> first() const {
    return first_;
  }
  /// Why there is no look to report. `whom` is what was watched: "the command".
  std::string why_none(const std::string& whom) const {
    const std::string ended = whom + " ended before it could be read";
    return unread_ ? ended + ": " + reasons(*unread_) : ended;
  }

 private:
  static bool is_better(const Sample& sample, const Sample& kept) {
    const bool tells = sample.diagnosis.kind != Kind::kUnknown;
    if (tells != (kept.diagnosis.kind != Kind::kUnknown)) return tells;
    return replaces(sample, kept, true);
  }
  // The sums of a torn look may be wrong, so every other look is preferred.
  static bool replaces(const Sample& sample, const Sample& kept, bool larger) {
    if (sample.torn != kept.torn) return kept.torn;
    return larger ? sample.totals.pss >= kept.totals.pss
                  : sample.totals.pss < kept.totals.pss;
  }

  std::optional<std::chrono::system_clock::time_point> first_;
  std::optional<Sample> smallest_;
  std::optional<Sample> largest_;
  std::optional<Sample> reported_;
  std::optional<Sample> unread_;
};

}  // namespace cowtop

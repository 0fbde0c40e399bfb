// A line on a terminal that says what a program is doing.
#pragma once

#include <string_view>

namespace cow {

/// Shows one line at a time on standard error, and removes it at the end. Shows
/// nothing if standard error is not a terminal.
class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  /// `text` is cut to 79 columns, so that it stays one line.
  void show(std::string_view text);
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
};

}  // namespace cow

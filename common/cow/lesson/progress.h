// One line on a terminal that says what a program is doing, until it is done.
#pragma once

#include <string_view>

namespace cow {

/// Shows a line in place of the one before it, and takes it away in the end. On
/// standard error, and only where that is a terminal.
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

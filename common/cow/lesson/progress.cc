#include "cow/lesson/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace cow {
namespace {

// Moves to the beginning of the line and clears it: ECMA-48.
constexpr const char* kNewLine = "\r\033[K";

}  // namespace

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string_view text) {
  if (!terminal_) return;
  fmt::print(stderr, "{}{:.77} …", kNewLine, text);
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) fmt::print(stderr, "{}", kNewLine);
  shown_ = false;
}

}  // namespace cow

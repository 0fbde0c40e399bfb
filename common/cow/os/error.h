// System calls, checked: the one place that retries EINTR and turns errno into
// an exception that names the call and its arguments.
#pragma once

#include <fmt/core.h>

#include <cerrno>
#include <string>
#include <utility>

namespace cow {

/// Throws std::system_error with `error` (an errno value) and the text
/// "<call>: <what errno means>".
[[noreturn]] void throw_system_error(int error, const std::string& call);

/// Calls `call` until it is not interrupted by a signal, and returns what it
/// returned. -1 stays -1, with errno set: for calls whose failure is an answer.
template <typename Call>
auto retried(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

/// As `retried`, but throws std::system_error when the call fails. `text` and
/// `args` describe the call; they are formatted only when they are needed.
template <typename Call, typename... Args>
auto checked(Call call, fmt::format_string<Args...> text, Args&&... args) {
  const auto result = retried(std::move(call));
  if (result == -1) {
    const int error = errno;  // formatting may change it
    throw_system_error(error, fmt::format(text, std::forward<Args>(args)...));
  }
  return result;
}

}  // namespace cow

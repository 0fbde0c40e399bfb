// Checked system calls. Only this file retries after EINTR, and turns errno
// into an exception that names the call and its arguments.
#pragma once

#include <fmt/core.h>

#include <cerrno>
#include <string>
#include <utility>

namespace cow {

/// Throws std::system_error with `error` (an errno value) and the text
/// "<call>: <what errno means>".
[[noreturn]] void throw_system_error(int error, const std::string& call);

/// Repeats `call` as long as a signal interrupts it (EINTR), and returns its
/// result. If the result is -1, errno is set. Use it for calls whose failure is
/// not an error but an answer.
template <typename Call>
auto retried(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

/// As `retried`, but throws std::system_error if the call fails. `text` and
/// `args` describe the call. They are formatted only in that case.
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

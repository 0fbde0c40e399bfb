// The time of a look, as a person reads it.
#pragma once

#include <chrono>
#include <ctime>
#include <string>

namespace cowtop {

/// "17:20:44", in local time.
inline std::string clock(std::chrono::system_clock::time_point at) {
  const std::time_t time = std::chrono::system_clock::to_time_t(at);
  std::tm local{};
  ::localtime_r(&time, &local);
  char text[sizeof "17:20:44"] = "";
  std::strftime(text, sizeof text, "%T", &local);
  return text;
}

}  // namespace cowtop

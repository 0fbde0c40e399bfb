#include "cow/lesson/reading_times.h"

#include <fmt/core.h>

#include <cstring>

#include "cow/os/bytes.h"

namespace cow {

ReadingTimes::ReadingTimes()
    : told_(page_size(), PROT_READ | PROT_WRITE, MAP_SHARED) {}

void ReadingTimes::tell(std::clock_t first, std::clock_t again) {
  constexpr double kSecond = CLOCKS_PER_SEC;
  const Times seconds{static_cast<double>(first) / kSecond,
                      static_cast<double>(again) / kSecond};
  std::memcpy(told_.data(), &seconds, sizeof(seconds));
}

void ReadingTimes::keep(std::string_view name, std::int64_t objects) {
  Times times{};
  std::memcpy(&times, told_.data(), sizeof(times));
  for (double& time : times) time *= 1e9 / static_cast<double>(objects);
  kept_.emplace_back(name, times);
}

std::string ReadingTimes::table() const {
  std::string table = fmt::format("  {:<16}{:>12}{:>8}{:>14}{:>8}\n", "",
                                  "first time", "ratio", "once more", "ratio");
  for (const auto& [name, times] : kept_) {
    const auto& [first, again] = times;
    const auto& [plain_first, plain_again] = kept_.front().second;
    table +=
        fmt::format("  {:<16}{:>9.1f} ns{:>8.2f}{:>11.1f} ns{:>8.2f}\n", name,
                    first, first / plain_first, again, again / plain_again);
  }
  return table;
}

}  // namespace cow

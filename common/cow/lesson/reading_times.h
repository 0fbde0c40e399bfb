// The time that reading takes, which a worker tells its parent. The report
// shows it, and no claim is made about it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/os/mapping.h"

namespace cow {

/// CPU times of workers that read objects for the first time, when they may
/// copy pages, and once more. To be made before the workers are forked.
class ReadingTimes {
 public:
  ReadingTimes();

  /// For a task: calls `read` twice and returns what the second call gives. The
  /// parent gets the times if `told` is true, as it should be in one worker.
  template <typename Read>
  auto twice(bool told, Read read) {
    const std::clock_t begun = std::clock();
    [[maybe_unused]] volatile auto first = read();  // or nothing would be read
    std::atomic_signal_fence(std::memory_order_seq_cst);  // nor once more
    const std::clock_t between = std::clock();
    auto result = read();
    if (told) tell(between - begun, std::clock() - between);
    return result;
  }

  /// For the parent: keeps what was told last, of `objects` objects.
  void keep(std::string_view name, std::int64_t objects);

  /// What was kept: nanoseconds for an object, and their ratio to the first
  /// row's; the same of reading once more.
  std::string table() const;

 private:
  using Times = std::array<double, 2>;

  void tell(std::clock_t first, std::clock_t again);

  Mapping told_;  // two numbers of seconds
  std::vector<std::pair<std::string, Times>> kept_;
};

}  // namespace cow

// A control group of the test's own, where this machine lets it make one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "cow/os/reading.h"

namespace cow::testing {

/// A group with a limit, below one that this process is in. Nobody is in it who
/// does not enter it; removed at the end, when nobody may be in it any more.
class ControlGroup {
 public:
  /// A group in which processes together hold at most `most` bytes of memory,
  /// and as little as possible in swap.
  static Reading<ControlGroup> with_memory(std::int64_t most);
  /// A group in which processes run for `quota` of each 100,000 microseconds.
  static Reading<ControlGroup> with_cpu(std::int64_t quota);

  ControlGroup(ControlGroup&& other) noexcept
      : path_(std::exchange(other.path_, {})), version_(other.version_) {}
  ControlGroup& operator=(ControlGroup&&) = delete;
  ~ControlGroup();

  /// Where its files are.
  const std::filesystem::path& path() const { return path_; }
  /// How many of its processes the kernel has killed because of the limit.
  int killed() const;

 private:
  ControlGroup(std::filesystem::path path, int version)
      : path_(std::move(path)), version_(version) {}

  static Reading<ControlGroup> make(std::string_view controller);
  // The group, if its file now holds `value`.
  static Reading<ControlGroup> limited(Reading<ControlGroup> group,
                                       const char* of_one, const char* of_two,
                                       const std::string& value);

  std::filesystem::path path_;  // empty once it was moved
  int version_;                 // 1 or 2: the files have other names
};

/// Moves this process, and no other, into the group whose files are at `path`.
/// Throws std::system_error.
void enter_control_group(const std::string& path);

}  // namespace cow::testing

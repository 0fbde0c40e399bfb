// Lists all processes again and again, at little cost.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include "cowtop/tree.h"

namespace cowtop {

/// The processor time that a process has used until now: clock_gettime(2). That
/// is one system call, and needs no permission. None if it has ended.
std::optional<std::chrono::nanoseconds> cpu_time_of(pid_t pid);

/// Reads a process again only if it has used processor time since: otherwise it
/// has had no page fault, executed no program and not ended. Only its RSS may
/// have fallen, if the kernel needed the memory. Therefore it is read at least
/// every 16th time.
class Lister {
 public:
  using Clock =
      std::function<std::optional<std::chrono::nanoseconds>(pid_t pid)>;

  /// The clock is of the processes in /proc. In another folder, a lister
  /// without a clock of its own reads all of them each time.
  explicit Lister(Clock clock = {}) : clock_(std::move(clock)) {}

  Processes operator()(const std::filesystem::path& proc);

 private:
  struct Known {
    cow::ListedProcess process;
    std::optional<std::chrono::nanoseconds> used;
  };

  Clock clock_;
  std::map<pid_t, Known> known_;
  pid_t round_ = 0;
};

}  // namespace cowtop

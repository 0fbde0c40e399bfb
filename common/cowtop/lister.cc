#include "cowtop/lister.h"

#include <algorithm>
#include <ctime>
#include <set>
#include <utility>

namespace cowtop {

std::optional<std::chrono::nanoseconds> cpu_time_of(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 ||
      ::clock_gettime(clock, &used) != 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(used.tv_sec) +
         std::chrono::nanoseconds(used.tv_nsec);
}

Processes Lister::operator()(const std::filesystem::path& proc) {
  const Clock clock = clock_ ? clock_ : proc == "/proc" ? cpu_time_of : Clock();
  if (!clock) return cow::list_processes(proc);
  constexpr pid_t kRounds = 16;
  round_ = (round_ + 1) % kRounds;
  std::map<pid_t, Known> now;
  const auto unchanged = [&](pid_t pid) -> const cow::ListedProcess* {
    // Before it is read: what it does meanwhile shows at the next time.
    const auto used = clock(pid);
    now[pid].used = used;
    const auto before = known_.find(pid);
    const bool same = used && before != known_.end() &&
                      before->second.used == used && pid % kRounds != round_;
    return same ? &before->second.process : nullptr;
  };
  Processes all = cow::list_processes(proc, unchanged);
  // Who has lost its parent has another one, although it has done nothing.
  std::set<pid_t> living;
  for (const cow::ListedProcess& one : all) {
    if (!one.zombie()) living.insert(one.id.pid);
  }
  if (std::any_of(all.begin(), all.end(), [&](const cow::ListedProcess& one) {
        return one.parent != 0 && !living.contains(one.parent);
      })) {
    all = cow::list_processes(proc);
  }
  for (const cow::ListedProcess& one : all) now[one.id.pid].process = one;
  std::erase_if(now, [](const auto& one) {
    return one.second.process.id.pid == 0;  // it could not be read
  });
  known_ = std::move(now);
  return all;
}

}  // namespace cowtop

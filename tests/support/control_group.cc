#include "support/control_group.h"

#include <fmt/format.h>
#include <unistd.h>

#include <sstream>
#include <system_error>

#include "cow/os/cgroup.h"
#include "cow/os/descriptor.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;

// Whether the file was there and took the text.
bool set(const fs::path& file, const std::string& text) {
  if (!fs::exists(file)) return false;
  try {
    write_file(file, text);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace

// In the lowest group that hands the controller on: of version 2 that is none
// which has processes of its own.
Reading<ControlGroup> ControlGroup::make(std::string_view controller) {
  const CgroupPath own = own_cgroups(controller);
  std::string reason = fmt::format("no control group for {}", controller);
  for (const fs::path& group : own.groups) {
    const fs::path path = group / fmt::format("cowpool-test-{}", ::getpid());
    std::error_code error;
    if (!fs::create_directory(path, error)) {
      reason = fmt::format("no control group can be made: {}: {}",
                           path.string(), error.message());
      continue;
    }
    ControlGroup made(path, own.version);
    const bool handed_on = own.version == 1 ||
                           fs::exists(path / fmt::format("{}.max", controller));
    if (handed_on) return made;
    reason = fmt::format("{} hands {} on to no group below it", group.string(),
                         controller);
  }
  return Absent{reason};
}

Reading<ControlGroup> ControlGroup::limited(Reading<ControlGroup> group,
                                            const char* of_one,
                                            const char* of_two,
                                            const std::string& value) {
  if (!group) return group;
  const fs::path file =
      group->path() / (group->version_ == 1 ? of_one : of_two);
  if (!set(file, value)) return Absent{file.string() + " takes no limit"};
  const auto text = read_file(file);
  if (!text || !text->starts_with(value)) {
    return Absent{file.string() + " does not keep its limit"};
  }
  return group;
}

Reading<ControlGroup> ControlGroup::with_memory(std::int64_t most) {
  Reading<ControlGroup> group = limited(make("memory"), "memory.limit_in_bytes",
                                        "memory.max", std::to_string(most));
  if (group) {
    set(group->path() / "memory.swap.max", "0");
    set(group->path() / "memory.memsw.limit_in_bytes", std::to_string(most));
  }
  return group;
}

Reading<ControlGroup> ControlGroup::with_cpu(std::int64_t quota) {
  return limited(make("cpu"), "cpu.cfs_quota_us", "cpu.max",
                 std::to_string(quota));
}

ControlGroup::~ControlGroup() {
  if (!path_.empty()) ::rmdir(path_.c_str());
}

int ControlGroup::killed() const {
  const auto text = read_file(
      path_ / (version_ == 1 ? "memory.oom_control" : "memory.events"));
  std::istringstream lines(text ? *text : "");
  std::string name;
  int count = 0;
  while (lines >> name >> count) {
    if (name == "oom_kill") return count;
  }
  return 0;
}

void enter_control_group(const std::string& path) {
  write_file(fs::path(path) / "cgroup.procs", "0");
}

}  // namespace cow::testing

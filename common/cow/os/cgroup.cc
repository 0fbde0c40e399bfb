#include "cow/os/cgroup.h"

#include <sched.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cow/os/descriptor.h"

namespace cow {
namespace {

// Whether `controller` ("memory") is in `list` ("cpu,memory").
bool is_one_of(std::string_view controller, std::string_view list) {
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (list.substr(begin, end - begin) == controller) return true;
    begin = end + 1;
  }
  return false;
}

std::vector<std::filesystem::path> upwards(const std::filesystem::path& root,
                                           std::string_view group) {
  std::vector<std::filesystem::path> found;
  std::filesystem::path relative =
      std::filesystem::path(group).relative_path().lexically_normal();
  // A group outside this process' cgroup namespace: cgroup_namespaces(7).
  if (!relative.empty() && *relative.begin() == "..") relative.clear();
  for (;; relative = relative.parent_path()) {
    std::error_code ignored;
    const std::filesystem::path path =
        relative.empty() ? root : root / relative;
    if (std::filesystem::is_directory(path, ignored)) found.push_back(path);
    if (relative.empty()) return found;
  }
}

// How many CPUs the quota of one group allows; infinity if it has none.
double quota(const std::filesystem::path& group, int version) {
  double allowed = -1;
  double period = 0;
  if (version == 2) {
    const Reading<std::string> text = read_file(group / "cpu.max");
    if (text) {  // "50000 100000", or "max 100000"
      char* behind = nullptr;
      allowed = std::strtod(text->c_str(), &behind);
      period = std::strtod(behind, nullptr);
    }
  } else {
    const auto quota_us = read_file(group / "cpu.cfs_quota_us");
    const auto period_us = read_file(group / "cpu.cfs_period_us");
    if (quota_us) allowed = std::strtod(quota_us->c_str(), nullptr);
    if (period_us) period = std::strtod(period_us->c_str(), nullptr);
  }
  return allowed > 0 && period > 0 ? allowed / period : HUGE_VAL;
}

}  // namespace

CgroupPath find_cgroups(std::string_view text, std::string_view controller,
                        const std::filesystem::path& root) {
  std::string_view unified;
  bool has_unified = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // "4:memory:/path" of version 1, "0::/path" of version 2.
    const std::size_t first = line.find(':');
    if (first == line.npos) continue;
    const std::size_t second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view names = line.substr(first + 1, second - first - 1);
    const std::string_view group = line.substr(second + 1);
    // A path instead of names would lead out of the root.
    if (names.find('/') != names.npos) continue;
    if (is_one_of(controller, names)) {
      return {.version = 1,
              .groups = upwards(root / std::string(names), group)};
    }
    if (names.empty()) {
      unified = group;
      has_unified = true;
    }
  }
  if (!has_unified) return {};
  return {.version = 2, .groups = upwards(root, unified)};
}

CgroupPath own_cgroups(std::string_view controller) {
  const Reading<std::string> text = read_file("/proc/self/cgroup");
  return text ? find_cgroups(*text, controller) : CgroupPath{};
}

int available_cpus(int in_mask, const CgroupPath& path) {
  double cpus = in_mask;
  for (const std::filesystem::path& group : path.groups) {
    cpus = std::min(cpus, quota(group, path.version));
  }
  return std::max(1, static_cast<int>(std::ceil(cpus)));
}

int available_cpus() {
  cpu_set_t mask;  // too small if the kernel has more than 1,024 CPUs
  const bool known = ::sched_getaffinity(0, sizeof mask, &mask) == 0;
  return available_cpus(known ? CPU_COUNT(&mask) : ::get_nprocs(),
                        own_cgroups("cpu"));
}

}  // namespace cow

// The control groups this process is in: limits that the machine's own figures
// do not show.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/cpus.h"

namespace cow {

/// Where the files of one controller are: this process' group first, then each
/// group above it. A limit anywhere on the way counts.
struct CgroupPath {
  int version = 2;  ///< 1 or 2: the names of the files differ: cgroups(7)
  std::vector<std::filesystem::path> groups;
};

/// Finds the groups of `controller` ("memory", "cpu") from the text of
/// /proc/self/cgroup, below `root`. Groups that are not there are left out; in
/// a container often only the topmost is.
CgroupPath find_cgroups(std::string_view text, std::string_view controller,
                        const std::filesystem::path& root = "/sys/fs/cgroup");

/// The groups of `controller` that this process is in; empty if /proc cannot
/// tell.
CgroupPath own_cgroups(std::string_view controller);

/// The CPUs that a process may use which has so many of them in its affinity
/// mask and is in these groups of the controller "cpu": as many, or the lowest
/// quota, rounded up. At least 1.
int available_cpus(int in_mask, const CgroupPath& path);

}  // namespace cow

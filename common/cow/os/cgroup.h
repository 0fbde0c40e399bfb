// The control groups of this process. They can set limits that the machine's
// own figures do not show.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/cpus.h"

namespace cow {

/// The folders with the files of one controller: first this process's group,
/// then each group above it. A limit in any of them counts.
struct CgroupPath {
  int version = 2;  ///< 1 or 2; the file names differ: cgroups(7)
  std::vector<std::filesystem::path> groups;
};

/// Finds the groups of `controller` ("memory", "cpu") below `root`, from the
/// text of /proc/self/cgroup. Leaves out groups that do not exist below `root`.
/// In a container often only the topmost group exists.
CgroupPath find_cgroups(std::string_view text, std::string_view controller,
                        const std::filesystem::path& root = "/sys/fs/cgroup");

/// The groups of `controller` that this process is in. Empty if /proc cannot be
/// read.
CgroupPath own_cgroups(std::string_view controller);

/// How many CPUs a process may use. `in_mask` is the number in its affinity
/// mask. `path` has the groups of the controller "cpu" that the process is in.
/// The result is `in_mask`, or the lowest quota of these groups, rounded up, if
/// that is less. At least 1.
int available_cpus(int in_mask, const CgroupPath& path);

}  // namespace cow

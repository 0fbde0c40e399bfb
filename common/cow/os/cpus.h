// The number of CPUs that this process may use.
#pragma once

namespace cow {

/// The CPUs in this process's affinity mask, or fewer if the quotas of its
/// control groups allow only fewer (cgroup.h). At least 1.
int available_cpus();

}  // namespace cow

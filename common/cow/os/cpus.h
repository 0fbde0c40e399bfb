// How many CPUs there are for this process.
#pragma once

namespace cow {

/// The CPUs that this process may use: those in its affinity mask, or as many
/// as the quotas of its control groups allow (cgroup.h). At least 1.
int available_cpus();

}  // namespace cow

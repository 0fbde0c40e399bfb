// Starts the ranks of an MPI program, for a lesson to measure. It calls mpirun
// and nothing of MPI itself.
#pragma once

#include <string>
#include <vector>

#include "cow/lesson/lesson.h"

namespace cow {

/// The first argument of a lesson's program that mpirun has started.
inline constexpr const char* kAsRank = "--as-rank";

/// Starts this program again, N times, as `mpirun` does: with `arguments` after
/// kAsRank. Returns the moments that the ranks have named, except those over
/// nothing. In these moments mpirun is the parent. Where the ranks run is up to
/// mpirun: its environment can name a file of hosts.
///
/// `in_segments` is how much memory they share in all. Throws NotPossible, with
/// one sentence, if mpirun is not there, if /dev/shm has no room for that, or
/// if a rank fails.
std::vector<Moment> measure_ranks(Lesson& lesson,
                                  const std::vector<std::string>& arguments,
                                  Bytes in_segments);

}  // namespace cow

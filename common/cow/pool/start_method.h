// How a pool's workers come into being.
#pragma once

#include <string_view>

namespace cow {

/// The three start methods of Python's multiprocessing.
enum class StartMethod {
  /// A copy of the parent, which shares all its memory, copy-on-write.
  kFork,
  /// The same program, begun anew: it inherits nothing.
  kSpawn,
  /// A copy of a small process, the fork server, which was itself spawned: it
  /// shares what the server has loaded, and nothing of the parent's.
  kForkServer,
};

/// Python's name of it: "fork", "spawn", "forkserver".
std::string_view to_string(StartMethod method);

}  // namespace cow

// What a spawned copy of the program is to become: the text in its environment
// by which the pool tells it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cow {

struct SpawnOrder {
  enum class Role { kWorker, kForkServer };

  Role role = Role::kWorker;
  pid_t parent = 0;  ///< whose child it is
  /// Of a worker: tasks, results, offers. Of a fork server: socket, preload.
  std::vector<int> descriptors;
};

/// "worker 4711 5 6 7", "server 4711 5 6".
std::string to_string(const SpawnOrder& order);

/// The order that `text` is; none if it is no such order, to the letter.
std::optional<SpawnOrder> parse_spawn_order(std::string_view text);

}  // namespace cow

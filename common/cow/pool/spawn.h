// Starting this program again, as a worker or as a fork server. A spawned
// process inherits nothing but descriptors and an order in its environment. The
// first line of its main, a call of serve_if_spawned, obeys the order.
#pragma once

namespace cow {

class Child;

namespace spawned {

/// Notes that this program calls serve_if_spawned; returns true.
bool note_call() noexcept;

/// Exists only in programs that call serve_if_spawned. It is initialized before
/// main, so a pool knows whether its program can be spawned.
template <typename>
struct ServeCall {
  static const bool noted;
};
template <typename T>
const bool ServeCall<T>::noted = note_call();

/// Obeys the order, if there is one. Returns only if there is none.
void obey();

}  // namespace spawned

/// To be called first in main by every program that starts workers by spawn or
/// with a fork server. In the program itself it does nothing. In a spawned copy
/// of it, it serves the pool and ends the process; what follows in main is not
/// run there. (The place of Python's `if __name__ == "__main__"`.)
template <typename T = void>
void serve_if_spawned() {
  static_cast<void>(&spawned::ServeCall<T>::noted);
  spawned::obey();
}

/// Whether this program calls serve_if_spawned anywhere.
bool can_be_spawned();

/// In a spawned process whose main has not called serve_if_spawned before it
/// makes a pool: says so and ends it, because pools of its own would spawn
/// processes without end. Otherwise does nothing.
void expect_not_spawned();

/// Starts this program as a worker that serves batches from `tasks` and replies
/// on `results`; `offers` is a file that holds the page of offers.h. Throws
/// std::system_error.
Child spawn_worker(int tasks, int results, int offers);

/// Starts this program as a fork server: fork_server.h. `preload` is a file
/// that holds the call of the preload as a frame, if there is one.
Child spawn_fork_server(int socket, int preload);

/// The end of a sentence about a spawned process that has ended too early.
inline constexpr const char* kBeforeItServed =
    "before it served: main must begin with cow::serve_if_spawned()";

/// The exit code of `expect_not_spawned`.
inline constexpr int kNeverServed = 73;

}  // namespace cow

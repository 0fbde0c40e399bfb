// Starts this program again, as a worker or as a fork server. A spawned process
// inherits only descriptors, and an order in its environment. The first line of
// its main, a call of serve_if_spawned, carries out the order.
#pragma once

namespace cow {

class Child;

namespace spawned {

/// Notes that this program calls serve_if_spawned; returns true.
bool note_call() noexcept;

/// Exists only in programs that call serve_if_spawned. It is initialized before
/// main. So a pool knows whether its program can be spawned.
template <typename>
struct ServeCall {
  static const bool noted;
};
template <typename T>
const bool ServeCall<T>::noted = note_call();

/// Carries out the order, and does not return. Returns if there is no order.
void obey();

}  // namespace spawned

/// Every program that starts workers by spawn or with a fork server must call
/// this first in main. In the program itself it does nothing. In a spawned copy
/// it serves the pool and then ends the process, so the rest of main does not
/// run there. (Python has `if __name__ == "__main__"` for this.)
template <typename T = void>
void serve_if_spawned() {
  static_cast<void>(&spawned::ServeCall<T>::noted);
  spawned::obey();
}

/// Whether this program calls serve_if_spawned anywhere.
bool can_be_spawned();

/// Ends a spawned process that makes a pool before it calls serve_if_spawned,
/// and says so: its pools would spawn processes without end. In any other
/// process it does nothing.
void exit_if_spawned();

/// Starts this program as a worker that serves batches from `tasks` and replies
/// on `results`. `offers` is a file that holds the page of offers.h. Throws
/// std::system_error.
Child spawn_worker(int tasks, int results, int offers);

/// Starts this program as a fork server (fork_server.h). `preload` is a file
/// that holds the call of the preload as a frame; empty if there is none.
/// Throws std::system_error.
Child spawn_fork_server(int socket, int preload);

/// The end of an error message about a spawned process that has ended too
/// early.
inline constexpr const char* kBeforeItServed =
    "before it served: main must begin with cow::serve_if_spawned()";

/// The exit code of `exit_if_spawned`.
inline constexpr int kNeverServed = 73;

}  // namespace cow

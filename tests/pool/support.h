// What the tests of the pool share: events that a test can wait for, and tasks
// that stop until they are let go.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/pool/pool.h"

namespace cow::testing {

/// How long a test waits for what must happen before it calls it a failure.
inline constexpr std::chrono::seconds kDeadline{30};

/// Waits until `fd` is readable; false if the deadline has passed.
bool becomes_readable(int fd);

/// A pidfd of `pid`: it becomes readable when the process has ended.
Descriptor watch(pid_t pid);
std::vector<Descriptor> watch(const std::vector<pid_t>& pids);

/// Waits until all of these processes have ended; false after the deadline.
bool all_end(const std::vector<Descriptor>& pidfds);

/// Sends SIGKILL to `pid`, which is not reaped by that, and waits for its end.
void kill_and_wait(pid_t pid);

/// 0, 1, 2 … count - 1.
std::vector<int> numbers(int count);

/// A place where tasks stop. Made before the pool, so that workers inherit it.
class Gate {
 public:
  Gate() { current_ = this; }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() { current_ = nullptr; }

  /// In a worker: tells the test that it is here.
  static void arrive();
  /// In a worker: arrives, then waits until it is let go.
  static void stop();

  /// In the test: waits until `count` tasks have arrived, while the pool works.
  bool arrived(PendingWork& pending, int count);
  /// The same without the help of the pool.
  bool arrived(int count);
  /// Lets `count` tasks go.
  void let_go(int count);

 private:
  // The workers' tasks are plain functions, so they find the gate here.
  inline static Gate* current_ = nullptr;

  Pipe arrivals_ = make_pipe();
  Pipe departures_ = make_pipe();
};

/// A task that arrives, stops, and returns its item.
int stop_at_gate(int i);
/// A task that returns its item at once.
int same(int i);
int square(int i);

/// Whether a map of three items for each worker gives the right results.
bool works(Pool& pool);

/// The text of the E that `call` throws, or what happened instead.
template <typename E, typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace cow::testing

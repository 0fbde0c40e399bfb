// What the tests of the pool share: events that a test can wait for, tasks that
// stop until they are let go, runs that are counted, every start method.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"
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

/// Counts that workers and the test see, all 0 at first. Made before the pool,
/// so that forked workers inherit it.
class Counters {
 public:
  explicit Counters(int count);
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;
  ~Counters() { current_ = nullptr; }

  /// In a worker: adds 1; returns what the count was before.
  static int add(int index);

  /// In the test: the counts.
  std::vector<int> all() const;

 private:
  inline static Counters* current_ = nullptr;

  int count_;
  Mapping shared_;
};

/// A test that is run with each start method: a class derived from it, and
///   INSTANTIATE_TEST_SUITE_P(, Derived, every_method(), name_of_method);
class EveryMethod : public ::testing::TestWithParam<StartMethod> {
 protected:
  Pool pool(int workers, Call initializer = {}) const {
    return Pool({.workers = workers,
                 .start_method = GetParam(),
                 .initializer = std::move(initializer)});
  }
};
inline auto every_method() {
  return ::testing::Values(StartMethod::kFork, StartMethod::kSpawn,
                           StartMethod::kForkServer);
}
inline std::string name_of_method(
    const ::testing::TestParamInfo<StartMethod>& method) {
  return std::string(to_string(method.param));
}

/// A task that arrives, stops, and returns its item.
int stop_at_gate(int i);
/// A task that returns its item at once.
int same(int i);
int square(int i);

/// Whether a map of three items for each worker gives the right results.
bool works(Pool& pool);

/// All results that are still to come.
template <typename Result>
std::vector<Result> rest_of(Imap<Result>& results) {
  std::vector<Result> rest;
  while (std::optional<Result> result = results.next()) {
    rest.push_back(std::move(*result));
  }
  return rest;
}

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

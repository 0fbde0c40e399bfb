// What the tests of the pool share: events that a test can wait for, tasks that
// stop until they are let go, runs that are counted, every start method.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"
#include "cow/pool/pool.h"
#include "support/programs.h"

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

/// The state of a process, of those in proc(5) at /proc/PID/stat: 'S' if it
/// waits for something, 'T' if it is stopped; 0 if there is none.
char state_of(pid_t pid);
/// Waits until `pid` is in that state; false after the deadline.
bool comes_to_be(pid_t pid, char state);

/// What can be read from `fd` until it has no writer left, or the deadline has
/// passed.
std::string read_to_the_end(int fd);

/// Runs `test` in a process of its own, which ends by itself when the deadline
/// has passed, and says how that ended.
ExitStatus in_a_child(const std::function<int()>& test);

/// 0, 1, 2 … count - 1.
std::vector<int> numbers(int count);

/// A place where tasks stop. Made before the pool, so that workers inherit it;
/// those that are spawned find its FIFOs by a variable of the environment.
class Gate {
 public:
  Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

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
  // Each is open for both reading and writing.
  struct Fifos {
    explicit Fifos(const std::string& folder);
    Descriptor arrivals;
    Descriptor departures;
  };
  // The workers' tasks are plain functions, so they find the gate here.
  static const Fifos& here();
  inline static const Fifos* current_ = nullptr;

  TemporaryFolder folder_;
  std::optional<Fifos> fifos_;
};

/// Counts that workers and the test see, all 0 at first. Made before the pool,
/// and found by its workers, as a gate is.
class Counters {
 public:
  explicit Counters(int count);
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;
  ~Counters();

  /// In a worker: adds 1; returns what the count was before.
  static int add(int index);

  /// In the test: the counts.
  std::vector<int> all() const;

 private:
  // In a worker: where the counts are.
  static const Mapping& here();
  inline static const Mapping* current_ = nullptr;

  int count_;
  TemporaryFolder folder_;
  Mapping shared_;
};

/// A test that is run with each start method: a class derived from it, and
///   INSTANTIATE_TEST_SUITE_P(, Derived, every_method(), name_of_method);
class EveryStartMethod : public ::testing::TestWithParam<StartMethod> {
 protected:
  PoolOptions options(int workers, Call initializer = {}) const {
    return {.workers = workers,
            .start_method = GetParam(),
            .initializer = std::move(initializer)};
  }
  Pool pool(int workers, Call initializer = {}) const {
    return Pool(options(workers, std::move(initializer)));
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

/// In a worker: the pipe to the pool, which is the only one, beside the
/// standard streams, that it can write.
int reply_pipe();

/// All results that are still to come.
template <typename Result>
std::vector<Result> rest_of(Imap<Result>& results) {
  std::vector<Result> rest;
  while (std::optional<Result> result = results.next()) {
    rest.push_back(std::move(*result));
  }
  return rest;
}

/// What `next` gives, until the end: results, and in place of an E -1.
template <typename E>
std::vector<int> outcomes_of(Imap<int>& results) {
  std::vector<int> outcomes;
  for (;;) {
    try {
      const std::optional<int> result = results.next();
      if (!result) return outcomes;
      outcomes.push_back(*result);
    } catch (const E&) {
      outcomes.push_back(-1);
    }
  }
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

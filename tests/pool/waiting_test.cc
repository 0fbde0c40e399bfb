// Waiting with an end: how much time there is, and what is done meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

#include <chrono>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "pool/source.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

// A program that has other things to do asks now and then, and waits never.
template <typename Ask>
bool becomes_true(Ask ask) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!ask()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

class Waiting : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Waiting, every_method(), name_of_method);

TEST_P(Waiting, ReceivesMapRepliesEvenWithATimeoutOfZero) {
  Pool pool(options(2));
  auto pending = pool.map_async(same, numbers(1000), 1);
  EXPECT_TRUE(becomes_true([&] { return pending.wait_for(milliseconds(0)); }));
  EXPECT_EQ(pending.get(), numbers(1000));
}

TEST_P(Waiting, ReceivesImapRepliesEvenWithATimeoutOfZero) {
  Pool pool(options(2));
  auto results = pool.imap(same, numbers(300));
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(
        becomes_true([&] { return results.wait_for(milliseconds(0)); }));
    ASSERT_EQ(results.next(), i);
  }
}

TEST_P(Waiting, CanBeReplacedByCallsOfReady) {
  Pool pool(options(2));
  auto pending = pool.map_async(same, numbers(1000), 1);
  EXPECT_TRUE(becomes_true([&] { return pending.ready(); }));
  EXPECT_EQ(pending.get(), numbers(1000));
}

// A timer whose signal is handled every millisecond, and interrupts every call.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction handled {};
    handled.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &handled, &before_);
    set_timer({.tv_sec = 0, .tv_usec = 1000});
  }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;
  ~Interruptions() {
    set_timer({});
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  static void set_timer(timeval every) {
    const itimerval timer{.it_interval = every, .it_value = every};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }

  struct sigaction before_ {};
};

// If a signal began the wait anew, it would never end.
TEST_P(Waiting, EndsDespiteSignals) {
  Gate gate;
  Pool pool(options(1));
  auto pending = pool.apply_async(stop_at_gate, 1);
  auto results = pool.imap(stop_at_gate, numbers(1));
  const Interruptions interruptions;
  EXPECT_FALSE(pending.wait_for(milliseconds(50)));
  EXPECT_FALSE(results.wait_for(milliseconds(50)));
  gate.let_go(2);
  EXPECT_EQ(pending.get(), 1);
  EXPECT_EQ(results.next(), 0);
}

TEST_P(Waiting, WorksForAnImapAndADescriptor) {
  Gate gate;
  Pool pool(options(1));
  const Pipe other = make_pipe();
  auto results = pool.imap(stop_at_gate, numbers(2));
  ASSERT_TRUE(gate.arrived(1));
  write_fully(other.writer.get(), "x", 1);
  EXPECT_TRUE(results.wait_readable(other.reader.get()));
  char byte = 0;
  read_fully(other.reader.get(), &byte, 1);
  gate.let_go(2);
  EXPECT_FALSE(results.wait_readable(other.reader.get()));
  EXPECT_EQ(rest_of(results), numbers(2));
}

TEST(WaitingForADescriptor, RefusesAClosedDescriptor) {
  Pool pool({.workers = 1});
  auto pending = pool.map_async(same, numbers(3));
  auto results = pool.imap(same, numbers(3));
  int closed = -1;
  {
    const Pipe pipe = make_pipe();
    closed = pipe.reader.get();
  }
  for (const int fd : {-1, -2, closed}) {
    const std::string name = "wait_readable(" + std::to_string(fd) + ")";
    EXPECT_THAT(error_of<std::system_error>([&] { pending.wait_readable(fd); }),
                HasSubstr(name));
    EXPECT_THAT(error_of<std::system_error>([&] { results.wait_readable(fd); }),
                HasSubstr(name));
  }
  EXPECT_EQ(pending.get(), numbers(3));
}

// As a program with an event loop does it: it calls nothing that waits.
TEST_P(Waiting, OnThePoolsDescriptorWorksForSeveralJobs) {
  Pool pool(options(2));
  auto first = pool.map_async(same, numbers(100), 1);
  auto second = pool.map_async(square, numbers(100), 1);
  auto third = pool.imap(same, numbers(300));
  std::vector<int> fetched;
  using State = std::tuple<std::size_t, bool, bool>;
  const auto ask_all = [&]() -> State {
    while (fetched.size() < 300 && third.ready()) {
      fetched.push_back(third.next().value());
    }
    const bool first_is = first.ready();
    return {fetched.size(), first_is, second.ready()};
  };
  State state;
  while (state != State(300, true, true)) {
    // What one takes in may be another's: ask until there is nothing new.
    const State before = std::exchange(state, ask_all());
    if (state == before) {
      ASSERT_TRUE(becomes_readable(pool.descriptor()));
    }
  }
  EXPECT_EQ(first.get(), numbers(100));
  EXPECT_EQ(second.get()[99], 99 * 99);
  EXPECT_EQ(fetched, numbers(300));
}

TEST_P(Waiting, OnThePoolsDescriptorNoticesADeath) {
  Pool pool(options(1));
  auto pending = pool.apply_async([](int) { return ::raise(SIGKILL); }, 1);
  while (!pending.ready()) ASSERT_TRUE(becomes_readable(pool.descriptor()));
  EXPECT_THROW(pending.get(), WorkerDied);
}

// Each round takes in a reply, and gives the worker something new to do: these
// do not fit into its pipe together. (One worker: with two, the other's reply
// would hide that nothing was given.)
TEST_P(Waiting, OnThePoolsDescriptorKeepsWorkersBusy) {
  Pool pool(options(1));
  const std::vector<std::string> items(20, std::string(2 << 20, 'x'));
  auto lengths =
      pool.map_async([](const std::string& s) { return s.size(); }, items, 1);
  while (!lengths.ready()) ASSERT_TRUE(becomes_readable(pool.descriptor()));
  EXPECT_EQ(lengths.get(), std::vector<std::size_t>(20, 2 << 20));
}

TEST_P(Waiting, LosesNoResultDespiteSignals) {
  Pool pool(options(2));
  const Interruptions interruptions;
  for (int i = 0; i < 20; ++i) {
    const std::vector<std::vector<int>> items(4, numbers(100'000));
    EXPECT_TRUE(pool.map([](const std::vector<int>& v) { return v; }, items,
                         1) == items);
  }
}

}  // namespace
}  // namespace cow::testing

// The rendezvous: nobody passes before it is opened, everybody after.
#include "cow/lesson/rendezvous.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

bool readable(int fd, int milliseconds) {
  pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, milliseconds) == 1;
}

std::set<pid_t> wait_for(Rendezvous& rendezvous, std::size_t count) {
  std::set<pid_t> arrived;
  while (arrived.size() < count && readable(rendezvous.descriptor(), 10'000)) {
    for (const pid_t pid : rendezvous.take_arrivals()) arrived.insert(pid);
  }
  return arrived;
}

TEST(Rendezvous, HoldsEveryProcessUntilItIsOpened) {
  Rendezvous rendezvous;
  std::vector<Child> children;
  std::set<pid_t> pids;
  for (int i = 0; i < 3; ++i) {
    children.push_back(Child::fork([] {
      wait_to_be_measured();
      return 0;
    }));
    pids.insert(children.back().pid());
  }
  EXPECT_EQ(wait_for(rendezvous, 3), pids);
  for (const Child& child : children) {
    EXPECT_FALSE(readable(child.descriptor(), 0)) << "it went on unasked";
  }
  rendezvous.open();
  for (Child& child : children) EXPECT_TRUE(child.wait().success());
}

TEST(Rendezvous, DoesNotHoldTasksOnceOpen) {
  Rendezvous rendezvous;
  rendezvous.open();
  wait_to_be_measured();
  wait_to_be_measured();
  EXPECT_TRUE(rendezvous.take_arrivals().empty());
}

TEST(Rendezvous, HoldsTasksAgainOnceClosed) {
  Rendezvous rendezvous;
  rendezvous.open();
  rendezvous.close();
  Child child = Child::fork([] {
    wait_to_be_measured();
    return 0;
  });
  EXPECT_EQ(wait_for(rendezvous, 1).size(), 1U);
  EXPECT_FALSE(readable(child.descriptor(), 0));
  rendezvous.open();
  EXPECT_TRUE(child.wait().success());
}

TEST(Rendezvous, DoesNotHoldATaskThatIsNotMeasured) {
  EXPECT_EQ(std::getenv(kRendezvousVariable), nullptr);
  wait_to_be_measured();
}

TEST(Rendezvous, LeavesTheEnvironmentAsItWas) {
  { const Rendezvous rendezvous; }
  EXPECT_EQ(std::getenv(kRendezvousVariable), nullptr);
}

TEST(Rendezvous, TakesOnlyWholeLines) {
  Rendezvous rendezvous;
  Child child = Child::fork([] {
    int owner = 0;
    int arrivals = 0;
    std::sscanf(std::getenv(kRendezvousVariable), "%d,%d", &owner, &arrivals);
    write_fully(arrivals, "moment on", 9);
    write_fully(arrivals, "e\n+ 7", 5);
    return 0;
  });
  EXPECT_TRUE(child.wait().success());
  EXPECT_EQ(rendezvous.take_lines(), std::vector<std::string>{"moment one"});
  EXPECT_TRUE(rendezvous.take_lines().empty()) << "the line has no end yet";
}

}  // namespace
}  // namespace cow

// Control groups with limits, where a test may make one: the workers that a
// pool has by default, and a worker that the kernel kills for its memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/cgroup.h"
#include "cow/os/child.h"
#include "cow/pool/pool.h"
#include "pool/support.h"
#include "support/control_group.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

// In a child, for the group that a process is in is its own.
int workers_in(const ControlGroup& group) {
  Child child = Child::fork([&] {
    enter_control_group(group.path());
    return Pool().size();
  });
  return child.wait().code;
}

TEST(ControlGroups, SetTheDefaultNumberOfWorkersByTheirQuota) {
  if (available_cpus() < 2) GTEST_SKIP() << "there is only one CPU";
  for (const auto& [quota, workers] :
       {std::pair(100'000, 1), {10'000, 1}, {150'000, 2}}) {
    const Reading<ControlGroup> group = ControlGroup::with_cpu(quota);
    if (!group) GTEST_SKIP() << group.reason();
    EXPECT_EQ(workers_in(*group), workers) << quota;
  }
}

class OutOfMemory : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, OutOfMemory, every_method(), name_of_method);

constexpr std::int64_t kMost = std::int64_t{32} << 20;

// Its worker enters the group and writes twice as much as that may hold.
std::size_t take_too_much(const std::string& group) {
  enter_control_group(group);
  const std::vector<char> much(std::size_t{2} * kMost, 'x');
  return much.size();
}

TEST_P(OutOfMemory, IsReportedAsADeathAndThePoolGoesOn) {
  const Reading<ControlGroup> group = ControlGroup::with_memory(kMost);
  if (!group) GTEST_SKIP() << group.reason();
  Pool pool = this->pool(2);
  auto before = pool.map_async(same, numbers(20), 1);
  auto fatal = pool.apply_async(take_too_much, group->path().string());
  auto after = pool.map_async(same, numbers(20), 3);
  std::string text;
  try {
    fatal.get();
  } catch (const WorkerDied& died) {
    EXPECT_EQ(died.signal(), SIGKILL);
    text = died.what();
  }
  if (text.empty() && group->killed() == 0) {
    GTEST_SKIP() << "the kernel keeps no limit of memory";
  }
  EXPECT_THAT(text, HasSubstr("signal 9"));
  EXPECT_EQ(group->killed(), 1);
  EXPECT_EQ(before.get(), numbers(20));
  EXPECT_EQ(after.get(), numbers(20));
  EXPECT_EQ(pool.map(same, numbers(20)), numbers(20));
  EXPECT_EQ(pool.size(), 2);
}

}  // namespace
}  // namespace cow::testing

// Real processes as the meter sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cow/memory/environment.h"
#include "cow/memory/process.h"
#include "cow/memory/region.h"
#include "cow/os/child.h"
#include "memory/parked_child.h"
#include "memory/sanitizers.h"
#include "os/print.h"

namespace cow {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ParkedChild;
using Park = ParkedChild::Park;

constexpr pid_t kNobody = INT32_MAX;  // above every possible pid_max

TEST(ReadProcess, KnowsThisProcess) {
  const Process process = *read_process(::getpid());
  EXPECT_EQ(process.pid, ::getpid());
  EXPECT_EQ(process.parent, ::getppid());
  EXPECT_NE(process.command, "");
  EXPECT_GT(process.usage.rss, 0_B);
  EXPECT_GT(process.usage.pss, 0_B);
  EXPECT_LE(process.usage.uss(), process.usage.pss);
  EXPECT_LE(process.usage.pss, process.usage.rss);
  EXPECT_LE(process.usage.anonymous, process.usage.rss);
  EXPECT_GT(*process.page_tables, 0_B);
  EXPECT_GT(*process.peak_rss, 0_B);
}

TEST(ReadProcess, KnowsAChild) {
  ParkedChild child([](const Park& park) { park(own_minor_faults()); });
  const std::int64_t faults = child.await();
  const Process process = *read_process(child.pid());
  EXPECT_EQ(process.pid, child.pid());
  EXPECT_EQ(process.parent, ::getpid());
  EXPECT_EQ(process.command, read_process(::getpid())->command);
  EXPECT_LT(process.usage.uss(), process.usage.rss);
  EXPECT_GE(process.minor_faults, faults);
}

TEST(ReadProcess, GivesTheSameTwiceForAnIdleProcess) {
  ParkedChild child([](const Park& park) { park(0); });
  child.await();
  const Process first = *read_process(child.pid());
  const Process second = *read_process(child.pid());
  EXPECT_EQ(first.usage.anonymous, second.usage.anonymous);
  EXPECT_EQ(first.minor_faults, second.minor_faults);
  EXPECT_EQ(*first.page_tables, *second.page_tables);
}

TEST(ReadProcess, ReadsCommandsWithOddNames) {
  for (const std::string name :
       {") R 1 2 3", "(", ")", "two words", "VmHWM: 5 kB"}) {
    ParkedChild child([&](const Park& park) {
      ::prctl(PR_SET_NAME, name.c_str());
      park(0);
    });
    child.await();
    const Process process = *read_process(child.pid());
    EXPECT_EQ(process.command, name);
    EXPECT_EQ(process.parent, ::getpid());
  }
}

TEST(ReadProcess, CountsARegionInTheSumsOfItsProcess) {
  const Region region{Pages(4096)};
  ParkedChild child([&](const Park& park) {
    park(0);
    region.write(Pages(0), Pages(1024));
    park(0);
  });
  child.await();
  const Usage before = read_process(child.pid())->usage;
  EXPECT_GE(before.rss, region.size());
  EXPECT_GE(before.shared_dirty, region.size());
  EXPECT_LT(before.uss(), region.size() / 4);
  child.go_on();
  child.await();
  const Usage after = read_process(child.pid())->usage;
  EXPECT_GE(after.uss() - before.uss(), to_bytes(Pages(1024)));
  EXPECT_LT(after.uss(), region.size() / 2);
}

TEST(ReadProcess, AgreesWithTheMappingsOfTheProcess) {
  const Region region{Pages(256)};
  ParkedChild child([&](const Park& park) {
    region.write(Pages(0), Pages(32));
    park(0);
  });
  child.await();
  Usage sum;
  const std::vector<MappingUsage> mappings = *read_mappings(child.pid());
  for (const MappingUsage& mapping : mappings) {
    sum.anonymous += mapping.usage.anonymous;
    sum.private_dirty += mapping.usage.private_dirty;
    EXPECT_EQ(mapping.usage.pss_file, std::nullopt);
  }
  const Usage whole = *read_usage(child.pid());
  EXPECT_EQ(whole.anonymous, sum.anonymous);
  EXPECT_GE(whole.private_dirty, to_bytes(Pages(32)));
}

TEST(ReadProcess, NamesThePathOfAMissingProcess) {
  const std::string folder = "/proc/" + std::to_string(kNobody);
  EXPECT_FALSE(read_process(kNobody));
  EXPECT_THAT(read_process(kNobody).reason(), HasSubstr(folder));
  EXPECT_FALSE(read_usage(kNobody));
  EXPECT_THAT(read_usage(kNobody).reason(), HasSubstr(folder));
  EXPECT_FALSE(read_mappings(kNobody));
  EXPECT_THAT(children_of(kNobody), IsEmpty());
}

// It has an id until it is waited for, and no memory any more.
TEST(ReadProcess, GivesNoFiguresForAnEndedProcess) {
  Child child = Child::fork([] { return 0; });
  pollfd ended{.fd = child.descriptor(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&ended, 1, 60'000), 1);
  const Reading<Process> process = read_process(child.pid());
  EXPECT_FALSE(process);
  EXPECT_THAT(process.reason(),
              HasSubstr("/proc/" + std::to_string(child.pid())));
  EXPECT_TRUE(child.wait().success());
}

TEST(ReadProcess, NamesThePathOfAnotherUsersProcess) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const std::string parent = std::to_string(::getpid());
  Child child = Child::fork([&] {
    constexpr uid_t kSomebodyElse = 65534;
    if (::setuid(kSomebodyElse) != 0) return 1;
    const Reading<Process> process = read_process(::getppid());
    if (process) return 2;
    return process.reason().find("/proc/" + parent) == std::string::npos ? 3
                                                                         : 0;
  });
  EXPECT_EQ(child.wait().code, 0);
}

TEST(ChildrenOf, ListsExactlyTheLiveChildren) {
  EXPECT_THAT(children_of(::getpid()), IsEmpty());
  std::vector<std::unique_ptr<ParkedChild>> children;
  std::vector<pid_t> pids;
  for (int i = 0; i < 3; ++i) {
    children.push_back(
        std::make_unique<ParkedChild>([](const Park& park) { park(0); }));
    children.back()->await();
    pids.push_back(children.back()->pid());
  }
  EXPECT_THAT(children_of(::getpid()),
              ::testing::UnorderedElementsAreArray(pids));
  children.clear();
  EXPECT_THAT(children_of(::getpid()), IsEmpty());
}

TEST(ChildrenOf, ListsNoGrandchildren) {
  ParkedChild child([](const Park& park) {
    ParkedChild grandchild([](const Park& park_again) { park_again(0); });
    grandchild.await();
    park(grandchild.pid());
  });
  const auto grandchild = static_cast<pid_t>(child.await());
  EXPECT_THAT(children_of(::getpid()), ::testing::ElementsAre(child.pid()));
  EXPECT_THAT(children_of(child.pid()), ::testing::ElementsAre(grandchild));
  EXPECT_TRUE(child.end().success());
}

TEST(OwnMinorFaults, MatchTheMeter) {
  const std::int64_t before = own_minor_faults();
  const Process process = *read_process(::getpid());
  EXPECT_GE(process.minor_faults, before);
  EXPECT_LE(process.minor_faults, own_minor_faults());
}

TEST(OwnMinorFaults, StartAgainInAChild) {
  const Region region{Pages(4096)};
  ASSERT_GE(own_minor_faults(), 4096);
  Child child = Child::fork([] { return own_minor_faults() < 4096 ? 0 : 1; });
  EXPECT_EQ(child.wait().code, 0);
}

TEST(Environment, KnowsTheLimitOfTheAddressSpace) {
  if (testing::kAddressSanitizer || testing::kThreadSanitizer) {
    GTEST_SKIP() << "a sanitizer's address space leaves no room for a limit";
  }
  Child child = Child::fork([] {
    Bytes size;
    const std::vector<MappingUsage> mappings = *read_mappings(::getpid());
    for (const MappingUsage& mapping : mappings) {
      if (mapping.name == "[vsyscall]") continue;  // not the process' own
      size += Bytes(mapping.end - mapping.begin);
    }
    rlimit limit{};
    limit.rlim_cur = limit.rlim_max = (size + 64_MiB).size();
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return 1;
    const Environment environment = read_environment();
    if (!environment.available) return 2;
    if (*environment.available > 65_MiB) return 3;
    return *environment.available > 32_MiB ? 0 : 4;
  });
  EXPECT_EQ(child.wait().code, 0);
}

}  // namespace
}  // namespace cow

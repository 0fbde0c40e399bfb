// The control groups of this process, from literal texts over folders of the
// test's own.
#include "cow/os/cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/programs.h"

namespace cow {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Cgroups : public ::testing::Test {
 protected:
  void make(const std::string& folder) {
    std::filesystem::create_directories(root() / folder);
  }
  std::filesystem::path root() const { return folder_.path() / "cgroup"; }
  CgroupPath find(std::string_view text,
                  std::string_view controller = "memory") const {
    return find_cgroups(text, controller, root());
  }

  void SetUp() override { make(""); }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(Cgroups, AreListedUpwardsInVersionTwo) {
  make("a/b");
  const CgroupPath path = find("0::/a/b\n");
  EXPECT_EQ(path.version, 2);
  EXPECT_THAT(path.groups, ElementsAre(root() / "a/b", root() / "a", root()));
}

TEST_F(Cgroups, LieBelowTheFolderOfTheControllerInVersionOne) {
  make("memory/a/b");
  make("a/b");
  const CgroupPath path = find("5:devices:/x\n4:memory:/a/b\n1:cpu:/y\n");
  EXPECT_EQ(path.version, 1);
  EXPECT_THAT(path.groups, ElementsAre(root() / "memory/a/b",
                                       root() / "memory/a", root() / "memory"));
}

TEST_F(Cgroups, AreNeverOutsideTheRootWhateverProcSays) {
  std::filesystem::create_directories(root() / "../beside,memory");
  make("memory");
  EXPECT_THAT(find("4:../beside,memory:/\n").groups, IsEmpty());
  EXPECT_THAT(find("4:/,memory:/tmp\n").groups, IsEmpty());
  EXPECT_THAT(find("4:memory:/../../beside,memory\n").groups,
              ElementsAre(root() / "memory"));
}

TEST_F(Cgroups, AreOnlyTheRootIfTheProcessIsInTheRootGroup) {
  make("memory");
  EXPECT_THAT(find("0::/\n").groups, ElementsAre(root()));
  EXPECT_THAT(find("4:memory:/\n").groups, ElementsAre(root() / "memory"));
}

TEST_F(Cgroups, ShareAFolderIfControllersAreMountedTogether) {
  make("cpu,cpuacct/a");
  const std::string_view text = "3:cpu,cpuacct:/a\n";
  EXPECT_THAT(find(text, "cpu").groups,
              ElementsAre(root() / "cpu,cpuacct/a", root() / "cpu,cpuacct"));
  EXPECT_EQ(find(text, "cpuacct").groups, find(text, "cpu").groups);
}

TEST_F(Cgroups, AreFoundByTheWholeNameOfTheController) {
  make("cpuset");
  make("name=memory");
  const CgroupPath path = find("3:cpuset:/\n2:name=memory:/\n", "cpu");
  EXPECT_THAT(path.groups, IsEmpty());
  EXPECT_THAT(find("2:name=memory:/\n").groups, IsEmpty());
}

TEST_F(Cgroups, AreReadFromVersionOneIfBothAreMounted) {
  make("memory/a");
  EXPECT_EQ(find("0::/a\n4:memory:/a\n").version, 1);
  EXPECT_EQ(find("4:memory:/a\n0::/a\n").version, 1);
}

TEST_F(Cgroups, AreReadFromVersionTwoIfVersionOneLacksTheController) {
  make("a");
  const CgroupPath path = find("4:freezer:/b\n0::/a\n");
  EXPECT_EQ(path.version, 2);
  EXPECT_THAT(path.groups, ElementsAre(root() / "a", root()));
}

TEST_F(Cgroups, AreLeftOutIfMissing) {
  make("a");
  EXPECT_THAT(find("0::/a/b/c\n").groups, ElementsAre(root() / "a", root()));
  EXPECT_THAT(find("0::/elsewhere/b\n").groups, ElementsAre(root()));
  EXPECT_THAT(find("4:memory:/a\n").groups, IsEmpty());
}

TEST_F(Cgroups, MayHaveColonsAndBlanksInTheirNames) {
  make("a:b c");
  EXPECT_THAT(find("0::/a:b c\n").groups,
              ElementsAre(root() / "a:b c", root()));
}

// A process outside the root of its cgroup namespace reads "/../other". That
// group's files are not below the mount: cgroup_namespaces(7).
TEST_F(Cgroups, AreLeftOutIfOutsideTheRoot) {
  std::filesystem::create_directories(root().parent_path() / "other");
  for (const auto& group : find("0::/../other\n").groups) {
    EXPECT_EQ(std::filesystem::canonical(group),
              std::filesystem::canonical(root()));
  }
}

TEST_F(Cgroups, AreEmptyForMalformedText) {
  for (const std::string_view text : {"", "\n", "\n\n\n", ":", "0", "0:",
                                      "4:memory", "memory", "4 memory /a"}) {
    EXPECT_THAT(find(text).groups, IsEmpty()) << text;
  }
}

TEST_F(Cgroups, AreReadFromLinesBesideMalformedLines) {
  make("a");
  EXPECT_THAT(find("garbage\n\n:\n1:cpu\n0::/a").groups,
              ElementsAre(root() / "a", root()));
}

TEST_F(Cgroups, FoundInCutTextAreAlsoFoundInTheWholeText) {
  make("memory/a/b");
  make("a/b");
  const std::string text = "5:cpu,cpuacct:/x\n4:memory:/a/b\n0::/a/b\n";
  const std::vector<std::filesystem::path> all = find(text).groups;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    for (const auto& group : find(text.substr(0, size)).groups) {
      EXPECT_THAT(all, Contains(std::filesystem::canonical(group)))
          << text.substr(0, size);
    }
  }
}

TEST(OwnCgroups, AreFoldersThatThisProcessCanSee) {
  for (const char* controller : {"memory", "cpu"}) {
    for (const auto& group : own_cgroups(controller).groups) {
      EXPECT_TRUE(std::filesystem::is_directory(group)) << group;
    }
  }
}

// Groups with quotas, of a process that may run on eight CPUs if it is not said
// otherwise. Version 1 has its files below the folder of the controller.
class AvailableCpus : public Cgroups {
 protected:
  void write(const std::string& file, const std::string& text) {
    const std::filesystem::path path = root() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  int of_two(std::string_view group, int in_mask = 8) const {
    return available_cpus(in_mask,
                          find(std::string("0::") + std::string(group), "cpu"));
  }
  int of_one(std::string_view group, int in_mask = 8) const {
    return available_cpus(
        in_mask, find(std::string("1:cpu:") + std::string(group), "cpu"));
  }
};

TEST_F(AvailableCpus, FollowTheMaskIfNoGroupIsKnown) {
  EXPECT_EQ(available_cpus(8, {}), 8);
  EXPECT_EQ(available_cpus(1, {}), 1);
  EXPECT_EQ(of_two("/"), 8);
  EXPECT_EQ(of_one("/"), 8);
}

TEST_F(AvailableCpus, AreTheQuotaRoundedUp) {
  for (const auto& [text, cpus] : {std::pair("100000 100000\n", 1),
                                   {"150000 100000\n", 2},
                                   {"200000 100000\n", 2},
                                   {"200001 100000\n", 3},
                                   {"1000 100000\n", 1},
                                   {"25000 50000\n", 1},
                                   {"200000 50000\n", 4}}) {
    write("a/cpu.max", text);
    EXPECT_EQ(of_two("/a"), cpus) << text;
  }
}

TEST_F(AvailableCpus, FollowTheMaskIfThereIsNoQuota) {
  for (const char* text :
       {"max 100000\n", "max\n", "", "\n", "150000", "150000 0", "0 100000",
        "-1 100000", "many 100000", "150000 often"}) {
    write("a/cpu.max", text);
    EXPECT_EQ(of_two("/a"), 8) << text;
  }
}

TEST_F(AvailableCpus, FollowTheLowestQuotaOfTheGroupAndItsParents) {
  write("a/b/cpu.max", "500000 100000\n");
  write("a/cpu.max", "300000 100000\n");
  EXPECT_EQ(of_two("/a/b"), 3);
  EXPECT_EQ(of_two("/a"), 3);
  write("a/b/cpu.max", "200000 100000\n");
  EXPECT_EQ(of_two("/a/b"), 2);
  EXPECT_EQ(of_two("/a"), 3);
  write("a/cpu.max", "max 100000\n");
  EXPECT_EQ(of_two("/a/b"), 2);
  EXPECT_EQ(of_two("/a/b/gone"), 2);
  EXPECT_EQ(of_two("/a"), 8);
}

TEST_F(AvailableCpus, NeverExceedTheMask) {
  write("a/cpu.max", "300000 100000\n");
  EXPECT_EQ(of_two("/a", 2), 2);
  EXPECT_EQ(of_two("/a", 3), 3);
  EXPECT_EQ(of_two("/a", 4), 3);
}

TEST_F(AvailableCpus, FollowTheQuotaInVersionOneToo) {
  write("cpu/a/cpu.cfs_period_us", "100000\n");
  for (const auto& [text, cpus] : {std::pair("-1\n", 8),
                                   {"150000\n", 2},
                                   {"100000\n", 1},
                                   {"1000\n", 1}}) {
    write("cpu/a/cpu.cfs_quota_us", text);
    EXPECT_EQ(of_one("/a"), cpus) << text;
  }
  write("cpu/cpu.cfs_quota_us", "250000\n");
  write("cpu/cpu.cfs_period_us", "50000\n");
  write("cpu/a/cpu.cfs_quota_us", "600000\n");
  EXPECT_EQ(of_one("/a"), 5);
  EXPECT_EQ(of_one("/a", 4), 4);
}

TEST_F(AvailableCpus, NeverExceedTheMaskOfThisProcess) {
  cpu_set_t mask;
  ASSERT_EQ(::sched_getaffinity(0, sizeof mask, &mask), 0);
  EXPECT_GE(available_cpus(), 1);
  EXPECT_LE(available_cpus(), CPU_COUNT(&mask));
}

}  // namespace
}  // namespace cow

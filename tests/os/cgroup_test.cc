// The control groups of this process, from literal texts over folders of the
// test's own.
#include "cow/os/cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <string>
#include <string_view>
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

TEST_F(Cgroups, OfVersionTwoAreListedFromTheOwnGroupUpwards) {
  make("a/b");
  const CgroupPath path = find("0::/a/b\n");
  EXPECT_EQ(path.version, 2);
  EXPECT_THAT(path.groups, ElementsAre(root() / "a/b", root() / "a", root()));
}

TEST_F(Cgroups, OfVersionOneLieBelowTheFolderOfTheirController) {
  make("memory/a/b");
  make("a/b");
  const CgroupPath path = find("5:devices:/x\n4:memory:/a/b\n1:cpu:/y\n");
  EXPECT_EQ(path.version, 1);
  EXPECT_THAT(path.groups, ElementsAre(root() / "memory/a/b",
                                       root() / "memory/a", root() / "memory"));
}

TEST_F(Cgroups, NoTextLeadsOutOfTheRoot) {
  std::filesystem::create_directories(root() / "../beside,memory");
  make("memory");
  EXPECT_THAT(find("4:../beside,memory:/\n").groups, IsEmpty());
  EXPECT_THAT(find("4:/,memory:/tmp\n").groups, IsEmpty());
  EXPECT_THAT(find("4:memory:/../../beside,memory\n").groups,
              ElementsAre(root() / "memory"));
}

TEST_F(Cgroups, TheRootGroupIsASingleGroup) {
  make("memory");
  EXPECT_THAT(find("0::/\n").groups, ElementsAre(root()));
  EXPECT_THAT(find("4:memory:/\n").groups, ElementsAre(root() / "memory"));
}

TEST_F(Cgroups, ControllersMountedTogetherShareOneFolder) {
  make("cpu,cpuacct/a");
  const std::string_view text = "3:cpu,cpuacct:/a\n";
  EXPECT_THAT(find(text, "cpu").groups,
              ElementsAre(root() / "cpu,cpuacct/a", root() / "cpu,cpuacct"));
  EXPECT_EQ(find(text, "cpuacct").groups, find(text, "cpu").groups);
}

TEST_F(Cgroups, AControllerIsFoundByItsWholeNameOnly) {
  make("cpuset");
  make("name=memory");
  const CgroupPath path = find("3:cpuset:/\n2:name=memory:/\n", "cpu");
  EXPECT_THAT(path.groups, IsEmpty());
  EXPECT_THAT(find("2:name=memory:/\n").groups, IsEmpty());
}

TEST_F(Cgroups, VersionOneGoesFirstWhereBothAreMounted) {
  make("memory/a");
  EXPECT_EQ(find("0::/a\n4:memory:/a\n").version, 1);
  EXPECT_EQ(find("4:memory:/a\n0::/a\n").version, 1);
}

TEST_F(Cgroups, VersionTwoAnswersForAControllerThatVersionOneDoesNotHave) {
  make("a");
  const CgroupPath path = find("4:freezer:/b\n0::/a\n");
  EXPECT_EQ(path.version, 2);
  EXPECT_THAT(path.groups, ElementsAre(root() / "a", root()));
}

TEST_F(Cgroups, ThatAreNotThereAreLeftOut) {
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
TEST_F(Cgroups, OutsideTheRootAreNotListed) {
  std::filesystem::create_directories(root().parent_path() / "other");
  for (const auto& group : find("0::/../other\n").groups) {
    EXPECT_EQ(std::filesystem::canonical(group),
              std::filesystem::canonical(root()));
  }
}

TEST_F(Cgroups, MalformedTextHasNoGroups) {
  for (const std::string_view text : {"", "\n", "\n\n\n", ":", "0", "0:",
                                      "4:memory", "memory", "4 memory /a"}) {
    EXPECT_THAT(find(text).groups, IsEmpty()) << text;
  }
}

TEST_F(Cgroups, MalformedLinesDoNotHideTheOthers) {
  make("a");
  EXPECT_THAT(find("garbage\n\n:\n1:cpu\n0::/a").groups,
              ElementsAre(root() / "a", root()));
}

TEST_F(Cgroups, TextCutAnywhereGivesFewerGroupsButNoOthers) {
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

TEST(AvailableCpus, AreAtLeastOneAndNoMoreThanTheMaskAllows) {
  cpu_set_t mask;
  ASSERT_EQ(::sched_getaffinity(0, sizeof mask, &mask), 0);
  EXPECT_GE(available_cpus(), 1);
  EXPECT_LE(available_cpus(), CPU_COUNT(&mask));
}

}  // namespace
}  // namespace cow

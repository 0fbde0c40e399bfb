// Which processes belong to a tree, from lists of them.
#include "cowtop/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace cowtop {
namespace {

using cow::ListedProcess;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ListedProcess process(pid_t pid, pid_t parent, std::uint64_t started = 0,
                      std::uint64_t image = 0) {
  ListedProcess process;
  process.id = {pid, started};
  process.parent = parent;
  process.image = {image, image};
  return process;
}

std::vector<pid_t> pids(const std::vector<Node>& nodes) {
  std::vector<pid_t> pids;
  for (const Node& node : nodes) pids.push_back(node.process.id.pid);
  return pids;
}

std::map<pid_t, std::size_t> trees(const std::vector<Node>& nodes) {
  std::map<pid_t, std::size_t> trees;
  for (const Node& node : nodes) trees[node.process.id.pid] = node.tree;
  return trees;
}

TEST(Follow, ListsChildrenAfterTheirParentAndOldestFirst) {
  std::set<cow::ProcessId> seen{{5, 0}};
  const auto nodes = follow({process(2, 5, 3), process(3, 5, 2),
                             process(4, 3, 4), process(5, 1), process(6, 1)},
                            seen);
  EXPECT_THAT(pids(nodes), ElementsAre(5, 3, 4, 2));
  EXPECT_EQ(seen.size(), 4U);
}

TEST(Follow, ForgetsEndedProcesses) {
  std::set<cow::ProcessId> seen{{5, 0}, {6, 0}};
  EXPECT_THAT(pids(follow({process(6, 1)}, seen)), ElementsAre(6));
  EXPECT_THAT(seen, ElementsAre(cow::ProcessId{6, 0}));
  EXPECT_THAT(follow({}, seen), IsEmpty());
}

TEST(Follow, IgnoresChildrenOlderThanTheirParent) {
  std::set<cow::ProcessId> seen{{5, 100}};
  const auto nodes = follow({process(5, 1, 100), process(6, 5, 50)}, seen);
  EXPECT_THAT(pids(nodes), ElementsAre(5));
}

TEST(Follow, EndsIfParentsFormACycle) {
  std::set<cow::ProcessId> seen{{5, 0}};
  const auto nodes =
      follow({process(5, 6), process(6, 5), process(7, 7)}, seen);
  EXPECT_EQ(nodes.size(), 2U);
}

TEST(ForkedTrees, HaveSeveralProcessesOfTheSameImage) {
  const auto nodes = forked_trees(
      {process(2, 1, 0, 7), process(3, 2, 0, 7), process(4, 1, 0, 8)}, 0);
  EXPECT_THAT(pids(nodes), ElementsAre(2, 3));
}

TEST(ForkedTrees, AreHiddenIfTheyBelongToAnotherUser) {
  EXPECT_THAT(forked_trees({process(2, 1, 0, 7), process(3, 2, 0, 7)}, 1000),
              IsEmpty());
}

TEST(ForkedTrees, AreNotFoundIfImagesAreUnknown) {
  EXPECT_THAT(forked_trees({process(2, 1), process(3, 2)}, 0), IsEmpty());
}

TEST(ForkedTrees, KeepOrphansTogether) {
  const auto nodes = forked_trees(
      {process(2, 1, 0, 7), process(3, 1, 0, 7), process(4, 3, 0, 9)}, 0);
  EXPECT_THAT(pids(nodes), ElementsAre(2, 3, 4));
  EXPECT_EQ(nodes[2].depth, 1);
  EXPECT_EQ(trees(nodes).at(2), trees(nodes).at(4));
}

TEST(ForkedTrees, IncludeASpawnedPool) {
  std::vector<ListedProcess> all = {process(2, 1, 0, 7), process(3, 2, 0, 8),
                                    process(4, 2, 0, 9), process(5, 1, 0, 6)};
  for (ListedProcess& one : all) {
    one.name = "python3";
    one.rss = cow::Pages(10000);
  }
  EXPECT_THAT(pids(forked_trees(all, 0)), ElementsAre(2, 3, 4));
  all[1].name = "cc1";  // a program that the process runs
  EXPECT_THAT(forked_trees(all, 0), IsEmpty());
}

TEST(ForkedTrees, AreSeparatedIfTheirImagesDiffer) {
  const auto nodes = forked_trees({process(2, 1, 0, 7), process(3, 2, 0, 7),
                                   process(4, 3, 0, 8), process(5, 4, 0, 8)},
                                  0);
  EXPECT_EQ(nodes.size(), 4U);
  EXPECT_NE(trees(nodes).at(3), trees(nodes).at(4));
}

TEST(Kin, IsTheParentIfTheProcessWasForkedFromIt) {
  const Processes all = {process(2, 1, 0, 7), process(3, 4, 0, 7),
                         process(4, 1, 0, 7), process(5, 1, 0, 9),
                         process(6, 5, 0, 8)};
  EXPECT_EQ(kin_of(3, all)->relative.id.pid, 4);
  EXPECT_TRUE(kin_of(3, all)->is_worker());
  EXPECT_EQ(kin_of(4, all)->relative.id.pid, 2);
  EXPECT_FALSE(kin_of(4, all)->is_worker());
  for (const pid_t alone : {5, 6, 99}) EXPECT_FALSE(kin_of(alone, all));
}

}  // namespace
}  // namespace cowtop

// Copy-on-write, to the page: what forked processes own of a region after they
// have written to it. Every count is an equality.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "cow/memory/process.h"
#include "cow/memory/region.h"
#include "memory/parked_child.h"
#include "memory/region_checks.h"
#include "memory/sanitizers.h"

namespace cow {
namespace {

using testing::CountedPages;
using testing::expect_pages;
using testing::own_pages_once;
using testing::ParkedChild;
using Park = ParkedChild::Park;

Bytes pss_of(const Region& region, pid_t pid) {
  return region.usage(pid)->usage.pss;
}

class ForkedChild : public CountedPages {};

TEST_F(ForkedChild, OwnsNothingRightAfterTheFork) {
  const Region region{Pages(64)};
  ParkedChild child([](const Park& park) { park(0); });
  child.await();
  for (const pid_t pid : {::getpid(), child.pid()}) {
    expect_pages(region, pid, Pages(0));
    EXPECT_EQ(pss_of(region, pid), region.size() / 2);
  }
}

TEST_F(ForkedChild, OwnsNothingIfItOnlyReads) {
  const Region region{Pages(64)};
  ParkedChild child([&](const Park& park) {
    for (int i = 0; i < 3; ++i) region.read();
    park(0);
  });
  child.await();
  expect_pages(region, child.pid(), Pages(0));
  expect_pages(region, ::getpid(), Pages(0));
}

TEST_F(ForkedChild, OwnsThePagesThatItsParentWrites) {
  const Region region{Pages(64)};
  ParkedChild child([](const Park& park) { park(0); });
  child.await();
  region.write(Pages(20), Pages(10));
  expect_pages(region, ::getpid(), Pages(10));
  expect_pages(region, child.pid(), Pages(10));
}

TEST_F(ForkedChild, KeepsEachPageThatItHasWritten) {
  const Region region{Pages(64)};
  ParkedChild child([&](const Park& park) {
    region.write(Pages(0), Pages(10));
    park(0);
    region.write(Pages(5), Pages(10));
    park(0);
    region.read();
    park(0);
  });
  child.await();
  expect_pages(region, child.pid(), Pages(10));
  child.go_on();
  child.await();
  expect_pages(region, child.pid(), Pages(15));
  child.go_on();
  child.await();
  expect_pages(region, child.pid(), Pages(15));
  expect_pages(region, ::getpid(), Pages(15));
}

TEST_F(ForkedChild, OwnsPagesOnlyOfTheRegionItWrote) {
  const Region written{Pages(16)};
  const Region read{Pages(16)};
  ParkedChild child([&](const Park& park) {
    written.write(Pages(0), Pages(16));
    read.read();
    park(0);
  });
  child.await();
  expect_pages(written, child.pid(), Pages(16));
  expect_pages(read, child.pid(), Pages(0));
}

TEST_F(ForkedChild, HasExactlyItsWrittenPagesMarkedInThePageMap) {
  const Region region{Pages(64)};
  ParkedChild child([&](const Park& park) {
    for (int i = 0; i < 64; i += 3) region.write(Pages(i), Pages(1));
    park(0);
  });
  child.await();
  for (const pid_t pid : {::getpid(), child.pid()}) {
    const std::vector<Page> pages = *region.page_map(pid);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      EXPECT_EQ(pages[i].exclusive, i % 3 == 0) << "page " << i;
    }
  }
}

TEST_F(ForkedChild, SharesPagesWithItsParentAndItsOwnChild) {
  const Region region{Pages(60)};
  ParkedChild child([&](const Park& park) {
    region.write(Pages(0), Pages(10));
    ParkedChild grandchild([&](const Park& park_again) {
      region.write(Pages(5), Pages(10));
      park_again(0);
    });
    grandchild.await();
    park(grandchild.pid());
  });
  const auto grandchild = static_cast<pid_t>(child.await());
  // Pages 0-4: the parent's old ones, and the child's that the grandchild
  // inherited. 5-9: one for each. 10-14: the grandchild's, and one for the
  // other two. 15-59: one for all three.
  expect_pages(region, ::getpid(), Pages(10));
  expect_pages(region, child.pid(), Pages(5));
  expect_pages(region, grandchild, Pages(15 - 5));
  Bytes all;
  for (const pid_t pid : {::getpid(), child.pid(), grandchild}) {
    all += pss_of(region, pid);
  }
  // A share is shown in whole kB, rounded down.
  const Bytes expected = to_bytes(Pages(60 + 10 + 10));
  EXPECT_LE(all, expected);
  EXPECT_GE(all, expected - 3_KiB);
}

TEST_F(ForkedChild, LeavesEveryPageToItsParentWhenItEnds) {
  const Region region{Pages(64)};
  ParkedChild child([&](const Park& park) {
    region.write(Pages(0), Pages(10));
    park(0);
  });
  child.await();
  expect_pages(region, ::getpid(), Pages(10));
  EXPECT_TRUE(child.end().success());
  ASSERT_EQ(own_pages_once(region, Pages(64)), Pages(64));
  expect_pages(region, ::getpid(), Pages(64));
  EXPECT_EQ(pss_of(region, ::getpid()), region.size());
}

// A number of pages that the child writes, of 256.
class WritingChild : public CountedPages,
                     public ::testing::WithParamInterface<int> {
 protected:
  static constexpr Pages kAll = Pages(256);
  static Pages written() { return Pages(GetParam()); }
};

TEST_P(WritingChild, OwnsTheNewPagesAndItsParentTheOldPages) {
  const Region region(kAll);
  ParkedChild child([&](const Park& park) {
    region.write(Pages(0), written());
    park(0);
  });
  child.await();
  for (const pid_t pid : {::getpid(), child.pid()}) {
    expect_pages(region, pid, written());
    EXPECT_EQ(pss_of(region, pid),
              to_bytes(written()) + to_bytes(kAll - written()) / 2);
  }
}

// What `region.write(0, count)` costs this process, once all it runs through
// was run through.
std::int64_t faults_of_writing(const Region& warm, const Region& region,
                               Pages count) {
  own_minor_faults();
  warm.write(Pages(0), Pages(1));
  const std::int64_t before = own_minor_faults();
  region.write(Pages(0), count);
  return own_minor_faults() - before;
}

TEST_P(WritingChild, TakesOneMinorFaultForEachPageItWrites) {
  if (testing::kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer writes to memory of its own as well";
  }
  const Region warm{Pages(1)};
  const Region region(kAll);
  ParkedChild child([&](const Park& park) {
    park(faults_of_writing(warm, region, written()));
    park(faults_of_writing(warm, region, written()));
  });
  EXPECT_EQ(child.await(), written().count());
  child.go_on();
  EXPECT_EQ(child.await(), 0) << "written a second time";
}

TEST_P(WritingChild, TakesNoFaultForReading) {
  if (testing::kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer writes to memory of its own as well";
  }
  const Region warm{Pages(1)};
  const Region region(kAll);
  ParkedChild child([&](const Park& park) {
    own_minor_faults();
    warm.read();
    const std::int64_t before = own_minor_faults();
    region.read();
    park(own_minor_faults() - before);
  });
  EXPECT_EQ(child.await(), 0);
}

INSTANTIATE_TEST_SUITE_P(Pages, WritingChild,
                         ::testing::Values(0, 1, 2, 31, 32, 128, 255, 256));

// Several children of one parent.
class Children : public CountedPages,
                 public ::testing::WithParamInterface<int> {
 protected:
  static int n() { return GetParam(); }

  // Forks n children, each of which runs `work` with its number and parks.
  void fork(const std::function<void(int)>& work) {
    for (int i = 0; i < n(); ++i) {
      children_.push_back(
          std::make_unique<ParkedChild>([&work, i](const Park& park) {
            park(0);
            work(i);
            park(0);
          }));
      children_.back()->await();
    }
    // All are there before the first one writes.
    for (const auto& child : children_) child->go_on();
    for (const auto& child : children_) child->await();
  }

  std::vector<pid_t> everybody() const {
    std::vector<pid_t> pids{::getpid()};
    for (const auto& child : children_) pids.push_back(child->pid());
    return pids;
  }

  // What all processes together take of the region: a share is shown in whole
  // kB, rounded down.
  void expect_together(const Region& region, Pages pages) const {
    Bytes sum;
    for (const pid_t pid : everybody()) sum += pss_of(region, pid);
    EXPECT_LE(sum, to_bytes(pages));
    EXPECT_GE(sum, to_bytes(pages) - 1_KiB * (n() + 1));
  }

  std::vector<std::unique_ptr<ParkedChild>> children_;
};

TEST_P(Children, OwnNoPagesIfNobodyWrites) {
  const Region region{Pages(60)};
  fork([&](int) { region.read(); });
  for (const pid_t pid : everybody()) {
    expect_pages(region, pid, Pages(0));
    EXPECT_LE(pss_of(region, pid), region.size() / (n() + 1));
    EXPECT_GE(pss_of(region, pid), region.size() / (n() + 1) - 1_KiB);
  }
  expect_together(region, Pages(60));
}

TEST_P(Children, EachOwnACopyIfAllWriteTheSamePages) {
  const Region region{Pages(60)};
  fork([&](int) { region.write(Pages(20), Pages(15)); });
  for (const pid_t pid : everybody()) expect_pages(region, pid, Pages(15));
  expect_together(region, Pages(60 + n() * 15));
}

TEST_P(Children, LeaveOldPagesSharedIfEachWritesDifferentPages) {
  const Region region{Pages(60)};
  fork([&](int i) { region.write(Pages(15 * i), Pages(15)); });
  // The old page is shared by the parent and the n - 1 other children.
  expect_pages(region, ::getpid(), Pages(n() == 1 ? 15 : 0));
  for (const auto& child : children_) {
    expect_pages(region, child->pid(), Pages(15));
  }
  expect_together(region, Pages(60 + n() * 15));
}

TEST_P(Children, GiveTheirSharesBackOneByOne) {
  const Region region{Pages(60)};
  fork([&](int) { region.write(Pages(0), Pages(15)); });
  while (!children_.empty()) {
    expect_pages(region, ::getpid(), Pages(15));
    EXPECT_TRUE(children_.back()->end().success());
    children_.pop_back();
  }
  ASSERT_EQ(own_pages_once(region, Pages(60)), Pages(60));
  expect_pages(region, ::getpid(), Pages(60));
}

TEST_P(Children, InheritThePagesThatTheParentHasAtTheFork) {
  const Region region{Pages(60)};
  std::vector<std::unique_ptr<ParkedChild>> children;
  for (int i = 0; i < n(); ++i) {
    region.write(Pages(0), Pages(15));
    children.push_back(
        std::make_unique<ParkedChild>([](const Park& park) { park(0); }));
    children.back()->await();
  }
  // The parent wrote the first 15 before each fork: each older child was left
  // alone with what it had, and the youngest shares today's with the parent.
  for (int i = 0; i < n(); ++i) {
    const bool youngest = i == n() - 1;
    expect_pages(region, children[static_cast<std::size_t>(i)]->pid(),
                 Pages(youngest ? 0 : 15));
  }
  expect_pages(region, ::getpid(), Pages(0));
}

INSTANTIATE_TEST_SUITE_P(N, Children, ::testing::Values(1, 2, 4));

}  // namespace
}  // namespace cow

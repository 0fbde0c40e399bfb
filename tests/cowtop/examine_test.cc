// Families of which somebody ends, or may not be read, while they are examined.
#include "cowtop/examine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cowtop/diagnosis.h"
#include "cowtop/fake_proc.h"

namespace cowtop {
namespace {

using ::testing::ElementsAre;
using testing::FakeProc;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A parent, 10, and three workers that share 8 MiB with it.
class Examine : public ::testing::Test {
 protected:
  void SetUp() override {
    for (pid_t pid = 10; pid < 14; ++pid) {
      proc.put(process(pid));
      proc.put_heap(pid, std::string(2048, 's'));
    }
    for (const cow::ListedProcess& listed : cow::list_processes(proc.path())) {
      cow::Usage usage;
      usage.rss = usage.anonymous = cow::Bytes(8 << 20);
      usage.pss = cow::Bytes(2 << 20);
      members.push_back({listed, "", usage});
    }
  }

  static testing::FakeProcess process(pid_t pid) {
    return {.pid = pid, .parent = pid == 10 ? 1 : 10, .rss = 2048};
  }

  Findings examine() {
    std::int64_t reads = 0;
    return cowtop::examine(members, outside, proc.path(), reads);
  }

  static std::vector<pid_t> pids(const std::vector<Found>& all) {
    std::vector<pid_t> pids;
    for (const Found& found : all) pids.push_back(found.pid);
    return pids;
  }

  FakeProc proc;
  std::vector<Member> members;
  std::vector<cow::ListedProcess> outside;
};

TEST_F(Examine, ComparesAWorkerWithItsParentThatIsNotWatched) {
  for (const std::size_t other : {0U, 2U, 3U}) {
    outside.push_back(members[other].process);
  }
  members = {members[1]};
  const Findings findings = examine();
  ASSERT_EQ(findings.parted.size(), 1U);
  EXPECT_EQ(findings.parted[0].from, 10);
  EXPECT_EQ(findings.parted[0].others, 2U);
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kShared);
  EXPECT_THAT(diagnosis.sentence,
              HasSubstr("PID 11 was forked from PID 10 and shares about 8.0 "
                        "MiB with it and 2 siblings"));
  EXPECT_THAT(diagnosis.sentence, HasSubstr("cowtop 10"));
}

TEST_F(Examine, ComparesAWorkerWithASiblingIfItsParentHasEnded) {
  outside = {members[2].process, members[3].process};
  members = {members[1]};
  const Findings findings = examine();
  ASSERT_EQ(findings.parted.size(), 1U);
  EXPECT_EQ(findings.parted[0].from, 0);
  EXPECT_THAT(diagnose(findings).sentence,
              HasSubstr("shares about 8.0 MiB with 2 other forks"));
}

TEST_F(Examine, LeavesOutAWorkerThatEndsMeanwhile) {
  proc.remove(12);
  const Findings findings = examine();
  ASSERT_EQ(findings.families.size(), 1U);
  EXPECT_THAT(pids(findings.families[0].ancestor), ElementsAre(10));
  EXPECT_THAT(pids(findings.families[0].workers), ElementsAre(11, 13));
  EXPECT_EQ(diagnose(findings).kind, Kind::kShared);
}

TEST_F(Examine, LeavesOutTheFirstWorkerIfItEnds) {
  proc.remove(11);
  const Findings findings = examine();
  ASSERT_EQ(findings.families.size(), 1U);
  EXPECT_THAT(pids(findings.families[0].ancestor), ElementsAre(10));
  EXPECT_THAT(pids(findings.families[0].workers), ElementsAre(12, 13));
  EXPECT_EQ(diagnose(findings).kind, Kind::kShared);
}

TEST_F(Examine, LeavesOutAParentThatEndsMeanwhile) {
  proc.remove(10);
  const Findings findings = examine();
  ASSERT_EQ(findings.families.size(), 1U);
  EXPECT_THAT(findings.families[0].ancestor, IsEmpty());
  EXPECT_THAT(pids(findings.families[0].workers), ElementsAre(11, 12, 13));
  EXPECT_EQ(diagnose(findings).kind, Kind::kShared);
}

TEST_F(Examine, LeavesOutAProcessThatHasNoMemory) {
  proc.write(12, "maps", "");
  proc.put_stat({.pid = 12, .parent = 10, .state = 'R', .rss = 0, .code = 0});
  EXPECT_THAT(pids(examine().families.at(0).workers), ElementsAre(11, 13));
}

TEST_F(Examine, LeavesOutAProcessThatEndsWhileBeingRead) {
  proc.write(12, "pagemap", "");
  proc.put_stat({.pid = 12, .parent = 10, .state = 'Z', .rss = 0, .code = 0});
  EXPECT_THAT(pids(examine().families.at(0).workers), ElementsAre(11, 13));
}

TEST_F(Examine, SaysThatTheOthersEndedIfOneProcessIsLeft) {
  for (pid_t pid = 11; pid < 14; ++pid) proc.remove(pid);
  EXPECT_THAT(diagnose(examine()).sentence,
              HasSubstr("all that share memory with PID 10 ended"));
}

TEST_F(Examine, FindsNoFamilyIfAllHaveEnded) {
  for (pid_t pid = 10; pid < 14; ++pid) proc.remove(pid);
  const Findings findings = examine();
  EXPECT_THAT(findings.families, IsEmpty());
  EXPECT_THAT(findings.alone, IsEmpty());
}

TEST_F(Examine, KeepsALivingProcessThatIsUnreadable) {
  proc.remove(12, "maps");
  const Findings findings = examine();
  ASSERT_EQ(findings.families.size(), 1U);
  EXPECT_THAT(pids(findings.families[0].workers), ElementsAre(11, 12, 13));
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kUnknown);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("PID 12"));
}

// 100 workers that smaps_rollup shows to be alike, except the last one.
class ExamineMany : public ::testing::Test {
 protected:
  void SetUp() override {
    for (pid_t pid = 10; pid <= 110; ++pid) {
      put(pid, pid == 110 ? 1500 : pid == 10 ? 0 : 500);
    }
  }

  // With this many copied pages of 2048.
  void put(pid_t pid, std::size_t copied) {
    proc.put({.pid = pid, .parent = pid == 10 ? 1 : 10, .rss = 2048});
    proc.put_heap(pid,
                  std::string(copied, 'x') + std::string(2048 - copied, 's'));
    cow::Usage usage;
    usage.rss = usage.anonymous = to_bytes(cow::Pages(2048));
    usage.private_dirty = to_bytes(cow::Pages(copied));
    usage.shared_dirty = usage.rss - usage.private_dirty;
    usages[pid] = usage;
  }

  Family examine() {
    std::vector<Member> members;
    for (const cow::ListedProcess& listed : cow::list_processes(proc.path())) {
      members.push_back({listed, "", usages.at(listed.id.pid)});
    }
    reads = 0;
    return cowtop::examine(members, {}, proc.path(), reads).families.at(0);
  }

  static cow::Bytes copied(const Family& family) {
    cow::Bytes sum;
    for (const Found& one : family.workers) sum += one.pages->copied;
    return sum;
  }

  FakeProc proc;
  std::map<pid_t, cow::Usage> usages;
  std::int64_t reads = 0;
};

TEST_F(ExamineMany, ReadsASampleAndTheWorkerThatIsUnlikeTheOthers) {
  const Family family = examine();
  EXPECT_LE(reads, 25);
  EXPECT_EQ(family.workers.size(), 100U);
  EXPECT_EQ(copied(family), to_bytes(cow::Pages(99 * 500 + 1500)));
  EXPECT_EQ(family.workers.back().like, 0);
  EXPECT_NE(family.workers[1].like, 0);
}

// Two kinds of workers that cost the same: each of them is read.
TEST_F(ExamineMany, ReadsAllIfTheSampleDiffers) {
  for (pid_t pid = 11; pid < 110; pid += 2) {
    proc.put_heap(pid, std::string(500, '.') + std::string(1548, 's'));
  }
  const Family family = examine();
  EXPECT_EQ(reads, 101);
  EXPECT_EQ(copied(family), to_bytes(cow::Pages(49 * 500 + 1500)));
}

}  // namespace
}  // namespace cowtop

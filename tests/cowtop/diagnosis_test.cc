// What is concluded from figures, without any process.
#include "cowtop/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cowtop/findings.h"
#include "cowtop/print.h"

namespace cowtop {
namespace {

using cow::Bytes;
using namespace cow::literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Found found(const Comparison& pages) {
  Found found;
  found.pid = 7;
  found.name = "python3";
  found.usage.private_dirty = pages.exclusive() + 1_MiB;
  found.usage.anonymous = pages.shared + pages.exclusive() + 1_MiB;
  found.usage.rss = found.usage.anonymous + 10_MiB;
  found.usage.pss = found.usage.private_dirty + 1_MiB;
  found.pages = pages;
  return found;
}

Findings family(const Comparison& parent, const Comparison& worker,
                int workers = 4) {
  Family family;
  family.ancestor.push_back(found(parent));
  for (int i = 0; i < workers; ++i) family.workers.push_back(found(worker));
  return {{family}, {}};
}

// The first one has started the others.
Findings strangers(std::initializer_list<Bytes> each) {
  Findings findings;
  for (const Bytes bytes : each) {
    Comparison pages;
    pages.own = bytes;
    Found one = found(pages);
    one.pid = 7 + static_cast<pid_t>(findings.alone.size());
    one.parent = findings.alone.empty() ? 1 : 7;
    findings.alone.push_back(one);
  }
  return findings;
}

TEST(Diagnose, FindsCopiesIfWorkersHoldTheirOwnData) {
  const Diagnosis diagnosis = diagnose(family(
      {.shared = 64_MiB}, {.shared = 70_MiB, .copied = 1_MiB, .own = 64_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kCopies)
      << ::testing::PrintToString(diagnosis);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("Each of the 4 workers"));
  EXPECT_THAT(diagnosis.sentence, HasSubstr("64.0 MiB"));
}

TEST(Diagnose, FindsCopiesEvenIfSomeWorkersHadNoTask) {
  Findings findings =
      family({.shared = 64_MiB}, {.shared = 64_MiB, .own = 64_MiB});
  findings.families[0].workers.push_back(found({.shared = 64_MiB}));
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kCopies);
  EXPECT_THAT(
      diagnosis.sentence,
      HasSubstr(
          "4 of the 5 workers each hold their own copy of about 64.0 MiB"));
}

TEST(Diagnose, FindsSharingIfWorkersOwnLittle) {
  const Diagnosis diagnosis =
      diagnose(family({.shared = 64_MiB}, {.shared = 66_MiB, .copied = 3_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kShared)
      << ::testing::PrintToString(diagnosis);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("66.0 MiB"));
}

TEST(Diagnose, NamesWhatIsCopiedAndWhatIsStillShared) {
  const Diagnosis diagnosis = diagnose(
      family({.shared = 440_MiB}, {.shared = 440_MiB, .copied = 55_MiB}, 3));
  EXPECT_EQ(diagnosis.kind, Kind::kDirtying)
      << ::testing::PrintToString(diagnosis);
  EXPECT_THAT(diagnosis.sentence,
              AllOf(HasSubstr("About 55.0 MiB was shared and has been copied"),
                    HasSubstr("in each of the 3 workers (27 % of what the "
                              "machine pays; about 440.0 MiB is still shared)"),
                    Not(HasSubstr("copy-on-write works"))));
}

TEST(Diagnose, NamesTheCopiedPartBesideTheSharedData) {
  const Diagnosis diagnosis = diagnose(
      family({.shared = 900_MiB}, {.shared = 900_MiB, .copied = 10_MiB}, 10));
  EXPECT_EQ(diagnosis.kind, Kind::kShared);
  EXPECT_THAT(diagnosis.sentence,
              AllOf(HasSubstr("About 900.0 MiB is shared"),
                    HasSubstr("But about 10.0 MiB has been copied since the "
                              "fork in each of the 10 workers (9 % of"),
                    Not(HasSubstr("copy-on-write works"))));
}

TEST(Diagnose, FindsWrittenPrivateFiles) {
  const Diagnosis diagnosis = diagnose(
      family({.shared = 9_MiB},
             {.shared = 9_MiB, .own = 5_MiB, .written_files = 60_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kCopies);
  EXPECT_THAT(diagnosis.sentence,
              AllOf(HasSubstr("Each of the 4 workers has written about 60.0 "
                              "MiB of files that it has mapped privately"),
                    Not(HasSubstr("made"))));
  EXPECT_THAT(diagnosis.advice, HasSubstr("mmap_mode"));
  EXPECT_THAT(diagnosis.evidence.at(1),
              HasSubstr("written in private mappings of files 60.0 MiB"));
}

TEST(Diagnose, NamesWhatIsSharedBesideCopies) {
  const Diagnosis diagnosis =
      diagnose(family({.shared = 900_MiB}, {.shared = 900_MiB, .own = 80_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kCopies);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("about 900.0 MiB is shared"));
}

TEST(Diagnose, SaysDirtyingIfPagesWereLostQuicklyBefore) {
  Findings findings =
      family({.shared = 700_MiB}, {.shared = 690_MiB, .copied = 10_MiB}, 2);
  for (Found& worker : findings.families[0].workers) {
    worker.most_lost_per_second = 3_MiB;
  }
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kDirtying);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("has been copied since the fork"));
}

TEST(Diagnose, SaysSharedEvenIfWorkersHoldSmallResults) {
  EXPECT_EQ(diagnose(family({.shared = 700_MiB},
                            {.shared = 700_MiB, .own = 8_MiB}, 10))
                .kind,
            Kind::kShared);
}

TEST(Diagnose, SaysSharedWhileWorkersMakeSmallResults) {
  Findings findings =
      family({.shared = 700_MiB}, {.shared = 700_MiB, .own = 8_MiB}, 2);
  for (Found& worker : findings.families[0].workers) {
    worker.shared_lost_per_second = 3_MiB;
  }
  EXPECT_EQ(diagnose(findings).kind, Kind::kShared);
}

TEST(Diagnose, NamesSharedMemoryOfTheParentAloneBesideSharedData) {
  EXPECT_THAT(
      diagnose(
          family({.shared = 64_MiB, .lone_memory = 80_MiB}, {.shared = 64_MiB}))
          .sentence,
      AllOf(HasSubstr("About 64.0 MiB is shared"),
            HasSubstr("But PID 7 alone has mapped about 80.0 MiB of shared "
                      "memory")));
}

TEST(Diagnose, NamesAProgramThatHoldsTheDataOfItsForkServerAsWell) {
  Findings findings = family({.shared = 64_MiB}, {.shared = 64_MiB});
  Comparison pages;
  pages.own = 63_MiB;
  findings.alone.push_back(found(pages));
  findings.alone[0].pid = 5;
  // Less than what the program costs.
  findings.families[0].ancestor[0].usage.pss = 30_MiB;
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kShared);
  EXPECT_THAT(diagnosis.sentence,
              AllOf(HasSubstr("it exists once for the workers. But PID 5 "
                              "(python3), which none of them was forked "
                              "from, has about 64.0 MiB as well"),
                    Not(HasSubstr("copy-on-write works"))));
  findings.alone[0].usage.anonymous = 31_MiB;
  EXPECT_THAT(diagnose(findings).sentence,
              HasSubstr("copy-on-write works, it exists once for all"));
}

TEST(Diagnose, NamesSharedMemory) {
  const Diagnosis diagnosis = diagnose(
      family({.shared = 9_MiB}, {.shared = 9_MiB, .shared_memory = 64_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kShared);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("64.0 MiB is shared memory"));
}

TEST(Diagnose, NamesSharedMemoryThatOneProcessAloneHasMapped) {
  const Diagnosis diagnosis = diagnose(
      family({.shared = 2_MiB}, {.shared = 2_MiB, .lone_memory = 80_MiB}, 3));
  EXPECT_EQ(diagnosis.kind, Kind::kCopies);
  EXPECT_THAT(diagnosis.sentence,
              HasSubstr("Each of the 3 workers has about 80.0 MiB of shared "
                        "memory that no other process has mapped"));
  EXPECT_THAT(diagnosis.evidence.at(1),
              HasSubstr("shared memory that only it has mapped 80.0 MiB"));
}

TEST(Diagnose, NamesSharedMemoryOfOneWorkerBesideInheritedData) {
  EXPECT_THAT(diagnose(family({.shared = 70_MiB},
                              {.shared = 70_MiB, .lone_memory = 80_MiB}))
                  .sentence,
              HasSubstr("80.0 MiB of shared memory"));
}

TEST(Diagnose, NamesLoneSharedMemoryOfTheParent) {
  EXPECT_THAT(
      diagnose(
          family({.shared = 2_MiB, .lone_memory = 80_MiB}, {.shared = 2_MiB}))
          .sentence,
      HasSubstr("PID 7 alone has mapped about 80.0 MiB of shared memory"));
}

TEST(Diagnose, CountsDifferentPartsOfSharedMemoryTogether) {
  Findings findings =
      family({.shared = 2_MiB}, {.shared = 2_MiB, .shared_memory = 40_MiB}, 4);
  for (Found& worker : findings.families[0].workers) {
    worker.usage.pss_shmem = 20_MiB;  // each part is mapped by two
  }
  EXPECT_THAT(diagnose(findings).sentence,
              HasSubstr("About 80.0 MiB is shared memory"));
}

TEST(Diagnose, NamesMappedFiles) {
  const Diagnosis diagnosis =
      diagnose(family({.shared = 9_MiB}, {.shared = 9_MiB, .files = 150_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kShared);
  EXPECT_THAT(diagnosis.sentence,
              HasSubstr("About 150.0 MiB is files, in the kernel's cache: it "
                        "exists once for all who have mapped it."));
}

TEST(Diagnose, KnowsThatWritingHasSplitTheHugePagesOfTheParent) {
  Findings findings =
      family({.shared = 1_MiB}, {.shared = 1_MiB, .undecided = 100_MiB});
  findings.families[0].ancestor[0].usage.huge = 98_MiB;
  EXPECT_EQ(diagnose(findings).kind, Kind::kDirtying);
}

TEST(Diagnose, DoesNotCountZeroPagesAsShared) {
  Findings findings = family({}, {.shared = 700_MiB});
  for (Found& worker : findings.families[0].workers) {
    worker.usage.anonymous = 2_MiB;
  }
  EXPECT_EQ(diagnose(findings).kind, Kind::kUnknown);
}

TEST(Diagnose, SaysDirtyingEvenAfterTheWritingHasStopped) {
  const Diagnosis diagnosis =
      diagnose(family({.shared = 15_MiB, .copied = 0_MiB},
                      {.shared = 20_MiB, .copied = 61_MiB, .own = 1_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kDirtying)
      << ::testing::PrintToString(diagnosis);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("61.0 MiB was shared"));
  EXPECT_THAT(diagnosis.sentence, HasSubstr("since the fork"));
}

TEST(Diagnose, GivesTheRateOfOngoingDirtying) {
  Findings findings =
      family({.shared = 700_MiB}, {.shared = 690_MiB, .copied = 10_MiB}, 2);
  for (Found& worker : findings.families[0].workers) {
    worker.shared_lost_per_second = 3_MiB;
  }
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kDirtying);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("6.0 MiB a second"));
}

TEST(Diagnose, NamesAParentThatWroteSharedData) {
  const Diagnosis diagnosis =
      diagnose(family({.shared = 1_MiB, .copied = 64_MiB}, {.shared = 70_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kDirtying);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("the parent (PID 7) wrote it"));
}

// A page fault is needed to write to an inherited page.
TEST(Diagnose, NamesTheParentIfTheWorkerHadTooFewPageFaults) {
  Findings findings = family({.shared = 75_MiB, .undecided = 75_MiB},
                             {.shared = 75_MiB, .copied = 75_MiB}, 1);
  findings.families[0].workers[0].touched = 2_MiB;
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kDirtying);
  EXPECT_THAT(diagnosis.sentence,
              AllOf(HasSubstr("About 73.0 MiB was shared"),
                    HasSubstr("the parent (PID 7) wrote it: the worker keeps "
                              "the old pages")));
  EXPECT_THAT(diagnosis.evidence.at(1),
              HasSubstr("copied 2.0 MiB, own 0 bytes, left to it by the others "
                        "73.0 MiB"));
}

TEST(Diagnose, GivesTheRateAtWhichAParentWrites) {
  Findings findings = family({.shared = 75_MiB, .undecided = 75_MiB},
                             {.shared = 75_MiB, .copied = 75_MiB}, 1);
  findings.families[0].workers[0].touched = 0_MiB;
  findings.families[0].ancestor[0].shared_lost_per_second = 5_MiB;
  EXPECT_THAT(diagnose(findings).sentence,
              AllOf(HasSubstr("becomes private at 5.0 MiB a second"),
                    HasSubstr("because the parent (PID 7) writes it")));
}

TEST(Diagnose, NamesAParentThatMadeDataAfterTheFork) {
  const Diagnosis diagnosis =
      diagnose(family({.shared = 5_MiB, .own = 200_MiB}, {.shared = 5_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kUnknown);
  EXPECT_THAT(diagnosis.sentence,
              HasSubstr("PID 7 alone has about 200.0 MiB, made after the fork, "
                        "or given back by the workers since"));
}

TEST(Diagnose, SaysMadeOrWrittenIfItCannotTellWhich) {
  EXPECT_THAT(diagnose(family({.shared = 5_MiB, .undecided = 200_MiB},
                              {.shared = 5_MiB}))
                  .sentence,
              HasSubstr("made or written after the fork"));
}

TEST(Diagnose, SaysSharedEvenIfTheParentHoldsResults) {
  EXPECT_EQ(
      diagnose(family({.shared = 64_MiB, .own = 60_MiB}, {.shared = 64_MiB}))
          .kind,
      Kind::kShared);
}

TEST(Diagnose, MentionsThatDataMayBeAResult) {
  EXPECT_THAT(
      diagnose(family({.shared = 5_MiB}, {.shared = 5_MiB, .own = 40_MiB}))
          .sentence,
      HasSubstr("or a result"));
}

TEST(Diagnose, MentionsPicklingOnlyIfAnotherProcessHoldsAsMuch) {
  const Comparison made{.shared = 5_MiB, .own = 100_MiB};
  EXPECT_THAT(diagnose(family({.shared = 100_MiB}, made)).sentence,
              HasSubstr("pickling"));
  const Diagnosis alone = diagnose(family({.shared = 5_MiB}, made));
  EXPECT_EQ(alone.kind, Kind::kCopies);
  EXPECT_THAT(alone.sentence,
              AllOf(HasSubstr("has made about 100.0 MiB for itself"),
                    Not(HasSubstr("pickling"))));
}

TEST(Diagnose, MentionsPicklingOnlyIfTheDataWentThroughAPipe) {
  Findings findings =
      family({.shared = 100_MiB}, {.shared = 100_MiB, .own = 100_MiB});
  for (Found& worker : findings.families[0].workers) {
    worker.received = worker.sent = 1_MiB;
  }
  EXPECT_THAT(diagnose(findings).sentence, Not(HasSubstr("pickling")));
  for (Found& worker : findings.families[0].workers) {
    worker.received = 20_MiB;
  }
  EXPECT_THAT(diagnose(findings).sentence, HasSubstr("pickling"));
}

TEST(Diagnose, SaysThatLeakingWorkersGrowAndHowFast) {
  Findings findings =
      family({.shared = 5_MiB}, {.shared = 5_MiB, .own = 40_MiB}, 3);
  for (Found& worker : findings.families[0].workers) {
    worker.made_per_second = 12_MiB;
  }
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kCopies);
  EXPECT_THAT(diagnosis.sentence,
              HasSubstr("Each of the 3 workers grows: 36.0 MiB a second in "
                        "all, about 40.0 MiB so far"));
}

TEST(Diagnose, SaysUnknownIfParentAndWorkerUseTheSameAddress) {
  const Diagnosis diagnosis = diagnose(
      family({.shared = 1_MiB}, {.shared = 1_MiB, .undecided = 64_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kUnknown);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("Can't tell"));
  EXPECT_THAT(diagnosis.sentence, HasSubstr("64.0 MiB"));
}

TEST(Diagnose, RemembersDataThatWasSharedAtFirst) {
  Findings findings =
      family({.shared = 1_MiB}, {.shared = 1_MiB, .undecided = 64_MiB});
  for (Found& worker : findings.families[0].workers) worker.lost = 64_MiB;
  EXPECT_EQ(diagnose(findings).kind, Kind::kDirtying);
}

TEST(Diagnose, SaysCopiesIfUndecidedMemoryWasSeenToGrow) {
  Findings findings =
      family({.shared = 1_MiB}, {.shared = 1_MiB, .undecided = 64_MiB});
  for (Found& worker : findings.families[0].workers) worker.grown = 60_MiB;
  EXPECT_EQ(diagnose(findings).kind, Kind::kCopies);
}

TEST(Diagnose, SaysUnknownIfTheParentHasEnded) {
  Findings findings = family({}, {.shared = 1_MiB, .undecided = 64_MiB});
  findings.families[0].ancestor.clear();
  EXPECT_THAT(diagnose(findings).sentence, HasSubstr("has ended"));
}

TEST(Diagnose, SaysUnknownIfMostPrivateMemoryCouldNotBeCompared) {
  Findings findings = family({.shared = 9_MiB}, {.shared = 9_MiB});
  for (Found& worker : findings.families[0].workers) {
    worker.usage.private_dirty = 500_MiB;
  }
  EXPECT_THAT(diagnose(findings).sentence, HasSubstr("page by page"));
}

TEST(Diagnose, SaysUnknownIfPagesCouldNotBeRead) {
  Findings findings = family({.shared = 9_MiB}, {.shared = 9_MiB});
  findings.families[0].workers[2].pages = cow::Absent{"denied"};
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_EQ(diagnosis.kind, Kind::kUnknown);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("denied"));
}

TEST(Diagnose, SaysUnknownIfNothingIsShared) {
  EXPECT_THAT(diagnose(family({}, {.own = 64_MiB})).sentence,
              HasSubstr("not random"));
}

TEST(Diagnose, CannotTellFromTooLittleData) {
  EXPECT_THAT(
      diagnose(family({.shared = 1_MiB}, {.shared = 1_MiB, .own = 1_MiB}))
          .sentence,
      HasSubstr("too little data"));
  EXPECT_THAT(diagnose(strangers({1_MiB, 1_MiB})).sentence,
              HasSubstr("too little data"));
}

TEST(Diagnose, CannotTellFromOneProcess) {
  EXPECT_THAT(diagnose(strangers({64_MiB})).sentence, HasSubstr("one process"));
}

TEST(Diagnose, NamesAParentWhoseSpawnedWorkersAreIdle) {
  const Diagnosis diagnosis =
      diagnose(strangers({200_MiB, 1_MiB, 1_MiB, 1_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kUnknown);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("PID 7 alone has about 201.0 MiB"));
}

TEST(Diagnose, CountsOnlyWorkersIfAShellStartedTheirParent) {
  Findings findings = strangers({1_MiB, 64_MiB, 65_MiB, 65_MiB, 65_MiB});
  for (std::size_t i = 2; i < 5; ++i) findings.alone[i].parent = 8;
  EXPECT_THAT(diagnose(findings).sentence, HasSubstr("each of 3 processes"));
}

TEST(Diagnose, CountsAllProcessesThatAShellStarted) {
  EXPECT_THAT(diagnose(strangers({1_MiB, 64_MiB, 64_MiB, 64_MiB})).sentence,
              HasSubstr("each of 3 processes"));
}

TEST(Diagnose, CountsProcessesThatRunTheirOwnProgram) {
  EXPECT_EQ(diagnose(strangers({64_MiB})).evidence.at(0),
            "1 process runs a program of its own, forked from nobody");
}

TEST(Diagnose, CannotTellWithoutProcesses) {
  EXPECT_EQ(diagnose({}).kind, Kind::kUnknown);
}

TEST(Diagnose, SaysUnrelatedIfWorkersWereSpawned) {
  const Diagnosis diagnosis =
      diagnose(strangers({64_MiB, 5_MiB, 65_MiB, 65_MiB, 66_MiB}));
  EXPECT_EQ(diagnosis.kind, Kind::kUnrelated);
  EXPECT_THAT(diagnosis.sentence, HasSubstr("each of 3 processes"));
  EXPECT_THAT(diagnosis.sentence, HasSubstr("66.0 MiB"));
}

TEST(Diagnose, SaysSharedIfSpawnedProcessesShareMemory) {
  Findings findings = strangers({8_MiB, 8_MiB, 8_MiB});
  for (Found& one : findings.alone) {
    one.pages = Comparison{.shared_memory = 64_MiB};
  }
  EXPECT_EQ(diagnose(findings).kind, Kind::kShared);
}

TEST(Diagnose, JudgesTheProcessesThatCostMost) {
  Findings findings =
      family({.shared = 9_MiB}, {.shared = 9_MiB, .own = 64_MiB});
  findings.alone = strangers({70_MiB, 5_MiB}).alone;
  EXPECT_EQ(diagnose(findings).kind, Kind::kCopies);
  findings.alone = strangers({700_MiB, 800_MiB}).alone;
  EXPECT_EQ(diagnose(findings).kind, Kind::kUnrelated);
}

TEST(Diagnose, NamesTheOneWorkerThatHasMuch) {
  Findings findings = family({.shared = 9_MiB}, {.shared = 9_MiB}, 7);
  findings.families[0].workers.push_back(
      found({.shared = 9_MiB, .own = 150_MiB}));
  findings.families[0].workers.back().pid = 4711;
  const Diagnosis diagnosis = diagnose(findings);
  EXPECT_THAT(diagnosis.sentence,
              HasSubstr("1 of the 8 workers (PID 4711) has made about 150.0"));
  EXPECT_THAT(diagnosis.evidence.at(1), HasSubstr("PID 4711 (python3)"));
}

TEST(Diagnose, GivesItsEvidence) {
  const Diagnosis diagnosis = diagnose(
      family({.shared = 64_MiB}, {.shared = 70_MiB, .own = 64_MiB}, 6));
  ASSERT_EQ(diagnosis.evidence.size(), 6U);
  EXPECT_EQ(diagnosis.evidence[0], "6 forked from PID 7 (python3)");
  EXPECT_THAT(diagnosis.evidence[1], HasSubstr("shared 70.0 MiB"));
  EXPECT_EQ(diagnosis.evidence[5], "and 2 more");
}

}  // namespace
}  // namespace cowtop

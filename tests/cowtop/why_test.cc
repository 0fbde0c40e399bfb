// What is said of changed pages, from findings and pages that were never there.
#include "cowtop/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cowtop/findings.h"
#include "cowtop/report.h"

namespace cowtop {
namespace {

using cow::ChangedPages;
using cow::ChangedType;
using cow::PageChange;
using cow::Pages;
using namespace cow::literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Found worker(pid_t pid, cow::Bytes copied, cow::Bytes undecided = {}) {
  Found found;
  found.pid = pid;
  found.relative = 10;
  found.kind = Relative::kAncestor;
  Comparison pages;
  pages.copied = copied;
  pages.undecided = undecided;
  found.pages = pages;
  return found;
}

ChangedType type_of(const std::string& name, bool collected, PageChange change,
                    std::int64_t pages) {
  ChangedType type{name, collected, {}};
  type.pages[static_cast<std::size_t>(change)] = Pages(pages);
  return type;
}

Why why(std::vector<ChangedType> types) {
  Why why{{.pid = 11, .relative = 10},
          Pages(0),
          ChangedPages{std::move(types), Pages(0)}};
  why.copied = why.pages->compared();
  return why;
}

// More than any worker writes.
constexpr std::int64_t kMany = 2048;

std::string advice(const std::string& name, bool collected, PageChange change) {
  return cure_of(why({type_of(name, collected, change, kMany)}));
}

TEST(Copier, IsTheProcessThatHasCopiedMost) {
  Findings findings;
  EXPECT_FALSE(who_copied_most(findings));
  findings.families.push_back(
      {{worker(10, 3_MiB)}, {worker(11, 1_MiB), worker(12, 3_MiB)}});
  findings.families.push_back({{}, {worker(13, 2_MiB)}});
  EXPECT_EQ(who_copied_most(findings)->pid, 12);
  EXPECT_EQ(who_copied_most(findings)->relative, 10);
  findings.parted.push_back({worker(14, 4_MiB), 10, 0});
  EXPECT_EQ(who_copied_most(findings)->pid, 14);
}

TEST(Copier, IsTheAncestorIfItHasWrittenMore) {
  Findings findings;
  findings.families.push_back({{worker(9, 9_MiB)}, {worker(11, 1_MiB)}});
  EXPECT_EQ(who_copied_most(findings)->pid, 9);
  // What both have for themselves is counted at the worker.
  findings.families[0].ancestor = {worker(9, {}, 9_MiB)};
  EXPECT_EQ(who_copied_most(findings)->pid, 11);
}

TEST(Copier, HasNotWrittenIfItHadTooFewFaults) {
  Found one = worker(11, 9_MiB);
  one.touched = 9_MiB;
  Findings findings;
  findings.families.push_back({{}, {one}});
  EXPECT_TRUE(who_copied_most(findings)->wrote);
  findings.families[0].workers[0].touched = 1_MiB;
  EXPECT_FALSE(who_copied_most(findings)->wrote);
}

TEST(Copier, IsMarkedUndecidedIfMostOfItsMemoryMayBeNewerThanTheFork) {
  Findings findings;
  findings.families.push_back({{}, {worker(11, 1_MiB, 9_MiB)}});
  EXPECT_TRUE(who_copied_most(findings)->undecided);
  findings.families[0].workers = {worker(11, 10_MiB, 9_MiB)};
  EXPECT_FALSE(who_copied_most(findings)->undecided);
}

TEST(Copier, IsNobodyIfNothingWasCopiedOrCompared) {
  Findings findings;
  Found unread = worker(12, 3_MiB);
  unread.pages = cow::Absent{"denied"};
  findings.families.push_back({{}, {worker(11, {}), unread}});
  EXPECT_FALSE(who_copied_most(findings));
  EXPECT_THAT(sentence_of(explain(std::optional<Copier>())),
              HasSubstr("no process has copied pages"));
}

TEST(Why, SaysChangesThenTypesThenWhatToDo) {
  const Why told =
      why({type_of("float", false, PageChange::kIdentical, 98 * 256),
           type_of("", false, PageChange::kData, 2 * 256)});
  EXPECT_EQ(sentence_of(told),
            "PID 11 has copied 100.0 MiB that PID 10 still has. In these "
            "pages:");
  EXPECT_THAT(
      evidence_of(told),
      ElementsAre("by bytes: 98 % identical: written and restored",
                  "by bytes: 2 % data differs",
                  "by type: 98 % hold float: reference counts, taken and "
                  "released",
                  "by type: 2 % in no object of a Python pool: data",
                  "to do: keep such values in an array instead of objects: "
                  "docs/09_refcounts.md"));
}

TEST(Why, SaysIfOnlySomePagesWereCompared) {
  Why told = why({type_of("", false, PageChange::kData, 256)});
  told.copied = Pages(2560);
  EXPECT_EQ(sentence_of(told),
            "PID 11 has copied 10.0 MiB that PID 10 still has. In 1.0 MiB of "
            "these pages:");
}

TEST(Why, NamesTheChapterOfEachCause) {
  EXPECT_THAT(advice("list", true, PageChange::kHeads),
              HasSubstr("gc.freeze() before the fork: "
                        "docs/11_garbage_collector.md"));
  EXPECT_THAT(advice("float", false, PageChange::kCounts),
              HasSubstr("docs/09_refcounts.md"));
  EXPECT_THAT(advice("list", true, PageChange::kIdentical),
              HasSubstr("docs/12_cures.md"));
  EXPECT_THAT(advice("str", false, PageChange::kHashes),
              HasSubstr("before the fork"));
  EXPECT_THAT(advice("", false, PageChange::kData),
              HasSubstr("docs/13_shared_memory.md"));
}

TEST(Why, NamesNoCauseAndNoCureForMemoryThatMayBeNew) {
  Why told = why({type_of("float", false, PageChange::kIdentical, kMany)});
  told.copier.undecided = true;
  EXPECT_EQ(sentence_of(told),
            "PID 11 has copied or made 8.0 MiB where PID 10 has memory, too. "
            "In these pages:");
  EXPECT_THAT(
      evidence_of(told),
      ElementsAre("by bytes: 100 % identical: written and restored, or made "
                  "alike",
                  "by type: 100 % hold float"));
}

TEST(Why, DoesNotBlameAProcessWithTooFewFaults) {
  Why told = why({type_of("float", false, PageChange::kCounts, kMany)});
  told.copier.wrote = false;
  EXPECT_EQ(sentence_of(told),
            "PID 11 and PID 10 no longer share 8.0 MiB. In these pages:");
  EXPECT_NE(cure_of(told), "");
}

TEST(Why, GivesNoAdviceIfLittleWasCopied) {
  EXPECT_THAT(evidence_of(why({type_of("", false, PageChange::kData, 40)})),
              ElementsAre("by bytes: 100 % data differs", HasSubstr("no pools"),
                          "that is little: any worker writes as much"));
}

TEST(Why, IsUnknownForIdenticalPagesWithoutObjects) {
  const Why told = why({type_of("", false, PageChange::kIdentical, kMany)});
  EXPECT_EQ(cure_of(told), "");
  EXPECT_THAT(evidence_of(told).back(),
              HasSubstr("the same values again, or counts or a collector"));
}

TEST(Why, ReplacesTheAdviceOfTheTree) {
  Sample sample;
  sample.diagnosis.advice = "think";
  sample.why = why({type_of("float", false, PageChange::kCounts, kMany)});
  EXPECT_THAT(to_table(sample), Not(HasSubstr("To do: think")));
  EXPECT_THAT(to_table(sample), HasSubstr("to do: keep such values"));
  sample.why = why({type_of("float", false, PageChange::kCounts, 9)});
  EXPECT_THAT(to_table(sample), HasSubstr("To do: think"));
}

TEST(Why, SaysIfThereAreNoPythonPools) {
  EXPECT_THAT(evidence_of(why({type_of("", false, PageChange::kData, 5)})),
              Contains(HasSubstr("no pools of CPython")));
  EXPECT_THAT(evidence_of(why({type_of("", false, PageChange::kData, 5),
                               type_of("int", false, PageChange::kData, 5)})),
              Not(Contains(HasSubstr("no pools of CPython"))));
}

TEST(Why, SaysIfPagesWereGoneBeforeTheyWereRead) {
  Why told = why({});
  told.pages = ChangedPages{{}, Pages(2)};
  EXPECT_THAT(evidence_of(told), ElementsAre(HasSubstr("had gone")));
}

TEST(Why, IsOneSentenceInTheReportIfMemoryIsUnreadable) {
  Sample sample;
  sample.diagnosis.sentence = "The rest.";
  sample.why =
      Why{{.pid = 11, .relative = 10}, Pages(9), cow::Absent{"denied"}};
  EXPECT_THAT(evidence_of(*sample.why), IsEmpty());
  EXPECT_THAT(to_table(sample),
              HasSubstr("The rest.\n\nWhat PID 11 has changed could not be "
                        "read: denied.\n"));
  const auto json = nlohmann::json::parse(to_json(sample)).at("why");
  EXPECT_EQ(json.at("reason"), "denied");
  EXPECT_FALSE(json.contains("compared"));
}

TEST(Why, IsInTheJsonInBytes) {
  Sample sample;
  EXPECT_FALSE(nlohmann::json::parse(to_json(sample)).contains("why"));
  sample.why = why({type_of("float", false, PageChange::kCounts, 3)});
  const auto json = nlohmann::json::parse(to_json(sample)).at("why");
  const std::int64_t bytes = to_bytes(Pages(3)).count();
  EXPECT_EQ(json.at("compared"), bytes);
  EXPECT_EQ(json.at("counts"), bytes);
  EXPECT_EQ(json.at("data"), 0);
  EXPECT_EQ(json.at("types").at(0).at("name"), "float");
  EXPECT_EQ(json.at("types").at(0).at("counts"), bytes);
}

}  // namespace
}  // namespace cowtop

// status and stat, from literal texts, and processes in a folder that looks
// like /proc.
#include "cow/memory/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "cow/os/descriptor.h"
#include "os/print.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kStatus =
    "Name:\tcat\nUmask:\t0022\nState:\tR (running)\nTgid:\t10952\n"
    "VmPeak:\t    3064 kB\nVmSize:\t    3060 kB\nVmHWM:\t    1664 kB\n"
    "VmRSS:\t    1660 kB\nVmData:\t     356 kB\nVmPTE:\t      44 kB\n"
    "VmSwap:\t       0 kB\nThreads:\t1\n";

constexpr std::string_view kKernelThread =
    "Name:\tkthreadd\nUmask:\t0000\nState:\tS (sleeping)\nThreads:\t1\n";

// A line of stat with the command as given.
std::string stat_line(const std::string& command, pid_t parent = 10948) {
  return "10952 (" + command + ") R " + std::to_string(parent) +
         " 10949 9922 34816 -1 4194304 102 7 1 2 30 40 50 60 20 0 1 0 329571 "
         "3133440 416 18446744073709551615 94798070267904 0 0 17 0 0\n";
}

TEST(ParseStatus, ReadsThePeakAndThePageTables) {
  const Status status = parse_status(kStatus);
  EXPECT_EQ(*status.peak_rss, 1664_KiB);
  EXPECT_EQ(*status.page_tables, 44_KiB);
}

TEST(ParseStatus, GivesNoFiguresForAProcessWithoutMemory) {
  for (const std::string_view text : {std::string_view(), kKernelThread}) {
    const Status status = parse_status(text);
    EXPECT_FALSE(status.peak_rss);
    EXPECT_THAT(status.peak_rss.reason(), HasSubstr("VmHWM"));
    EXPECT_FALSE(status.page_tables);
    EXPECT_THAT(status.page_tables.reason(), HasSubstr("VmPTE"));
  }
}

TEST(ParseStatus, ReadsAFigureEvenIfAnotherIsMissing) {
  const Status status = parse_status("VmPTE:\t4 kB\n");
  EXPECT_FALSE(status.peak_rss);
  EXPECT_EQ(*status.page_tables, 4_KiB);
}

TEST(ParseStatus, IgnoresFiguresInTheNameOfTheProcess) {
  const Status status = parse_status("Name:\tVmHWM: 5 kB\nVmPTE: 4 kB\n");
  EXPECT_FALSE(status.peak_rss);
}

TEST(ParseStatus, TakesOnlyWholeKilobytes) {
  for (const std::string figure : {"-4 kB", "4", "4 MB", "", "kB", "four kB",
                                   "1.5 kB", "99999999999999999999 kB"}) {
    const Status status =
        parse_status("VmHWM:\t" + figure + "\nVmPTE:\t" + figure + "\n");
    EXPECT_FALSE(status.peak_rss) << figure;
    EXPECT_FALSE(status.page_tables) << figure;
    EXPECT_THAT(status.peak_rss.reason(), HasSubstr("VmHWM"));
  }
}

TEST(ParseStatus, RefusesAFigureTooLargeForBytes) {
  EXPECT_FALSE(parse_status("VmHWM:\t9223372036854775807 kB\n").peak_rss);
  EXPECT_FALSE(parse_status("VmPTE:\t18014398509481984 kB\n").page_tables);
}

TEST(ParseStatus, GivesOnlyWholeFiguresOfCutText) {
  for (std::size_t size = 0; size <= kStatus.size(); ++size) {
    const Status status = parse_status(kStatus.substr(0, size));
    EXPECT_EQ(status.peak_rss ? *status.peak_rss : 1664_KiB, 1664_KiB) << size;
    EXPECT_EQ(status.page_tables ? *status.page_tables : 44_KiB, 44_KiB)
        << size;
  }
}

TEST(ParseStat, ReadsCommandParentAndMinorFaults) {
  const Stat stat = *parse_stat(stat_line("cat"));
  EXPECT_EQ(stat.command, "cat");
  EXPECT_EQ(stat.parent, 10948);
  EXPECT_EQ(stat.minor_faults, 102);
}

TEST(ParseStat, KeepsCommandsWithBlanksAndBracketsWhole) {
  for (const std::string command :
       {"", " ", "two words", "(sd-pam)", ")", "(", "))))", "((", ") R 1 2 3",
        "a) S 5 6 7 8 9", "kworker/0:1", "x)y(z"}) {
    const Reading<Stat> stat = parse_stat(stat_line(command));
    ASSERT_TRUE(stat) << command;
    EXPECT_EQ(stat->command, command);
    EXPECT_EQ(stat->parent, 10948) << command;
    EXPECT_EQ(stat->minor_faults, 102) << command;
  }
}

TEST(ParseStat, ReadsAProcessWithoutAParent) {
  EXPECT_EQ(parse_stat(stat_line("systemd", 0))->parent, 0);
}

TEST(ParseStat, GivesTheReasonForOtherText) {
  for (const std::string_view text :
       {"", "\n", "garbage", "1", "1 (cat", "1 cat) S 1 2 3 4 5 6 7 8", ")(",
        "1 )cat( S 1 2 3 4 5 6 7", "1 (cat)", "1 (cat) S", "1 (cat) S 1",
        "1 (cat) S 1 2 3 4 5 6", "1 (cat) S x 2 3 4 5 6 7",
        "1 (cat) S 1 2 3 4 5 6 x", "1 (cat) S 99999999999 2 3 4 5 6 7",
        "1 (cat) S 1 2 3 4 5 6 99999999999999999999"}) {
    const Reading<Stat> stat = parse_stat(text);
    EXPECT_FALSE(stat) << text;
    EXPECT_NE(stat.reason(), "") << text;
  }
}

TEST(ParseStat, NeverMixesUpFieldsOfCutText) {
  const std::string text = stat_line("a (b) c");
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const Reading<Stat> stat = parse_stat(text.substr(0, size));
    if (!stat) continue;
    EXPECT_EQ(stat->command, "a (b) c");
    EXPECT_EQ(stat->parent, 10948);
  }
}

class ProcFolder : public ::testing::Test {
 protected:
  void write(const std::string& pid, const std::string& file,
             std::string_view text) const {
    std::filesystem::create_directories(root() / pid);
    write_file(root() / pid / file, text);
  }
  const std::filesystem::path& root() const { return folder_.path(); }

 private:
  testing::TemporaryFolder folder_;
};

constexpr std::string_view kRollup =
    "Rss: 12 kB\nPss: 8 kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: 3 kB\n";

TEST_F(ProcFolder, GivesOneProcessFromThreeFiles) {
  write("42", "smaps_rollup", kRollup);
  write("42", "stat", stat_line("cat"));
  write("42", "status", kStatus);
  const Process process = *read_process(42, root());
  EXPECT_EQ(process.pid, 42);
  EXPECT_EQ(process.parent, 10948);
  EXPECT_EQ(process.command, "cat");
  EXPECT_EQ(process.usage.rss, 12_KiB);
  EXPECT_EQ(process.usage.pss, 8_KiB);
  EXPECT_EQ(process.usage.uss(), 4_KiB);
  EXPECT_EQ(*process.peak_rss, 1664_KiB);
  EXPECT_EQ(*process.page_tables, 44_KiB);
  EXPECT_EQ(process.minor_faults, 102);
}

TEST_F(ProcFolder, LacksOnlyTheFiguresOfAMissingStatusFile) {
  write("42", "smaps_rollup", kRollup);
  write("42", "stat", stat_line("cat"));
  const Process process = *read_process(42, root());
  EXPECT_EQ(process.usage.rss, 12_KiB);
  EXPECT_FALSE(process.peak_rss);
  EXPECT_THAT(process.peak_rss.reason(),
              HasSubstr((root() / "42/status").string()));
  EXPECT_FALSE(process.page_tables);
}

TEST_F(ProcFolder, IsRefusedWithTheNameOfAMissingFile) {
  EXPECT_THAT(read_process(42, root()).reason(),
              HasSubstr((root() / "42/smaps_rollup").string()));
  write("42", "smaps_rollup", kRollup);
  EXPECT_THAT(read_process(42, root()).reason(),
              HasSubstr((root() / "42/stat").string()));
}

TEST_F(ProcFolder, IsRefusedWithTheNameOfAMalformedFile) {
  write("42", "smaps_rollup", "");
  write("42", "stat", "garbage");
  EXPECT_THAT(read_process(42, root()).reason(),
              HasSubstr((root() / "42/smaps_rollup").string()));
  write("42", "smaps_rollup", kRollup);
  EXPECT_THAT(read_process(42, root()).reason(),
              HasSubstr((root() / "42/stat").string()));
}

TEST_F(ProcFolder, ListsChildrenInTheOrderOfTheirIds) {
  for (const char* pid : {"100", "9", "10"}) {
    write(pid, "stat", stat_line("child", 7));
  }
  write("11", "stat", stat_line("other", 8));
  write("7", "stat", stat_line("parent", 1));
  EXPECT_THAT(children_of(7, root()), ElementsAre(9, 10, 100));
  EXPECT_THAT(children_of(8, root()), ElementsAre(11));
  EXPECT_THAT(children_of(9, root()), IsEmpty());
}

TEST_F(ProcFolder, ListsChildrenOfTheRightParentDespiteOddCommands) {
  write("9", "stat", stat_line(") R 7 7 7", 8));
  EXPECT_THAT(children_of(7, root()), IsEmpty());
  EXPECT_THAT(children_of(8, root()), ElementsAre(9));
}

TEST_F(ProcFolder, ListsOnlyFoldersOfProcessesAsChildren) {
  write("9", "stat", stat_line("child", 7));
  write("self", "stat", stat_line("child", 7));
  write("10x", "stat", stat_line("child", 7));
  write("12", "stat", "garbage");
  write("13", "status", kStatus);
  write_file(root() / "14", "a file");
  EXPECT_THAT(children_of(7, root()), ElementsAre(9));
}

TEST_F(ProcFolder, ListsNoChildrenIfItIsMissing) {
  EXPECT_THAT(children_of(7, root() / "nothing"), IsEmpty());
}

TEST(OwnMinorFaults, NeverDecrease) {
  const std::int64_t before = own_minor_faults();
  EXPECT_GT(before, 0);
  EXPECT_GE(own_minor_faults(), before);
}

}  // namespace
}  // namespace cow

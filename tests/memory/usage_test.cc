// smaps_rollup, from literal texts.
#include "cow/memory/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cow/os/descriptor.h"
#include "os/print.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// Linux 6.18, the figures changed so that no two that are read are equal.
constexpr std::string_view kRollup =
    R"(557d163d2000-7ffdef259000 ---p 00000000 00:00 0                          [rollup]
Rss:                1760 kB
Pss:                 571 kB
Pss_Dirty:           212 kB
Pss_Anon:            110 kB
Pss_File:            459 kB
Pss_Shmem:             2 kB
Shared_Clean:       1548 kB
Shared_Dirty:          4 kB
Private_Clean:       100 kB
Private_Dirty:       108 kB
Referenced:         1761 kB
Anonymous:           112 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:      2048 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                 16 kB
SwapPss:               8 kB
Locked:                1 kB
)";

// Linux 4.14, the first that had the file.
constexpr std::string_view kOldRollup =
    R"(00400000-7ffc2f5a7000 ---p 00000000 00:00 0                              [rollup]
Rss:                 884 kB
Pss:                 385 kB
Shared_Clean:        696 kB
Shared_Dirty:          0 kB
Private_Clean:       120 kB
Private_Dirty:        68 kB
Referenced:          884 kB
Anonymous:            68 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
ShmemPmdMapped:        0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                  0 kB
SwapPss:               0 kB
Locked:              385 kB
)";

// The least that is enough.
std::string rollup(const std::string& rss) {
  return "Rss: " + rss + "\nPss: 1 kB\nPrivate_Dirty: 1 kB\n";
}

TEST(ParseSmapsRollup, ReadsEveryFieldInBytes) {
  const Usage usage = *parse_smaps_rollup(kRollup);
  EXPECT_EQ(usage.rss, 1760_KiB);
  EXPECT_EQ(usage.pss, 571_KiB);
  EXPECT_EQ(usage.shared_clean, 1548_KiB);
  EXPECT_EQ(usage.shared_dirty, 4_KiB);
  EXPECT_EQ(usage.private_clean, 100_KiB);
  EXPECT_EQ(usage.private_dirty, 108_KiB);
  EXPECT_EQ(usage.anonymous, 112_KiB);
  EXPECT_EQ(usage.swap, 16_KiB);
  EXPECT_EQ(usage.swap_pss, 8_KiB);
}

TEST(ParseSmapsRollup, CountsNoSharedMemoryWithTheFiles) {
  EXPECT_EQ(parse_smaps_rollup(kRollup)->pss_file, 459_KiB);
}

TEST(Usage, CountsPrivateMemoryAsUnique) {
  EXPECT_EQ(parse_smaps_rollup(kRollup)->uss(), 100_KiB + 108_KiB);
}

TEST(ParseSmapsRollup, GivesNoFigureOfFilesForAnOldKernel) {
  const Usage usage = *parse_smaps_rollup(kOldRollup);
  EXPECT_EQ(usage.rss, 884_KiB);
  EXPECT_EQ(usage.pss, 385_KiB);
  EXPECT_EQ(usage.uss(), 188_KiB);
  EXPECT_EQ(usage.pss_file, std::nullopt);
}

TEST(ParseSmapsRollup, IgnoresUnknownFields) {
  const std::string text = "Future_Field:   12 kB\nFuture_Words: a b c\n\n" +
                           std::string(kRollup) +
                           "Rss_Future: 7 kB\nPss_Filed: 5 kB\n";
  const Usage usage = *parse_smaps_rollup(text);
  EXPECT_EQ(usage.rss, 1760_KiB);
  EXPECT_EQ(usage.pss_file, 459_KiB);
}

TEST(ParseSmapsRollup, ReadsTheLastLineWithoutItsNewline) {
  EXPECT_EQ(parse_smaps_rollup("Rss: 3 kB\nPss: 2 kB\nPrivate_Dirty: 1 kB")
                ->private_dirty,
            1_KiB);
}

TEST(ParseSmapsRollup, DistinguishesZeroFromAbsent) {
  const Reading<Usage> usage = parse_smaps_rollup(rollup("0 kB"));
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->rss, 0_B);
}

TEST(ParseSmapsRollup, RefusesTextThatLacksAFigure) {
  for (const std::string_view text :
       {"", "\n", "garbage", "Rss: 1 kB\n", "Rss: 1 kB\nPss: 1 kB\n",
        "Pss: 1 kB\nPrivate_Dirty: 1 kB\n", "Rss: 1 kB\nPrivate_Dirty: 1 kB\n",
        "rss: 1 kB\npss: 1 kB\nprivate_dirty: 1 kB\n"}) {
    const Reading<Usage> usage = parse_smaps_rollup(text);
    EXPECT_FALSE(usage) << text;
    EXPECT_THAT(usage.reason(), HasSubstr("Rss, Pss and Private_Dirty"));
  }
}

TEST(ParseSmapsRollup, TakesOnlyWholeKilobytes) {
  ASSERT_TRUE(parse_smaps_rollup(rollup("12 kB")));
  for (const char* rss :
       {"-4 kB", "+4 kB", "1.5 kB", "0x10 kB", "12", "12 MB", "12 kBs", "12kB",
        "kB", "", "twelve kB", "99999999999999999999999 kB",
        "9223372036854775807 kB", "-9223372036854775808 kB"}) {
    EXPECT_FALSE(parse_smaps_rollup(rollup(rss))) << rss;
  }
}

TEST(ParseSmapsRollup, ReadsTheLargestPossibleMemory) {
  // 4 PiB: all that 52 bits of a physical address can name.
  EXPECT_EQ(parse_smaps_rollup(rollup("4398046511104 kB"))->rss,
            1_GiB * 1024 * 1024 * 4);
}

TEST(ParseSmapsRollup, DoesNotOverflowIfAHugeFigureIsRepeated) {
  std::string text = rollup("1 kB");
  for (int i = 0; i < 100; ++i) text += "Rss: 140737488355327 kB\n";
  const Reading<Usage> usage = parse_smaps_rollup(text);
  EXPECT_TRUE(!usage || usage->rss >= 0_B);
}

TEST(ParseSmapsRollup, GivesOnlyWholeFiguresOfCutText) {
  const Usage whole = *parse_smaps_rollup(kRollup);
  for (std::size_t size = 0; size <= kRollup.size(); ++size) {
    const Reading<Usage> cut = parse_smaps_rollup(kRollup.substr(0, size));
    if (!cut) continue;
    EXPECT_EQ(cut->rss, whole.rss);
    EXPECT_EQ(cut->pss, whole.pss);
    EXPECT_EQ(cut->uss(), whole.uss());
    EXPECT_THAT(cut->anonymous, AnyOf(0_B, whole.anonymous)) << size;
    EXPECT_THAT(cut->swap, AnyOf(0_B, whole.swap)) << size;
    EXPECT_THAT(cut->swap_pss, AnyOf(0_B, whole.swap_pss)) << size;
  }
}

TEST(AddUsageLine, SaysWhetherTheLineHadAnAmount) {
  Usage usage;
  EXPECT_TRUE(add_usage_line("Rss:   4 kB", usage));
  EXPECT_TRUE(add_usage_line("Unknown:   4 kB", usage));
  EXPECT_FALSE(add_usage_line("VmFlags: rd wr", usage));
  EXPECT_FALSE(add_usage_line("THPeligible:    0", usage));
  EXPECT_FALSE(add_usage_line("", usage));
  EXPECT_EQ(usage.rss, 4_KiB);
}

TEST(AddUsageLine, AddsToEarlierAmounts) {
  Usage usage;
  for (int i = 0; i < 3; ++i) add_usage_line("Pss_File: 4 kB", usage);
  EXPECT_EQ(usage.pss_file, 12_KiB);
}

class ReadUsage : public ::testing::Test {
 protected:
  void write(std::string_view text) const {
    std::filesystem::create_directories(path().parent_path());
    write_file(path(), text);
  }
  std::filesystem::path path() const {
    return folder_.path() / "42" / "smaps_rollup";
  }
  Reading<Usage> read() const { return read_usage(42, folder_.path()); }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(ReadUsage, ReadsTheRollupOfTheProcess) {
  write(kRollup);
  EXPECT_EQ(read()->rss, 1760_KiB);
}

TEST_F(ReadUsage, NamesThePathOfAMissingProcess) {
  EXPECT_FALSE(read());
  EXPECT_THAT(read().reason(), HasSubstr(path().string()));
}

TEST_F(ReadUsage, NamesThePathOfAMalformedFile) {
  for (const std::string_view text : {"", "garbage\n"}) {
    write(text);
    EXPECT_FALSE(read());
    EXPECT_THAT(read().reason(), HasSubstr(path().string()));
  }
}

}  // namespace
}  // namespace cow

// The machine, from literal texts and control groups of the test's own; and
// what is read of the machine at hand, as far as it must hold on any.
#include "cow/memory/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "cow/memory/mappings.h"
#include "cow/os/cgroup.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"
#include "os/print.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kMeminfo =
    R"(MemTotal:       24689764 kB
MemFree:        23068672 kB
MemAvailable:   24117248 kB
SwapCached:            8 kB
SwapTotal:             0 kB
SwapFree:              4 kB
HugePages_Total:       3
HugePages_Free:        0
Hugepagesize:       2048 kB
)";

// The largest number of whole pages, of 4 KiB and of 64 KiB.
constexpr const char* kNoLimit = "9223372036854771712\n";
constexpr const char* kNoLimit64 = "9223372036854710272\n";

TEST(ParseMeminfo, ReadsTheNamedLine) {
  EXPECT_EQ(*parse_meminfo(kMeminfo, "MemTotal"), 24689764_KiB);
  EXPECT_EQ(*parse_meminfo(kMeminfo, "MemAvailable"), 24117248_KiB);
  EXPECT_EQ(*parse_meminfo(kMeminfo, "Hugepagesize"), 2048_KiB);
}

TEST(ParseMeminfo, DistinguishesZeroFromAbsent) {
  const Reading<Bytes> swap = parse_meminfo(kMeminfo, "SwapTotal");
  ASSERT_TRUE(swap);
  EXPECT_EQ(*swap, 0_B);
}

TEST(ParseMeminfo, MatchesOnlyWholeNames) {
  for (const char* name : {"Mem", "MemTotal:", "Swap", "memtotal", "", ":"}) {
    const Reading<Bytes> amount = parse_meminfo(kMeminfo, name);
    EXPECT_FALSE(amount) << name;
    EXPECT_THAT(amount.reason(), HasSubstr(name));
  }
}

TEST(ParseMeminfo, RefusesAFieldWithoutAUnit) {
  EXPECT_FALSE(parse_meminfo(kMeminfo, "HugePages_Total"));
}

TEST(ParseMeminfo, TakesOnlyWholeKilobytes) {
  for (const std::string amount : {"", "4", "kB", "4 MB", "four kB", "1.5 kB",
                                   "99999999999999999999 kB"}) {
    EXPECT_FALSE(parse_meminfo("MemTotal: " + amount + "\n", "MemTotal"))
        << amount;
  }
}

TEST(ParseMeminfo, RefusesANegativeAmount) {
  EXPECT_FALSE(parse_meminfo("MemTotal: -4 kB\n", "MemTotal"));
}

TEST(ParseMeminfo, RefusesAnAmountTooLargeForBytes) {
  EXPECT_FALSE(parse_meminfo("MemTotal: 9223372036854775807 kB\n", "MemTotal"));
  EXPECT_FALSE(parse_meminfo("MemTotal: 18014398509481984 kB\n", "MemTotal"));
}

TEST(ParseMeminfo, GivesOnlyWholeFiguresOfCutText) {
  for (std::size_t size = 0; size <= kMeminfo.size(); ++size) {
    const auto available =
        parse_meminfo(kMeminfo.substr(0, size), "MemAvailable");
    if (!available) continue;
    EXPECT_EQ(*available, 24117248_KiB) << size;
  }
}

TEST(ParseBracketed, ReadsTheWordInBrackets) {
  EXPECT_EQ(*parse_bracketed("always [madvise] never\n"), "madvise");
  EXPECT_EQ(*parse_bracketed("[always] madvise never\n"), "always");
  EXPECT_EQ(*parse_bracketed("always madvise [never]"), "never");
}

TEST(ParseBracketed, GivesTheReasonForOtherText) {
  for (const std::string_view text :
       {"", "always madvise never", "[", "]", "][", "always [madvise never",
        "always madvise] never", "] [madvise"}) {
    const Reading<std::string> word = parse_bracketed(text);
    EXPECT_FALSE(word) << text;
    EXPECT_NE(word.reason(), "") << text;
  }
}

/// Control groups in a folder: each is a path below it, with files.
class CgroupMemory : public ::testing::Test {
 protected:
  void write(const std::string& group, const std::string& file,
             std::string_view text) const {
    std::filesystem::create_directories(folder_.path() / group);
    write_file(folder_.path() / group / file, text);
  }
  // A group of version 2.
  void v2(const std::string& group, std::string_view limit,
          std::string_view used, std::string_view stat = "") const {
    write(group, "memory.max", limit);
    write(group, "memory.current", used);
    write(group, "memory.stat", stat);
  }
  // A group of version 1.
  void v1(const std::string& group, std::string_view limit,
          std::string_view used, std::string_view stat = "") const {
    write(group, "memory.limit_in_bytes", limit);
    write(group, "memory.usage_in_bytes", used);
    write(group, "memory.stat", stat);
  }
  // What a process in the group "a/b" has left.
  Reading<Bytes> left(int version) const {
    return cgroup_memory_left(
        {.version = version,
         .groups = {folder_.path() / "a/b", folder_.path() / "a",
                    folder_.path()}});
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(CgroupMemory, IsAbsentWithoutGroups) {
  EXPECT_FALSE(cgroup_memory_left({.version = 2, .groups = {}}));
  EXPECT_FALSE(left(1));
  EXPECT_FALSE(left(2));
  EXPECT_THAT(left(2).reason(), HasSubstr("no control group"));
}

TEST_F(CgroupMemory, IsLimitMinusUsageInVersionTwo) {
  v2("a/b", "1000000\n", "300000\n");
  EXPECT_EQ(*left(2), 700000_B);
}

TEST_F(CgroupMemory, IsLimitMinusUsageInVersionOne) {
  v1("a/b", "1000000\n", "300000\n");
  EXPECT_EQ(*left(1), 700000_B);
}

TEST_F(CgroupMemory, UsesOnlyFilesOfItsVersion) {
  v2("a/b", "1000000\n", "300000\n");
  EXPECT_FALSE(left(1));
  v1("a", "2000000\n", "300000\n");
  EXPECT_EQ(*left(2), 700000_B);
}

TEST_F(CgroupMemory, IsAbsentWithoutALimit) {
  v2("a/b", "max\n", "300000\n");
  EXPECT_FALSE(left(2));
  for (const char* no_limit : {kNoLimit, kNoLimit64}) {
    v1("a/b", no_limit, "300000\n");
    EXPECT_FALSE(left(1)) << no_limit;
  }
}

TEST_F(CgroupMemory, StaysWithinTheLimitForAbsurdFigures) {
  v2("a/b", "1000000\n", "300000\n", "inactive_file 9223372036854775807\n");
  EXPECT_EQ(*left(2), 1000000_B);
  v2("a/b", "1000000\n", "9223372036854775807\n");
  EXPECT_EQ(*left(2), 0_B);
}

TEST_F(CgroupMemory, IsAbsentForNegativeFigures) {
  v2("a/b", "-5\n", "300000\n");
  EXPECT_FALSE(left(2));
  v2("a/b", "1000000\n", "-9223372036854775808\n");
  EXPECT_FALSE(left(2));
}

TEST_F(CgroupMemory, IsLimitedByAParentGroup) {
  v2("a/b", "max\n", "300000\n");
  v2("a", "1000000\n", "900000\n");
  EXPECT_EQ(*left(2), 100000_B);
  v1("a/b", kNoLimit, "300000\n");
  v1("", "1000000\n", "800000\n");
  EXPECT_EQ(*left(1), 200000_B);
}

TEST_F(CgroupMemory, IsLimitedByTheTightestGroup) {
  v2("a/b", "1000000\n", "300000\n");
  v2("a", "2000000\n", "1900000\n");
  v2("", "3000000\n", "2000000\n");
  EXPECT_EQ(*left(2), 100000_B);
  v2("a/b", "350000\n", "300000\n");
  EXPECT_EQ(*left(2), 50000_B);
}

TEST_F(CgroupMemory, CountsReclaimableFilePagesAsAvailable) {
  v2("a/b", "1000000\n", "300000\n",
     "anon 1\nfile 2\nactive_file 3\ninactive_file 50000\n");
  EXPECT_EQ(*left(2), 750000_B);
}

TEST_F(CgroupMemory, CountsFilePagesOfSubgroupsInVersionOne) {
  v1("a/b", "1000000\n", "300000\n",
     "inactive_file 3\ntotal_cache 5\ntotal_inactive_file 50000\n");
  EXPECT_EQ(*left(1), 750000_B);
}

TEST_F(CgroupMemory, IsNeverNegative) {
  v2("a/b", "1000000\n", "1300000\n", "inactive_file 100000\n");
  EXPECT_EQ(*left(2), 0_B);
}

// memory.stat is brought up to date later than memory.current.
TEST_F(CgroupMemory, IsNeverMoreThanTheLimit) {
  v2("a/b", "1000000\n", "300000\n", "inactive_file 400000\n");
  EXPECT_EQ(*left(2), 1000000_B);
}

TEST_F(CgroupMemory, IsAbsentForMalformedFiles) {
  for (const char* text : {"", "\n", "garbage\n", "12 kB\n", "1e6\n",
                           "99999999999999999999999\n"}) {
    v2("a/b", text, "300000\n");
    EXPECT_FALSE(left(2)) << text;
    v2("a/b", "1000000\n", text);
    EXPECT_FALSE(left(2)) << text;
  }
}

TEST_F(CgroupMemory, IgnoresMalformedFilePages) {
  for (const char* stat : {"", "inactive_file\n", "inactive_file x\n",
                           "inactive_files 5\n", "\n\n"}) {
    v2("a/b", "1000000\n", "300000\n", stat);
    EXPECT_EQ(*left(2), 700000_B) << stat;
  }
}

TEST(Environment, HasPlausibleFiguresOnThisMachine) {
  const Environment environment = read_environment();
  EXPECT_THAT(environment.kernel, StartsWith("Linux "));
  EXPECT_NE(environment.machine, "");
  EXPECT_EQ(environment.page_size, page_size());
  ASSERT_TRUE(environment.memory) << environment.memory.reason();
  ASSERT_TRUE(environment.swap) << environment.swap.reason();
  ASSERT_TRUE(environment.available) << environment.available.reason();
  EXPECT_GT(*environment.memory, 1_MiB);
  EXPECT_GE(*environment.swap, 0_B);
  EXPECT_GT(*environment.available, 0_B);
  EXPECT_LT(*environment.available, *environment.memory);
  if (environment.huge_pages) {
    EXPECT_THAT(*environment.huge_pages, AnyOf("always", "madvise", "never"));
  } else {
    EXPECT_NE(environment.huge_pages.reason(), "");
  }
}

TEST(HasZeroPage, AgreesWithTheRssOfPagesThatWereOnlyRead) {
  const Pages pages(64);
  const Mapping memory(to_bytes(pages + Pages(2)), PROT_NONE, MAP_PRIVATE);
  std::byte* data = memory.data() + page_size().size();
  ASSERT_EQ(::mprotect(data, to_bytes(pages).size(), PROT_READ), 0);
  for (Pages i; i < pages; i = i + Pages(1)) {
    const volatile std::byte* byte = data + to_bytes(i).size();
    const std::byte zero = *byte;
    EXPECT_EQ(zero, std::byte{0});
  }
  const auto mappings = read_mappings(::getpid());
  ASSERT_TRUE(mappings) << mappings.reason();
  const auto read = find_mapping(*mappings, data);
  ASSERT_TRUE(read) << read.reason();
  EXPECT_EQ(read->usage.rss, has_zero_page() ? 0_B : to_bytes(pages));
}

}  // namespace
}  // namespace cow

// smaps, from literal texts.
#include "cow/memory/mappings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cow/os/descriptor.h"
#include "os/print.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kSmaps =
    R"(55a5848e8000-55a5848eb000 r--p 00000000 fe:00 248030                     /usr/bin/a program (deleted)
Size:                 12 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                   8 kB
Pss:                   4 kB
Pss_Dirty:             0 kB
Shared_Clean:          8 kB
Shared_Dirty:          0 kB
Private_Clean:         0 kB
Private_Dirty:         0 kB
Referenced:            8 kB
Anonymous:             0 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                  0 kB
SwapPss:               0 kB
Locked:                0 kB
THPeligible:           0
VmFlags: rd mr mw me
7f0a3c000000-7f0a3c021000 rw-p 00000000 00:00 0
Size:                132 kB
Rss:                 128 kB
Pss:                  96 kB
Shared_Clean:          0 kB
Shared_Dirty:         64 kB
Private_Clean:         0 kB
Private_Dirty:        64 kB
Anonymous:           128 kB
Swap:                  4 kB
SwapPss:               2 kB
THPeligible:           1
ProtectionKey:         0
VmFlags: rd wr mr mw me nr sd
7ffdef238000-7ffdef259000 rw-s 00000000 00:00 0                          [stack]
Size:                132 kB
Rss:                  20 kB
Pss:                  20 kB
Private_Dirty:        20 kB
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
Size:                  4 kB
Rss:                   0 kB
VmFlags: ex
)";

constexpr std::string_view kHeading = "1000-3000 rw-p 00000000 00:00 0";

std::vector<MappingUsage> parse(std::string_view text) {
  return *parse_smaps(text);
}

const void* address(std::uint64_t number) {
  return std::bit_cast<const void*>(number);
}

TEST(ParseSmaps, ReadsEveryMappingInOrder) {
  const std::vector<MappingUsage> mappings = parse(kSmaps);
  ASSERT_THAT(mappings, SizeIs(4));
  EXPECT_EQ(mappings[0].begin, 0x55a5848e8000);
  EXPECT_EQ(mappings[0].end, 0x55a5848eb000);
  EXPECT_EQ(mappings[0].permissions, "r--p");
  EXPECT_EQ(mappings[2].permissions, "rw-s");
  EXPECT_EQ(mappings[3].begin, 0xffffffffff600000);
  EXPECT_EQ(mappings[3].permissions, "--xp");
}

TEST(ParseSmaps, ReadsTheUsageOfEachMappingSeparately) {
  const std::vector<MappingUsage> mappings = parse(kSmaps);
  ASSERT_THAT(mappings, SizeIs(4));
  EXPECT_EQ(mappings[0].usage.rss, 8_KiB);
  EXPECT_EQ(mappings[0].usage.pss, 4_KiB);
  EXPECT_EQ(mappings[0].usage.shared_clean, 8_KiB);
  EXPECT_EQ(mappings[0].usage.uss(), 0_B);
  EXPECT_EQ(mappings[1].usage.rss, 128_KiB);
  EXPECT_EQ(mappings[1].usage.pss, 96_KiB);
  EXPECT_EQ(mappings[1].usage.shared_dirty, 64_KiB);
  EXPECT_EQ(mappings[1].usage.uss(), 64_KiB);
  EXPECT_EQ(mappings[1].usage.anonymous, 128_KiB);
  EXPECT_EQ(mappings[1].usage.swap, 4_KiB);
  EXPECT_EQ(mappings[1].usage.swap_pss, 2_KiB);
  EXPECT_EQ(mappings[2].usage.rss, 20_KiB);
  EXPECT_EQ(mappings[3].usage.rss, 0_B);
}

TEST(ParseSmaps, KeepsNamesWithBlanksWhole) {
  const std::vector<MappingUsage> mappings = parse(kSmaps);
  ASSERT_THAT(mappings, SizeIs(4));
  EXPECT_EQ(mappings[0].name, "/usr/bin/a program (deleted)");
  EXPECT_EQ(mappings[1].name, "");
  EXPECT_EQ(mappings[2].name, "[stack]");
}

TEST(ParseSmaps, KeepsAnyNameAsItIs) {
  for (const std::string name :
       {"Rss: 4 kB", "[anon:two words]", "/memfd:x (deleted)", "1000-2000",
        "VmFlags:", "/a  b"}) {
    const auto mappings = parse(std::string(kHeading) + "    " + name + "\n");
    ASSERT_THAT(mappings, SizeIs(1));
    EXPECT_EQ(mappings[0].name, name);
    EXPECT_EQ(mappings[0].usage.rss, 0_B);
  }
}

TEST(ParseSmaps, GivesNoMappingsForAProcessWithoutMemory) {
  EXPECT_THAT(parse(""), SizeIs(0));
}

TEST(ParseSmaps, ReadsTheLastLineWithoutItsNewline) {
  EXPECT_THAT(parse(kHeading), SizeIs(1));
  EXPECT_EQ(parse(std::string(kHeading) + "\nRss: 4 kB")[0].usage.rss, 4_KiB);
}

TEST(ParseSmaps, NamesAMalformedLine) {
  for (const std::string line :
       {"garbage", "Rss: 4", "Rss: -4 kB", "Rss: 99999999999999999999 kB",
        "3000-1000 rw-p 0 0:0 0", "1000-1000 rw-p 0 0:0 0",
        "1000-3000 rw 0 0:0 0", "xyz-3000 rw-p 0 0:0 0", "1000-3000",
        "1000 3000 rw-p 0 0:0 0", "123456789012345678901-3000 rw-p 0 0:0 0"}) {
    const auto mappings =
        parse_smaps(std::string(kHeading) + "\nRss: 4 kB\n" + line + "\n");
    EXPECT_FALSE(mappings) << line;
    EXPECT_THAT(mappings.reason(), HasSubstr("\"" + line + "\""));
  }
}

TEST(ParseSmaps, RefusesFieldsBeforeTheFirstMapping) {
  EXPECT_FALSE(parse_smaps("Rss: 4 kB\n" + std::string(kHeading) + "\n"));
  EXPECT_FALSE(parse_smaps("VmFlags: rd\n"));
}

TEST(ParseSmaps, GivesOnlyWholeFiguresOfCutText) {
  const std::vector<MappingUsage> whole = parse(kSmaps);
  for (std::size_t size = 0; size <= kSmaps.size(); ++size) {
    const auto cut = parse_smaps(kSmaps.substr(0, size));
    if (!cut) {
      EXPECT_THAT(cut.reason(), HasSubstr("not a line of smaps"));
      continue;
    }
    ASSERT_LE(cut->size(), whole.size());
    for (std::size_t i = 0; i < cut->size(); ++i) {
      EXPECT_EQ((*cut)[i].begin, whole[i].begin);
      EXPECT_EQ((*cut)[i].end, whole[i].end);
      EXPECT_THAT((*cut)[i].usage.rss,
                  ::testing::AnyOf(0_B, whole[i].usage.rss));
    }
  }
}

TEST(FindMapping, IncludesTheFirstAddressButNotTheEnd) {
  const auto mappings =
      parse("1000-3000 r--p 0 0:0 0 one\n3000-4000 rw-p 0 0:0 0 two\n");
  EXPECT_EQ(find_mapping(mappings, address(0x1000))->name, "one");
  EXPECT_EQ(find_mapping(mappings, address(0x2fff))->name, "one");
  EXPECT_EQ(find_mapping(mappings, address(0x3000))->name, "two");
  EXPECT_FALSE(find_mapping(mappings, address(0xfff)));
  EXPECT_FALSE(find_mapping(mappings, address(0x4000)));
}

TEST(FindMapping, NamesAnAddressThatIsNotMapped) {
  const auto found = find_mapping({}, address(0xabc000));
  EXPECT_FALSE(found);
  EXPECT_THAT(found.reason(), HasSubstr("0xabc000"));
}

TEST(ReadMappings, ReadsTheSmapsOfTheProcess) {
  const testing::TemporaryFolder proc;
  std::filesystem::create_directories(proc.path() / "42");
  write_file(proc.path() / "42" / "smaps", kSmaps);
  EXPECT_THAT(*read_mappings(42, proc.path()), SizeIs(4));
}

TEST(ReadMappings, NamesAPathThatCannotBeRead) {
  const testing::TemporaryFolder proc;
  const std::filesystem::path path = proc.path() / "42" / "smaps";
  EXPECT_FALSE(read_mappings(42, proc.path()));
  EXPECT_THAT(read_mappings(42, proc.path()).reason(),
              HasSubstr(path.string()));
  std::filesystem::create_directories(path.parent_path());
  write_file(path, "garbage\n");
  EXPECT_FALSE(read_mappings(42, proc.path()));
  EXPECT_THAT(read_mappings(42, proc.path()).reason(),
              HasSubstr(path.string()));
}

}  // namespace
}  // namespace cow

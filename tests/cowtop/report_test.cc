// Looks as text, from looks that were never made.
#include "cowtop/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cow/lesson/flags.h"
#include "cow/report/page_drawing.h"
#include "cowtop/clock.h"
#include "cowtop/fake_proc.h"
#include "cowtop/mappings_report.h"
#include "cowtop/pages_report.h"
#include "os/print.h"

namespace cowtop {
namespace {

using namespace cow::literals;
using cow::Bytes;
using cow::MappingUsage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Sample sample() {
  Row parent;
  parent.pid = 10;
  parent.parent = 1;
  parent.command = "a \"b\", c";
  cow::Usage usage;
  usage.rss = 64_MiB;
  usage.pss = 40_MiB;
  usage.private_dirty = 32_MiB;
  usage.swap = 8_KiB;
  parent.usage = usage;
  parent.became_private = 1_MiB;
  Row worker;
  worker.pid = 11;
  worker.parent = 10;
  worker.depth = 1;
  worker.command = "b\xff";
  worker.usage = cow::Absent{"denied"};
  Sample sample;
  sample.at = std::chrono::system_clock::time_point(std::chrono::seconds(5));
  sample.rows = {parent, worker};
  sample.totals = {64_MiB, 40_MiB, 32_MiB, 8_KiB};
  sample.diagnosis = {Kind::kShared, "It is shared.", {"a figure"}};
  sample.notes = {"A note."};
  return sample;
}

TEST(Table, HasProcessesTotalsAndTheDiagnosis) {
  const std::string table = to_table(sample());
  EXPECT_THAT(table,
              HasSubstr("64.0 MiB  40.0 MiB  32.0 MiB  8 KiB  +1.0 MiB"));
  EXPECT_THAT(table, HasSubstr(" 11         -         -"));
  EXPECT_THAT(table, HasSubstr("  b"));
  EXPECT_THAT(table,
              HasSubstr("What top adds up       (sum of RSS): 64.0 MiB"));
  EXPECT_THAT(table,
              HasSubstr("What the machine pays  (sum of PSS): 40.0 MiB"));
  EXPECT_THAT(table, HasSubstr("It is shared.\n  - a figure\n"));
  EXPECT_THAT(table, HasSubstr("A note."));
}

TEST(Table, CutsOnlyCommands) {
  std::setlocale(LC_CTYPE, "C");
  Sample one = sample();
  one.rows[0].command = std::string(100, 'x');
  EXPECT_THAT(to_table(one), HasSubstr("  " + std::string(100, 'x') + "\n"));
  const std::string figures =
      "\n 10  64.0 MiB  40.0 MiB  32.0 MiB  8 KiB  +1.0 MiB      0";
  EXPECT_THAT(to_table(one, 80),
              HasSubstr(figures + "  " + std::string(19, 'x') + "..\n"));
  // The figures stay whole, also in a very narrow terminal.
  EXPECT_THAT(to_table(one, 20), HasSubstr(figures));
}

TEST(Table, SaysWhatToDo) {
  Sample one = sample();
  one.diagnosis.advice = "send an index: docs/04_global.md";
  EXPECT_THAT(to_table(one), HasSubstr("  - a figure\nTo do: send an index: "
                                       "docs/04_global.md.\n"));
  EXPECT_EQ(nlohmann::json::parse(to_json(one)).at("diagnosis").at("advice"),
            one.diagnosis.advice);
}

TEST(Table, HasASentenceForEachTree) {
  Sample two = sample();
  two.others = {{Kind::kCopies, "Of PID 20: copies.", {"another figure"}}};
  EXPECT_THAT(to_table(two),
              HasSubstr("It is shared.\n  - a figure\n\n"
                        "Of PID 20: copies.\n  - another figure\n\nA note."));
  const auto json = nlohmann::json::parse(to_json(two));
  EXPECT_EQ(json.at("other_trees").at(0).at("kind"), "copies");
}

TEST(Table, WrapsEvidenceWithoutSplittingAmounts) {
  Sample one = sample();
  one.diagnosis.evidence = {
      "PID 11 (python3): inherited and shared 6.6 MiB, inherited and copied "
      "1.5 MiB, own 40 KiB"};
  EXPECT_THAT(to_table(one),
              HasSubstr("\n  - PID 11 (python3): inherited and shared 6.6 MiB, "
                        "inherited and copied\n    1.5 MiB, own 40 KiB\n"));
}

TEST(Json, IsInBytesAndOmitsUnreadableFigures) {
  const auto json = nlohmann::json::parse(to_json(sample()));
  const auto& parent = json.at("processes").at(0);
  EXPECT_EQ(parent.at("pid"), 10);
  EXPECT_EQ(parent.at("ppid"), 1);
  EXPECT_EQ(parent.at("rss"), 64 << 20);
  EXPECT_EQ(parent.at("pss"), 40 << 20);
  EXPECT_EQ(parent.at("uss"), 32 << 20);
  EXPECT_EQ(parent.at("swap"), 8 << 10);
  EXPECT_FALSE(parent.contains("reason"));
  const auto& worker = json.at("processes").at(1);
  EXPECT_EQ(worker.at("reason"), "denied");
  EXPECT_FALSE(worker.contains("rss"));
  EXPECT_EQ(json.at("totals").at("rss"), 64 << 20);
  EXPECT_EQ(json.at("totals").at("pss"), 40 << 20);
  EXPECT_EQ(json.at("totals").at("uss"), 32 << 20);
  EXPECT_EQ(json.at("diagnosis").at("kind"), "shared");
  EXPECT_EQ(json.at("diagnosis").at("sentence"), "It is shared.");
}

TEST(Reports, ShowTheUsageAndTheLimitOfTheControlGroup) {
  Sample one = sample();
  EXPECT_THAT(to_table(one), Not(HasSubstr("control group")));
  EXPECT_FALSE(nlohmann::json::parse(to_json(one)).contains("cgroup"));
  one.group = cow::CgroupMemory{300_MiB, 512_MiB};
  EXPECT_THAT(to_table(one),
              HasSubstr("What the control group has         : 300.0 MiB of "
                        "512.0 MiB\n\n"));
  const auto json = nlohmann::json::parse(to_json(one));
  EXPECT_EQ(json.at("cgroup").at("used"), 300 << 20);
  EXPECT_EQ(json.at("cgroup").at("limit"), 512 << 20);
}

TEST(Csv, LeavesUnreadableFieldsEmpty) {
  EXPECT_EQ(to_csv(sample()),
            "5.000,10,1,67108864,41943040,33554432,8192,1048576,0,"
            "\"a \"\"b\"\", c\",,\n"
            "5.000,11,10,,,,,,,\"b\xff\",,\n"
            "5.000,,,67108864,41943040,33554432,8192,,,,shared,"
            "\"It is shared.\"\n");
  EXPECT_EQ(csv_header(),
            "time,pid,ppid,rss,pss,uss,swap,became_private,private_per_second,"
            "command,diagnosis,sentence\n");
}

TEST(Summary, HasTheLooksWithTheLowestAndTheHighestPss) {
  const auto at = [](int seconds) {
    return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
  };
  Looks looks;
  EXPECT_EQ(to_summary(looks), "");
  Sample one = sample();
  looks.add(one);
  one.at = at(7);
  one.totals.pss = 48_MiB;
  one.diagnosis.sentence = "It becomes private.";
  looks.add(one);
  one.at = at(9);
  one.totals.pss = 44_MiB;
  looks.add(one);
  one.totals.pss = 1_GiB;
  one.torn = true;
  looks.add(one);
  const std::string summary = to_summary(looks);
  EXPECT_THAT(summary, StartsWith("The sums since " + clock(at(5)) + ","));
  EXPECT_THAT(summary,
              HasSubstr("lowest   64.0 MiB  40.0 MiB  32.0 MiB  8 KiB  " +
                        clock(at(5)) +
                        "\nhighest  64.0 MiB  48.0 MiB  32.0 MiB  8 KiB  " +
                        clock(at(7)) + "\nIt becomes private.\n"));
}

MappingUsage mapping(std::uint64_t begin, std::uint64_t end,
                     const std::string& name, Bytes rss, Bytes uss) {
  MappingUsage mapping;
  mapping.begin = begin;
  mapping.end = end;
  mapping.permissions = "rw-p";
  mapping.name = name;
  mapping.usage.rss = rss;
  mapping.usage.private_dirty = uss;
  return mapping;
}

const std::vector<MappingUsage> kMappings = {
    mapping(0x10000, 0x20000, "/lib/a.so", 8_KiB, 4_KiB),
    mapping(0x30000, 0x40000, "/lib/a.so", 16_KiB, 8_KiB),
    mapping(0x50000, 0x60000, "", 32_KiB, 32_KiB),
    mapping(0x70000, 0x80000, "[heap]", 64_KiB, 0_KiB),
    mapping(0x90000, 0xa0000, "/lib/empty.so", 0_KiB, 0_KiB)};

TEST(MappingsByName, AreAddedUpAndSortedByPrivateMemory) {
  const auto sums = by_name(kMappings);
  ASSERT_EQ(sums.size(), 3U);
  EXPECT_EQ(sums[0].name, "(anonymous)");
  EXPECT_EQ(sums[1].name, "/lib/a.so");
  EXPECT_EQ(sums[1].count, 2);
  EXPECT_EQ(sums[1].usage.uss(), 12_KiB);
  EXPECT_EQ(sums[1].usage.rss, 24_KiB);
  EXPECT_EQ(sums[2].name, "[heap]");
  const auto json = nlohmann::json::parse(to_json(7, sums));
  EXPECT_EQ(json.at("pid"), 7);
  EXPECT_EQ(json.at("mappings").at(1).at("uss"), 12 << 10);
  EXPECT_THAT(to_table(sums), HasSubstr("44 KiB"));
}

TEST(MappingsByName, SayWhatWasInheritedCopiedAndMade) {
  const MappedPages origins = {
      {0x10000, {.shared = 1_MiB, .copied = 2_MiB, .own = 3_MiB}},
      {0x30000, {.undecided = 4_MiB, .shared_memory = 5_MiB}},
      {0x50000, {.left = 6_MiB, .lone_memory = 7_MiB}}};
  const auto sums = by_name(kMappings, origins);
  const std::string table = to_table(sums);
  EXPECT_THAT(table, HasSubstr("private   shared   copied       own  unclear"));
  EXPECT_THAT(table, HasSubstr("0  6.0 MiB   7.0 MiB        0"))
      << "(anonymous)";
  EXPECT_THAT(table, HasSubstr("6.0 MiB  2.0 MiB   3.0 MiB  4.0 MiB"))
      << "/lib/a.so";
  EXPECT_THAT(table, HasSubstr("  -        -         -        -   64 KiB"))
      << "[heap] was not read";
  EXPECT_THAT(table, HasSubstr("6.0 MiB  8.0 MiB  10.0 MiB  4.0 MiB"));
  const auto json = nlohmann::json::parse(to_json(7, sums)).at("mappings");
  EXPECT_EQ(json.at(0).at("copied"), 6 << 20);
  EXPECT_EQ(json.at(1).at("shared"), 6 << 20);
  EXPECT_EQ(json.at(1).at("undecided"), 4 << 20);
  EXPECT_FALSE(json.at(2).contains("own"));
  EXPECT_THAT(to_table(by_name(kMappings)),
              HasSubstr("12 KiB       -       -    -        -   24 KiB"));
}

TEST(ChooseMapping, FindsARangeANameOrTheLargest) {
  EXPECT_EQ(choose_mapping(kMappings, "[heap]")->begin, 0x70000U);
  EXPECT_EQ(choose_mapping(kMappings, "heap")->begin, 0x70000U);
  EXPECT_EQ(choose_mapping(kMappings, "a.so")->begin, 0x30000U);
  EXPECT_EQ(choose_mapping(kMappings, "/lib/a.so")->begin, 0x30000U);
  EXPECT_EQ(choose_mapping(kMappings, "largest")->begin, 0x70000U);
  const auto range = *choose_mapping(kMappings, "0x51000-52001");
  EXPECT_EQ(range.begin, 0x51000U);
  EXPECT_EQ(range.end, 0x53000U);
  EXPECT_EQ(range.permissions, "rw-p");
}

TEST(ChooseMapping, RefusesAMissingMapping) {
  EXPECT_THAT(choose_mapping(kMappings, "b.so").reason(), HasSubstr("b.so"));
  EXPECT_FALSE(choose_mapping(kMappings, "20000-30000"));
  EXPECT_FALSE(choose_mapping(kMappings, "1f000-31000"));
  EXPECT_THROW(static_cast<void>(choose_mapping(kMappings, "30000-30000")),
               cow::BadUsage);
  EXPECT_THROW(static_cast<void>(choose_mapping(kMappings, "fff1-0")),
               cow::BadUsage);
}

constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kSwapped = std::uint64_t{1} << 62;
constexpr std::uint64_t kExclusive = std::uint64_t{1} << 56;

// A process with one mapping that begins at 0, of `entries` in its page map.
MappingUsage put_page_map(const testing::FakeProc& proc,
                          const std::vector<std::uint64_t>& entries) {
  std::string bytes(entries.size() * sizeof entries[0], '\0');
  std::memcpy(bytes.data(), entries.data(), bytes.size());
  proc.write(7, "pagemap", bytes);
  return mapping(0, cow::to_bytes(cow::Pages(entries.size())).size(), "",
                 64_KiB, 0_KiB);
}

TEST(ReadStates, DistinguishesFourKindsOfPages) {
  const testing::FakeProc proc;
  const MappingUsage mapping =
      put_page_map(proc, {0, kPresent, kPresent | kExclusive, kSwapped});
  EXPECT_THAT(*read_states(7, mapping, proc.path()), ElementsAre(0, 1, 2, 3));
}

// It is read in parts of 65,536 pages.
TEST(ReadStates, KeepsThePagesOfALargeMappingInOrder) {
  const testing::FakeProc proc;
  std::vector<std::uint64_t> entries(150'000);
  std::vector<std::uint8_t> expected(entries.size());
  for (std::size_t i = 0; i < entries.size(); i += 7) {
    entries[i] = kPresent;
    expected[i] = 1;
  }
  const MappingUsage mapping = put_page_map(proc, entries);
  EXPECT_EQ(*read_states(7, mapping, proc.path()), expected);
}

TEST(ReadStates, RefusesMoreAddressesThanAPictureCanShow) {
  const testing::FakeProc proc;
  put_page_map(proc, {kPresent});
  const auto states = read_states(
      7, mapping(0x10000, 0x10000 + (std::uint64_t{1} << 40), "", 0_KiB, 0_KiB),
      proc.path());
  EXPECT_THAT(states.reason(),
              HasSubstr("1024.00 GiB of addresses are too many "
                        "for a picture; give A-B"));
  EXPECT_THAT(states.reason(), HasSubstr("10000-10000010000"));
}

TEST(PagePicture, ShowsFourKindsOfPages) {
  const auto picture = picture_of(7, kMappings[3], {0, 1, 2, 3});
  EXPECT_THAT(to_text(picture, false), HasSubstr("-.#s"));
  EXPECT_THAT(picture.title, HasSubstr("[heap] 70000-80000"));
}

}  // namespace
}  // namespace cowtop

// The list of all processes, from literal texts and a folder like /proc.
#include "cow/memory/process_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cow/memory/mappings.h"
#include "cow/memory/region.h"
#include "cow/os/descriptor.h"
#include "cowtop/fake_proc.h"
#include "cowtop/lister.h"

namespace cow {
namespace {

using cowtop::testing::FakeProc;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string stat_line(const std::string& name,
                      const std::string& code = "94798070267904",
                      const std::string& stack = "140720477417984") {
  return fmt::format(
      "42 ({}) S 7 42 42 34816 -1 4194304 102 0 3 0 30 40 50 60 20 0 1 0 "
      "329571 3133440 416 18446744073709551615 {} 94798070287105 {} 0 0 0\n",
      name, code, stack);
}

TEST(ParseListed, ReadsEachFieldFromItsPlace) {
  const ListedProcess process = *parse_listed(stat_line("cat"));
  EXPECT_EQ(process.id, (ProcessId{42, 329571}));
  EXPECT_EQ(process.parent, 7);
  EXPECT_EQ(process.state, 'S');
  EXPECT_EQ(process.name, "cat");
  EXPECT_EQ(process.minor_faults, 102);
  EXPECT_EQ(process.major_faults, 3);
  EXPECT_EQ(process.rss, Pages(416));
  EXPECT_EQ(process.image, (Image{94798070267904, 140720477417984}));
  EXPECT_TRUE(process.image.known());
  EXPECT_FALSE(process.zombie());
}

TEST(ParseListed, KeepsNamesWithBlanksBracketsAndNewlinesWhole) {
  for (const std::string name :
       {"", " ", "two words", "(sd-pam)", ")", "(", ") S 1 2 3", "a\nb"}) {
    const Reading<ListedProcess> process = parse_listed(stat_line(name));
    ASSERT_TRUE(process) << name;
    EXPECT_EQ(process->name, name);
    EXPECT_EQ(process->parent, 7);
  }
}

TEST(ParseListed, NeverMixesUpFieldsOfCutText) {
  const std::string text = stat_line("a (b) c");
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto process = parse_listed(std::string_view(text).substr(0, size));
    if (!process) {
      EXPECT_NE(process.reason(), "");
      continue;
    }
    EXPECT_EQ(process->id.started, 329571U);
    EXPECT_EQ(process->rss, Pages(416));
  }
}

TEST(ParseListed, GivesNoImageForUnreadableMemory) {
  EXPECT_FALSE(parse_listed(stat_line("cat", "1", "0"))->image.known());
}

TEST(ListProcesses, ListsReadableProcessesInIdOrder) {
  const FakeProc proc;
  for (const pid_t pid : {100, 9, 10, 11, 12}) proc.put({.pid = pid});
  proc.remove(11, "stat");
  proc.write(12, "stat", "garbage");
  std::filesystem::create_directories(proc.path() / "self");
  std::filesystem::create_directories(proc.path() / "9x");
  write_file(proc.path() / "77", "a file");
  const auto processes = list_processes(proc.path());
  ASSERT_THAT(processes, SizeIs(3));
  EXPECT_EQ(processes[0].id.pid, 9);
  EXPECT_EQ(processes[2].id.pid, 100);
  EXPECT_EQ(processes[0].user, ::geteuid());
}

TEST(ListProcesses, GivesNothingWithoutAFolder) {
  EXPECT_THAT(list_processes("/nowhere"), IsEmpty());
}

TEST(ListProcesses, IncludesThisProcess) {
  for (const ListedProcess& process : list_processes()) {
    if (process.id.pid != ::getpid()) continue;
    EXPECT_EQ(process.parent, ::getppid());
    EXPECT_EQ(process.user, ::geteuid());
    EXPECT_TRUE(process.image.known());
    return;
  }
  FAIL() << "this process is not listed";
}

class ListAgain : public ::testing::Test {
 protected:
  // The RSS of process 9, and the parent of process 10.
  std::pair<Pages, pid_t> list() {
    std::pair<Pages, pid_t> found;
    for (const ListedProcess& one : lister(proc.path())) {
      if (one.id.pid == 9) found.first = one.rss;
      if (one.id.pid == 10) found.second = one.parent;
    }
    return found;
  }

  FakeProc proc;
  std::map<pid_t, std::chrono::nanoseconds> used{{9, {}}, {10, {}}};
  cowtop::Lister lister{[this](pid_t pid) { return std::optional(used[pid]); }};
};

TEST_F(ListAgain, ReadsAProcessOnlyIfItHasUsedProcessorTime) {
  proc.put({.pid = 9, .parent = 0, .rss = 100});
  EXPECT_EQ(list().first, Pages(100));
  proc.put({.pid = 9, .parent = 0, .rss = 200});
  EXPECT_EQ(list().first, Pages(100));
  ++used[9];
  EXPECT_EQ(list().first, Pages(200));
}

TEST_F(ListAgain, ReadsEachProcessNowAndThen) {
  proc.put({.pid = 9, .parent = 0, .rss = 100});
  list();
  proc.put({.pid = 9, .parent = 0, .rss = 90});
  int times = 0;
  while (list().first != Pages(90) && times < 100) ++times;
  EXPECT_LT(times, 16);
}

TEST_F(ListAgain, ReadsWhoHasLostItsParent) {
  proc.put({.pid = 9, .parent = 0});
  proc.put({.pid = 10, .parent = 9});
  EXPECT_EQ(list().second, 9);
  proc.remove(9);
  proc.put({.pid = 10, .parent = 0});
  EXPECT_EQ(list().second, 0);
}

TEST_F(ListAgain, SeesWhatAProcessHasDone) {
  cowtop::Lister real;
  const auto faults = [&] {
    for (const ListedProcess& one : real("/proc")) {
      if (one.id.pid == ::getpid()) return one.minor_faults;
    }
    return std::int64_t{-1};
  };
  const std::int64_t before = faults();
  const Region region(Pages(100));
  EXPECT_GE(faults(), before + 100);
  constexpr pid_t kNobody = 1 << 22;  // PID_MAX_LIMIT of Linux
  EXPECT_FALSE(cowtop::cpu_time_of(kNobody));
}

TEST(CommandLine, HasABlankBetweenTwoArguments) {
  using namespace std::string_view_literals;
  EXPECT_EQ(parse_command_line("python3\0job.py\0--fast\0"sv),
            "python3 job.py --fast");
  EXPECT_EQ(parse_command_line("postgres: writer\0\0\0"sv), "postgres: writer");
  EXPECT_EQ(parse_command_line(""), "");
  EXPECT_EQ(parse_command_line("\0\0"sv), "");
}

TEST(CommandLine, IsCutIfTooLong) {
  EXPECT_LE(parse_command_line(std::string(100'000, 'x')).size(), 1000U);
}

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text :
       {"", "plain", "Grüße", "漢字", "\u00A0", "\U0001F600"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ReplacesControlCharactersAndInvalidText) {
  EXPECT_EQ(printable("\033[2J"), "\uFFFD[2J");
  EXPECT_EQ(printable("a\nb\x7f"), "a\uFFFDb\uFFFD");
  EXPECT_EQ(printable("\xC2\x9B"), "\uFFFD\uFFFD");  // C1: CSI
  EXPECT_EQ(printable("\xff"), "\uFFFD");
  EXPECT_EQ(printable("\xC3"), "\uFFFD");                      // cut
  EXPECT_EQ(printable("\xC0\xAF"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"),
            "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond Unicode
}

TEST(ReadCommand, GivesTheNameInBracketsIfThereAreNoArguments) {
  const FakeProc proc;
  proc.put({.pid = 9, .name = "kworker\033", .command = ""});
  EXPECT_EQ(read_command(list_processes(proc.path()).at(0), proc.path()),
            "[kworker\uFFFD]");
}

TEST(ParseMaps, ReadsRangesAndNames) {
  const auto ranges = *parse_maps(
      "1000-3000 rw-p 00000000 00:00 0 \n"
      "5000-6000 r-xp 00001000 fe:00 77                         /a b.so\n");
  ASSERT_THAT(ranges, SizeIs(2));
  EXPECT_EQ(ranges[0].begin, 0x1000U);
  EXPECT_EQ(ranges[0].end, 0x3000U);
  EXPECT_EQ(ranges[0].name, "");
  EXPECT_EQ(ranges[1].permissions, "r-xp");
  EXPECT_EQ(ranges[1].name, "/a b.so");
}

TEST(ParseMaps, RefusesOtherTextAndNamesTheLine) {
  EXPECT_THAT(parse_maps("1000-3000 rw-p 0 0 0\ngarbage\n").reason(),
              ::testing::HasSubstr("garbage"));
  EXPECT_FALSE(parse_maps("3000-1000 rw-p 0 0 0\n"));
}

}  // namespace
}  // namespace cow

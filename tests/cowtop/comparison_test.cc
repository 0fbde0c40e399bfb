// Pages laid over those of a relative, from literal maps: "." untouched, "x"
// exclusive, "s" shared.
#include "cowtop/comparison.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "cowtop/fake_proc.h"
#include "os/print.h"

namespace cowtop {
namespace {

using cow::Bytes;
using cow::MappingRange;
using cow::Pages;
using namespace cow::literals;

PageRange range(std::int64_t first_page, const std::string& pages) {
  PageRange range;
  range.begin = to_bytes(Pages(first_page)).size();
  for (const char page : pages) {
    range.pages.push_back(page == 'x'   ? PageState::kExclusive
                          : page == 's' ? PageState::kShared
                                        : PageState::kNone);
  }
  return range;
}

PageRange isolated(PageRange range) {
  range.before = range.after = Neighbor::kNone;
  return range;
}

PageRange above(PageRange range) {  // touches one below it
  range.before = Neighbor::kAlike;
  range.after = Neighbor::kNone;
  return range;
}

PageRange below(PageRange range) {  // touches one above it
  range.before = Neighbor::kNone;
  range.after = Neighbor::kAlike;
  return range;
}

// With the bounds of all its ranges.
PageStates states(std::vector<PageRange> ranges) {
  PageStates states{std::move(ranges)};
  for (const PageRange& range : states.ranges) {
    states.bounds.push_back(range.begin);
    states.bounds.push_back(range.begin +
                            to_bytes(Pages(range.pages.size())).size());
  }
  return states;
}

PageRange memory(PageRange range) {
  range.shared_mapping = true;
  return range;
}

Bytes pages(std::int64_t count) { return to_bytes(Pages(count)); }

TEST(ComparePages, CountsPagesThatAreStillShared) {
  const Comparison sum = compare({{range(100, "ss.s")}}, {{range(100, "ssss")}},
                                 Relative::kAncestor);
  EXPECT_EQ(sum.shared, pages(3));
  EXPECT_EQ(sum.exclusive(), Bytes());
}

TEST(ComparePages, CountsExclusivePagesOfASharedMappingAsCopied) {
  const Comparison sum = compare({{range(100, "sxxs")}}, {{range(100, "sxxs")}},
                                 Relative::kAncestor);
  EXPECT_EQ(sum.copied, pages(2));
  EXPECT_EQ(sum.shared, pages(2));
  EXPECT_EQ(sum.undecided, Bytes());
}

TEST(ComparePages, CountsPagesMissingInTheAncestorAsOwn) {
  const Comparison sum = compare({{range(100, "xx"), range(200, "sxx")}},
                                 {{range(200, "s..")}}, Relative::kAncestor);
  EXPECT_EQ(sum.own, pages(4));
  EXPECT_EQ(sum.copied, Bytes());
}

TEST(ComparePages, CountsPagesAsCopiedIfTheAncestorSharesPartOfTheMapping) {
  const Comparison sum =
      compare({{range(100, "xx")}}, {{range(99, ".sx.")}}, Relative::kAncestor);
  EXPECT_EQ(sum.copied, pages(2));
}

TEST(ComparePages, LeavesPagesUndecidedIfExclusiveInBoth) {
  const Comparison sum =
      compare({{range(100, "xx")}}, {{range(90, "xxxxxxxxxxxxx")}},
              Relative::kAncestor);
  EXPECT_EQ(sum.undecided, pages(2));
  EXPECT_EQ(sum.copied, Bytes());
  EXPECT_EQ(sum.own, Bytes());
}

// Parent and child may both have made it, at one address.
TEST(ComparePages,
     CountsAnIsolatedMappingAsCopiedOnlyIfAboveAnInheritedMapping) {
  const PageRange data = isolated(range(100, "xx"));
  const PageRange old = range(90, "s");
  EXPECT_EQ(compare({{old, data}}, {{old, data}}, Relative::kAncestor).copied,
            pages(2));
  EXPECT_EQ(compare({{data}}, {{data}}, Relative::kAncestor).undecided,
            pages(2));
  const PageRange later = range(200, "s");
  EXPECT_EQ(
      compare({{data, later}}, {{data, later}}, Relative::kAncestor).undecided,
      pages(2));
  EXPECT_EQ(
      compare({{old, data}}, {{old, range(100, "xxx")}}, Relative::kAncestor)
          .undecided,
      pages(2));
  EXPECT_EQ(
      compare({{range(100, "xx")}}, {{range(100, "xx")}}, Relative::kAncestor)
          .undecided,
      pages(2));
}

// The kernel has joined the parent's new memory to its heap. In the child the
// heap was inherited, so the new memory is a mapping of its own.
TEST(ComparePages, CountsMemoryAsOwnIfTheParentHasNoMappingThatBeginsThere) {
  const PageStates child =
      states({below(range(100, "sx")), above(range(102, "xxx"))});
  const PageStates parent = states({range(100, "sxxxx")});
  const Comparison sum = compare(child, parent, Relative::kAncestor);
  EXPECT_EQ(sum.own, pages(3));
  EXPECT_EQ(sum.copied, pages(1));
  EXPECT_EQ(sum.undecided, Bytes());
}

TEST(ComparePages, RecognizesTheNewPartOfAHeapWhoseOldPartWasWritten) {
  PageRange grown = above(range(102, "xxx"));
  grown.heap = true;
  const Comparison sum =
      compare(states({below(range(100, "xx")), grown}),
              states({range(100, "xxxxx")}), Relative::kAncestor);
  EXPECT_EQ(sum.own, pages(3));
  EXPECT_EQ(sum.undecided, pages(2));
}

TEST(ComparePages, RecognizesAnInheritedMappingAboveAnotherOne) {
  const PageStates both =
      states({below(range(100, "sx")), above(range(102, "xxx"))});
  EXPECT_EQ(compare(both, both, Relative::kAncestor).copied, pages(4));
}

// Unlike flags keep them apart, so that both have the bound.
TEST(ComparePages, CannotTellWhenAMappingBelowAnInheritedMappingWasMade) {
  const PageStates both =
      states({below(range(100, "xxx")), above(range(103, "sx"))});
  const Comparison sum = compare(both, both, Relative::kAncestor);
  EXPECT_EQ(sum.copied, pages(1));
  EXPECT_EQ(sum.undecided, pages(3));
}

TEST(ComparePages, CountsPagesOfFilesSeparately) {
  PageRange file = range(100, "...");
  file.pages = {PageState::kFileShared, PageState::kFileExclusive,
                PageState::kFileShared};
  const Comparison sum = compare({{file}}, {{file}}, Relative::kAncestor);
  EXPECT_EQ(sum.files, pages(2));
  EXPECT_EQ(sum.lone_files, pages(1));
  EXPECT_EQ(sum.shared, Bytes());
  EXPECT_EQ(sum.own, Bytes());
}

// A private mapping of a file, of which pages were written.
PageStates with_file(const std::string& pages, const char* name,
                     std::uint64_t offset = 0) {
  PageRange file = range(100, pages);
  file.file = true;
  const std::uint64_t page = cow::page_size().size();
  return {{file},
          {{100 * page, (100 + pages.size()) * page, "rw-p", name, offset}}};
}

TEST(ComparePages, CountsWrittenPagesOfAnInheritedPrivateFileAsCopied) {
  const PageStates worker = with_file("xx.x", "/weights");
  const PageStates parent = with_file("..sx", "/weights");
  const Comparison sum = compare(worker, parent, Relative::kAncestor);
  EXPECT_EQ(sum.copied, pages(3));
  EXPECT_EQ(sum.exclusive(), pages(3));
  // Of an ancestor that has ended nobody knows whether it had the file.
  EXPECT_EQ(compare(worker, parent, Relative::kSibling).undecided, pages(3));
  // The parent has nothing to compare the other two pages with.
  const std::uint64_t page = cow::page_size().size();
  EXPECT_EQ(copied_pages(worker, parent, Relative::kAncestor).copied,
            (std::vector<std::uint64_t>{103 * page}));
}

TEST(ComparePages, CountsWrittenPagesOfOtherPrivateFilesSeparately) {
  const PageStates worker = with_file("xx.", "/weights");
  for (const PageStates& parent :
       {with_file("...", "/other"), with_file("...", "/weights", 4096),
        PageStates()}) {
    const Comparison sum = compare(worker, parent, Relative::kAncestor);
    EXPECT_EQ(sum.written_files, pages(2));
    EXPECT_EQ(sum.exclusive(), pages(2));
  }
  EXPECT_EQ(compare(worker, {}, Relative::kNone).written_files, pages(2));
}

TEST(ComparePages, CountsPagesAsCopiedOnlyIfTheSiblingSharesThem) {
  const Comparison sum = compare({{range(100, "xxxs")}}, {{range(100, "sx.s")}},
                                 Relative::kSibling);
  EXPECT_EQ(sum.copied, pages(1));
  EXPECT_EQ(sum.undecided, pages(1));
  EXPECT_EQ(sum.own, pages(1));
  EXPECT_EQ(sum.shared, pages(1));
}

TEST(ComparePages, CountsExclusivePagesAsOwnIfThereIsNoRelative) {
  EXPECT_EQ(
      compare({{range(100, "xxs")}}, {{range(100, "xxs")}}, Relative::kNone)
          .own,
      pages(2));
}

TEST(ComparePages, CountsSharedMemorySeparately) {
  const Comparison sum =
      compare({{memory(range(100, "ssx"))}}, {{memory(range(100, "sss"))}},
              Relative::kAncestor);
  EXPECT_EQ(sum.shared_memory, pages(2));
  EXPECT_EQ(sum.lone_memory, pages(1));
  EXPECT_EQ(sum.shared, Bytes());
  EXPECT_EQ(sum.copied, Bytes());
}

TEST(ComparePages, HandlesManyMappings) {
  const PageStates worker{
      {range(10, "x"), range(20, "xs"), range(30, "x.x"), range(40, "x")}};
  const PageStates parent{{range(5, "x"), range(19, ".xs."), range(31, "x"),
                           range(39, "xx"), range(50, "x")}};
  const Comparison sum = compare(worker, parent, Relative::kAncestor);
  EXPECT_EQ(sum.own, pages(3));        // 10, 30, 32
  EXPECT_EQ(sum.copied, pages(1));     // 20
  EXPECT_EQ(sum.undecided, pages(1));  // 40
}

MappingRange mapping(Bytes size, const char* permissions, const char* name) {
  return {0, static_cast<std::uint64_t>(size.count()), permissions, name};
}

TEST(CopiedPages, AreThoseThatCountAsCopiedOrUndecided) {
  const PageStates ours{
      {range(100, "sx.x"), memory(range(200, "xx")), range(300, "xx")}};
  const PageStates theirs{
      {range(100, "xsxx"), memory(range(200, "xx")), range(300, ".x")}};
  const std::uint64_t page = cow::page_size().size();
  const CopiedPages found = copied_pages(ours, theirs, Relative::kAncestor);
  EXPECT_EQ(found.copied, (std::vector<std::uint64_t>{101 * page, 103 * page}));
  EXPECT_EQ(found.undecided, (std::vector<std::uint64_t>{301 * page}));
  const Comparison sum = compare(ours, theirs, Relative::kAncestor);
  EXPECT_EQ(sum.copied + sum.undecided, to_bytes(Pages(3)));
}

TEST(CopiedPages, LeaveOutPagesThatBothProcessesMadeAfterTheFork) {
  const PageStates ours =
      states({below(range(100, "sx")), above(range(102, "xxx"))});
  const PageStates theirs = states({range(100, "sxxxx")});
  const CopiedPages found = copied_pages(ours, theirs, Relative::kAncestor);
  EXPECT_TRUE(found.undecided.empty());
  EXPECT_EQ(found.copied,
            (std::vector<std::uint64_t>{101 * cow::page_size().size()}));
}

// Of a process with 60,000 mappings, opening it took longer than reading it.
TEST(ReadPageStates, OpensThePageMapOnce) {
  const testing::FakeProc proc;
  const std::uint64_t page = cow::page_size().size();
  const auto line = [&](std::uint64_t first, std::uint64_t last) {
    return fmt::format("{:x}-{:x} rw-p 00000000 00:00 0\n", first * page,
                       last * page);
  };
  proc.write(7, "maps", line(16, 80) + line(80, 150) + line(200, 264));
  std::string map(8UL * 264, '\0');
  for (const std::size_t first : {16UL, 80UL, 200UL}) map[8 * first + 7] = -127;
  proc.write(7, "pagemap", map);
  const cow::Descriptor events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const auto file = proc.path() / "7/pagemap";
  // Two equal events in a row become one; so closing counts as well.
  ASSERT_NE(::inotify_add_watch(events.get(), file.c_str(), IN_OPEN | IN_CLOSE),
            -1);
  const auto states = read_page_states(7, 1_MiB, false, proc.path());
  inotify_event event{};
  int count = 0;
  while (::read(events.get(), &event, sizeof event) == sizeof event) ++count;
  EXPECT_EQ(count, 2);
  ASSERT_EQ(states->ranges.size(), 3U);
  for (const PageRange& range : states->ranges) {
    EXPECT_EQ(range.pages.front(), PageState::kExclusive);
    EXPECT_EQ(std::count(range.pages.begin(), range.pages.end(),
                         PageState::kExclusive),
              1);
  }
  EXPECT_EQ(states->ranges[1].pages.size(), 70U);
}

TEST(WorthReading, IsTrueForLargeDataAndTheHeap) {
  EXPECT_TRUE(worth_reading(mapping(1_MiB, "rw-p", ""), 1_MiB));
  EXPECT_TRUE(worth_reading(mapping(1_MiB, "rw-s", "/dev/shm/x"), 1_MiB));
  EXPECT_TRUE(worth_reading(mapping(1_MiB, "rw-p", "/data"), 1_MiB));
  EXPECT_TRUE(worth_reading(mapping(4_KiB, "rw-p", "[heap]"), 1_MiB));
  EXPECT_FALSE(worth_reading(mapping(4_KiB, "rw-p", ""), 1_MiB));
  EXPECT_FALSE(worth_reading(mapping(1_MiB, "r-xp", "/lib/x.so"), 1_MiB));
  EXPECT_FALSE(worth_reading(mapping(1_MiB, "---p", ""), 1_MiB));
  EXPECT_TRUE(worth_reading(mapping(9_MiB, "r--p", "/weights"), 9_MiB));
  EXPECT_FALSE(worth_reading(mapping(9_MiB, "r--p", "/lib/x.so.1"), 9_MiB));
}

TEST(IsFile, IsFalseForSharedMemory) {
  EXPECT_TRUE(is_file("/srv/weights.bin"));
  EXPECT_TRUE(is_file("/tmp/gone (deleted)"));
  EXPECT_FALSE(is_file("/dev/shm/psm_1"));
  EXPECT_FALSE(is_file("/dev/zero (deleted)"));
  EXPECT_FALSE(is_file("/memfd:x (deleted)"));
  EXPECT_FALSE(is_file("[heap]"));
  EXPECT_FALSE(is_file(""));
}

TEST(WorthReading, IsFalseForAMostlyEmptyAddressSpace) {
  EXPECT_FALSE(worth_reading(mapping(Bytes(1LL << 44), "rw-p", ""), 100_MiB));
  EXPECT_TRUE(worth_reading(mapping(800_MiB, "rw-p", ""), 100_MiB));
}

}  // namespace
}  // namespace cowtop

// Pages laid over those of a relative, from literal maps: "." untouched, "x"
// exclusive, "s" shared.
#include "cowtop/comparison.h"

#include <gtest/gtest.h>

#include <string>

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
  range.isolated = true;
  return range;
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

TEST(ComparePages, CountsPagesAsCopiedIfOnlyTheAncestorStillSharesThem) {
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

TEST(ComparePages, RecognizesAnIsolatedMappingByItsBounds) {
  EXPECT_EQ(compare({{isolated(range(100, "xx"))}}, {{range(100, "xx")}},
                    Relative::kAncestor)
                .copied,
            pages(2));
  EXPECT_EQ(compare({{isolated(range(100, "xx"))}}, {{range(100, "xxx")}},
                    Relative::kAncestor)
                .undecided,
            pages(2));
  EXPECT_EQ(
      compare({{range(100, "xx")}}, {{range(100, "xx")}}, Relative::kAncestor)
          .undecided,
      pages(2));
}

TEST(ComparePages, TrustsOnlySharedPagesOfASibling) {
  const Comparison sum = compare({{range(100, "xxxs")}}, {{range(100, "sx.s")}},
                                 Relative::kSibling);
  EXPECT_EQ(sum.copied, pages(1));
  EXPECT_EQ(sum.undecided, pages(1));
  EXPECT_EQ(sum.own, pages(1));
  EXPECT_EQ(sum.shared, pages(1));
}

TEST(ComparePages, CountsAllPagesAsOwnWithoutARelative) {
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

TEST(WorthReading, IsTrueForLargeDataAndTheHeap) {
  EXPECT_TRUE(worth_reading(mapping(1_MiB, "rw-p", ""), 1_MiB));
  EXPECT_TRUE(worth_reading(mapping(1_MiB, "rw-s", "/dev/shm/x"), 1_MiB));
  EXPECT_TRUE(worth_reading(mapping(1_MiB, "rw-p", "/data"), 1_MiB));
  EXPECT_TRUE(worth_reading(mapping(4_KiB, "rw-p", "[heap]"), 1_MiB));
  EXPECT_FALSE(worth_reading(mapping(4_KiB, "rw-p", ""), 1_MiB));
  EXPECT_FALSE(worth_reading(mapping(1_MiB, "r-xp", "/lib/x.so"), 1_MiB));
  EXPECT_FALSE(worth_reading(mapping(1_MiB, "---p", ""), 1_MiB));
}

TEST(WorthReading, IsFalseForAMostlyEmptyAddressSpace) {
  EXPECT_FALSE(worth_reading(mapping(Bytes(1LL << 44), "rw-p", ""), 100_MiB));
  EXPECT_TRUE(worth_reading(mapping(800_MiB, "rw-p", ""), 100_MiB));
}

}  // namespace
}  // namespace cowtop

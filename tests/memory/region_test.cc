// Regions of one process: what is counted, and what is not.
#include "cow/memory/region.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "cow/memory/process.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"
#include "memory/region_checks.h"

namespace cow {
namespace {

using RegionPages = testing::CountedPages;
using MappingPages = RegionPages;
using testing::expect_pages;

std::uint64_t number(const void* address) {
  return std::bit_cast<std::uint64_t>(address);
}

TEST_F(RegionPages, AreAllPresentAndOwnedByTheirProcess) {
  for (const int count : {1, 2, 64, 600}) {
    const Region region{Pages(count)};
    EXPECT_EQ(region.pages(), Pages(count));
    EXPECT_EQ(region.size(), to_bytes(Pages(count)));
    expect_pages(region, ::getpid(), Pages(count));
    EXPECT_EQ(region.usage(::getpid())->usage.pss, region.size());
  }
}

TEST_F(RegionPages, HaveTheirOwnLineInSmaps) {
  // Neighbours are made one after the other: the kernel puts them side by side.
  std::vector<Region> regions;
  for (int i = 0; i < 8; ++i) regions.emplace_back(Pages(4));
  const std::vector<MappingUsage> mappings = *read_mappings(::getpid());
  for (const Region& region : regions) {
    const MappingUsage mapping = *find_mapping(mappings, region.data());
    EXPECT_EQ(mapping.begin, number(region.data()));
    EXPECT_EQ(mapping.end, number(region.data()) + region.size().size());
    EXPECT_EQ(mapping.permissions, "rw-p");
    EXPECT_EQ(mapping.name, "");
    EXPECT_EQ(mapping.usage.rss, region.size());
  }
}

TEST_F(RegionPages, LieBetweenGuardPages) {
  const Region region{Pages(3)};
  const std::vector<MappingUsage> mappings = *read_mappings(::getpid());
  for (const std::byte* guard :
       {region.data() - 1, region.data() + region.size().size()}) {
    EXPECT_EQ(find_mapping(mappings, guard)->permissions, "---p");
  }
}

TEST_F(RegionPages, AreCountedTheSameAfterTheRegionIsMoved) {
  Region first{Pages(5)};
  const std::byte* const data = first.data();
  const Region second = std::move(first);
  EXPECT_EQ(second.data(), data);
  expect_pages(second, ::getpid(), Pages(5));
}

TEST_F(RegionPages, AreNotJoinedToHugePagesEvenIfTheKernelIsAsked) {
  const Region region{Pages(1024)};
  constexpr int kCollapse = 25;  // MADV_COLLAPSE, from Linux 6.1 on
  EXPECT_EQ(::madvise(region.data(), region.size().size(), kCollapse), -1);
  EXPECT_EQ(region.usage(::getpid())->usage.huge, Bytes());
}

TEST_F(RegionPages, MayBeHuge) {
  const auto setting =
      *read_file("/sys/kernel/mm/transparent_hugepage/enabled");
  if (setting.find("[never]") != setting.npos) {
    GTEST_SKIP() << "huge pages are switched off";
  }
  for (const int count : {512, 1024, 1500}) {
    const Region region(Pages(count), PageSize::kHuge);
    EXPECT_EQ(number(region.data()) % kHugePage.size(), 0U);
    const Usage usage = region.usage(::getpid())->usage;
    EXPECT_EQ(usage.rss, region.size());
    EXPECT_EQ(usage.huge, kHugePage * (count / 512));
  }
}

TEST_F(RegionPages, EachBeginWithAByteOfValueOne) {
  const Region region{Pages(7)};
  EXPECT_EQ(region.read(), 7);
  *region.page(Pages(3)) = std::byte{3};
  EXPECT_EQ(region.read(), 9);
}

TEST_F(RegionPages, AreUnmappedWithTheirOwner) {
  const std::byte* data = nullptr;
  {
    const Region region{Pages(3)};
    data = region.data();
  }
  const std::vector<Page> pages = *read_page_map(::getpid(), data, Pages(3));
  for (const Page& page : pages) EXPECT_EQ(page, Page{});
}

TEST_F(RegionPages, AreAnonymousAndNotShared) {
  const Region region{Pages(3)};
  const std::vector<Page> pages = *region.page_map(::getpid());
  for (const Page& page : pages) {
    EXPECT_EQ(page, (Page{.present = true,
                          .swapped = false,
                          .file = false,
                          .exclusive = true}));
  }
}

TEST_F(RegionPages, AreNotCountedAfterTheyAreGivenBack) {
  const Region region{Pages(10)};
  ASSERT_EQ(::madvise(region.page(Pages(2)), to_bytes(Pages(3)).size(),
                      MADV_DONTNEED),
            0);
  const std::vector<Page> pages = *region.page_map(::getpid());
  for (std::size_t i = 0; i < pages.size(); ++i) {
    EXPECT_EQ(pages[i].present, i < 2 || i >= 5) << "page " << i;
  }
  EXPECT_EQ(region.usage(::getpid())->usage.rss, to_bytes(Pages(7)));
}

TEST_F(RegionPages, CostOneFaultEachWhenTheyAreFirstWritten) {
  const Region warm{Pages(1)};
  const Region region{Pages(64)};
  for (const int count : {1, 10, 64}) {
    ASSERT_EQ(::madvise(region.data(), region.size().size(), MADV_DONTNEED), 0);
    warm.write(Pages(0), Pages(1));
    const std::int64_t before = own_minor_faults();
    region.write(Pages(0), Pages(count));
    EXPECT_EQ(own_minor_faults() - before, count);
    region.write(Pages(0), Pages(count));
    EXPECT_EQ(own_minor_faults() - before, count) << "written again";
  }
}

TEST_F(RegionPages, AgreeInSmapsAndPageMapWhenInSwap) {
  const Region region{Pages(64)};
  // A hint: without swap, and on kernels before 5.4, nothing happens.
  ::madvise(region.data(), region.size().size(), MADV_PAGEOUT);
  const PageCount count = testing::pages_of(region, ::getpid());
  const Usage usage = region.usage(::getpid())->usage;
  EXPECT_EQ(usage.swap, to_bytes(count.swapped));
  EXPECT_EQ(usage.rss, to_bytes(count.present));
  EXPECT_EQ(count.present + count.swapped, Pages(64));
}

TEST_F(MappingPages, AreAbsentUntilTouched) {
  const Mapping mapping(to_bytes(Pages(64)), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE);
  ::madvise(mapping.data(), mapping.size().size(), MADV_NOHUGEPAGE);
  const auto count = [&] {
    return count_pages(*read_page_map(::getpid(), mapping.data(), Pages(64)));
  };
  EXPECT_EQ(count(), PageCount{});
  for (const int touched : {5, 6, 40}) {
    mapping.data()[to_bytes(Pages(touched)).size()] = std::byte{1};
  }
  EXPECT_EQ(count(), (PageCount{.present = Pages(3),
                                .swapped = Pages(0),
                                .exclusive = Pages(3)}));
}

TEST_F(RegionPages, AreAbsentForAMissingProcess) {
  const Region region{Pages(1)};
  constexpr pid_t kNobody = INT32_MAX;  // above every possible pid_max
  EXPECT_FALSE(region.usage(kNobody));
  EXPECT_FALSE(region.page_map(kNobody));
}

// The parts in which a page map is read meet between two pages.
TEST_F(RegionPages, AreReadInPartsForALargeMapping) {
  constexpr std::int64_t kPart = 1 << 16;
  const std::vector<std::int64_t> touched{0, kPart - 1, kPart, kPart + 2};
  const Pages all(kPart + 3);
  const Mapping mapping(to_bytes(all), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_NORESERVE);
  ::madvise(mapping.data(), to_bytes(all).size(), MADV_NOHUGEPAGE);
  for (const std::int64_t page : touched) {
    mapping.data()[to_bytes(Pages(page)).size()] = std::byte{1};
  }
  std::int64_t at = 0;
  std::vector<std::int64_t> present;
  const auto walked =
      PageMap(::getpid())
          .for_each(number(mapping.data()), all, [&](const Page& page) {
            if (page.present) present.push_back(at);
            ++at;
          });
  ASSERT_TRUE(walked) << walked.reason();
  EXPECT_EQ(*walked, all);
  EXPECT_EQ(at, all.count());
  EXPECT_EQ(present, touched);
}

}  // namespace
}  // namespace cow

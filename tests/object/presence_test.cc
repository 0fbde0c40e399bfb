// Which pages of a heap are in memory, and how the kernel sees its mappings.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/memory/page_map.h"
#include "cow/object/heap.h"
#include "cow/os/descriptor.h"
#include "memory/region_checks.h"
#include "object/places.h"

namespace cow {
namespace {

using testing::make_floats;
using testing::number;

class PagesOfAHeap : public testing::CountedPages {};

bool present(const HeapPage& page) {
  return (*read_page_map(::getpid(), page.address, Pages(1)))[0].present;
}

void expect_only_used_pages_present(const Heap& heap) {
  for (const HeapPage& page : heap.pages()) {
    ASSERT_EQ(present(page), page.use != PageUse::kUnused)
        << number(page.address);
  }
}

TEST_F(PagesOfAHeap, AreNotPresentUntilTheyAreUsed) {
  Heap heap;
  std::vector<Ref<Float>> floats;
  for (const int more : {1, 125, 1, 1, 382, 1, 1'000}) {
    for (int i = 0; i < more; ++i) floats.push_back(heap.new_float(i));
    expect_only_used_pages_present(heap);
  }
  const Ref<List> list = heap.new_list(10);
  const Ref<Array> array = heap.new_array(100'000);
  expect_only_used_pages_present(heap);
}

TEST_F(PagesOfAHeap, AreNotTouchedWhenARawBlockIsAllocated) {
  Heap heap;
  auto* const block = static_cast<std::byte*>(heap.allocate(1_MiB));
  for (const HeapPage& page : heap.pages()) EXPECT_FALSE(present(page));
  block[0] = std::byte{1};
  EXPECT_TRUE(present(heap.pages().front()));
  EXPECT_FALSE(present(heap.pages().back()));
}

TEST_F(PagesOfAHeap, HaveTheirOwnLinesInSmaps) {
  Heap heap;
  // One after the other: the kernel puts them side by side.
  const std::vector<Ref<Float>> floats = make_floats(heap, 3 * 64 * 510);
  std::vector<Ref<Array>> arrays;
  for (int i = 0; i < 8; ++i) arrays.push_back(heap.new_array(5'000));

  const std::vector<MappingUsage> mappings = *read_mappings(::getpid());
  const auto expect_line = [&](const void* begin, Bytes size) {
    const MappingUsage mapping = *find_mapping(mappings, begin);
    EXPECT_EQ(mapping.begin, number(begin));
    EXPECT_EQ(mapping.end, number(begin) + size.size());
    EXPECT_EQ(mapping.permissions, "rw-p");
    EXPECT_EQ(mapping.usage.rss, size);
  };
  for (std::size_t i = 0; i < floats.size(); i += std::size_t{64} * 510) {
    const auto* const object =
        reinterpret_cast<const std::byte*>(floats[i].get());
    expect_line(object - sizeof(PoolHeader), 1_MiB);
  }
  for (const Ref<Array>& array : arrays) {
    expect_line(array->values().data(), to_bytes(to_pages(40'000_B)));
  }
}

TEST_F(PagesOfAHeap, AreNeverHuge) {
  if (::access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0) {
    GTEST_SKIP() << "this kernel has no huge pages";
  }
  Heap heap;
  const Ref<Float> number = heap.new_float(1);
  const Ref<Array> array = heap.new_array(1'000'000);
  const std::string smaps = *read_file("/proc/self/smaps");
  for (const std::uintptr_t begin : {testing::begin_of(number.get(), 1_MiB),
                                     testing::number(array->values().data())}) {
    const std::size_t at = smaps.find(fmt::format("\n{:x}-", begin));
    ASSERT_NE(at, smaps.npos);
    const std::size_t flags = smaps.find("VmFlags:", at);
    const std::string line =
        smaps.substr(flags, smaps.find('\n', flags) - flags);
    EXPECT_NE(line.find(" nh"), line.npos) << line;
  }
}

TEST_F(PagesOfAHeap, AreUnmappedWithTheHeap) {
  std::vector<HeapPage> pages;
  {
    Heap heap;
    const Ref<List> list = testing::make_list(heap, 10'000);
    pages = heap.pages();
  }
  for (const HeapPage& page : pages) ASSERT_FALSE(present(page));
}

}  // namespace
}  // namespace cow

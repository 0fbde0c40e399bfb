// What a heap says of its pages.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <vector>

#include "cow/object/heap.h"
#include "object/places.h"

namespace cow {
namespace {

using testing::begin_of;
using testing::live_objects;
using testing::make_floats;
using testing::number;
using testing::pages_with;

using Counts = std::map<std::uintptr_t, std::int64_t>;

// How many objects have their count in which page, as the heap says it.
Counts counts_of(const Heap& heap) {
  Counts counts;
  for (const HeapPage& page : heap.pages()) {
    if (page.counts > 0) counts[number(page.address)] = page.counts;
  }
  return counts;
}

void add(Counts& counts, const Object& object) {
  ++counts[begin_of(&object.count, page_size())];
}

TEST(HeapPages, AreAbsentInAnEmptyHeap) { EXPECT_TRUE(Heap().pages().empty()); }

TEST(HeapPages, CoverArenasAndBuffersInAddressOrder) {
  Heap heap;
  const std::vector<Ref<Float>> floats = make_floats(heap, 100'000);
  const Ref<Array> first = heap.new_array(100'000);
  const Ref<Array> second = heap.new_array(1'000);
  const std::vector<HeapPage> pages = heap.pages();
  const Pages expected =
      to_pages(4_MiB) + to_pages(800'000_B) + to_pages(8'000_B);
  EXPECT_EQ(Pages(pages.size()), expected);
  for (std::size_t i = 1; i < pages.size(); ++i) {
    EXPECT_LT(number(pages[i - 1].address), number(pages[i].address));
  }
  for (const Ref<Array>& array : {first, second}) {
    const PageRange buffer = pages_of(*array).back();
    EXPECT_EQ(number(buffer.begin), number(array->values().data()));
    EXPECT_EQ(buffer.count, to_pages(Bytes(array->values().size_bytes())));
  }
}

TEST(HeapPages, PutEachObjectInThePageOfItsReferenceCount) {
  Heap heap;
  const Ref<List> list = testing::make_list(heap, 20'000);
  const Ref<List> lists = heap.new_list();
  const Ref<Array> array = heap.new_array(10);
  for (int i = 0; i < 1'000; ++i) lists->append(heap.new_list(1));

  Counts expected;
  for (const Object* object :
       std::vector<const Object*>{list.get(), lists.get(), array.get()}) {
    add(expected, *object);
  }
  for (int i = 0; i < 20'000; ++i) add(expected, *list->borrow(i));
  for (int i = 0; i < 1'000; ++i) add(expected, *lists->borrow(i));
  EXPECT_EQ(counts_of(heap), expected);
}

TEST(HeapPages, CountAFloatThatSpansTwoPagesInItsFirstPage) {
  if (page_size() != 4_KiB) GTEST_SKIP() << "pages are not of 4 KiB";
  Heap heap;
  const std::vector<Ref<Float>> floats = make_floats(heap, 510);
  std::vector<std::int64_t> counts;
  for (const HeapPage& page : heap.pages()) {
    if (page.counts > 0) counts.push_back(page.counts);
  }
  // 48 bytes of header, 126 whole slots, and 16 bytes of one more ...
  EXPECT_EQ(counts, (std::vector<std::int64_t>{127, 128, 128, 127}));
}

TEST(HeapPages, DoNotCountRawBlocks) {
  Heap heap;
  for (int i = 0; i < 1'000; ++i) heap.allocate(Bytes(i));
  EXPECT_EQ(live_objects(heap), 0);
  EXPECT_GT(pages_with(heap, PageUse::kBuffer), 0);
  const Ref<List> list = heap.new_list(10);
  EXPECT_EQ(live_objects(heap), 1) << "and not its small buffer";
}

TEST(HeapPages, DoNotCountFreedObjects) {
  Heap heap;
  std::vector<Ref<Float>> floats = make_floats(heap, 5'000);
  Counts expected;
  for (std::size_t i = 0; i < floats.size(); ++i) {
    if (i % 3 == 0) {
      floats[i] = Ref<Float>();
    } else {
      add(expected, *floats[i]);
    }
  }
  EXPECT_EQ(counts_of(heap), expected);
  floats.clear();
  EXPECT_EQ(live_objects(heap), 0);
  EXPECT_EQ(pages_with(heap, PageUse::kObjects), 0);
}

TEST(HeapPages, NameTheirUse) {
  if (page_size() != 4_KiB) GTEST_SKIP() << "pages are not of 4 KiB";
  Heap heap;
  const Ref<Float> a_float = heap.new_float(1);
  EXPECT_EQ(pages_with(heap, PageUse::kObjects), 1);
  const std::vector<Ref<Float>> floats = make_floats(heap, 127);
  EXPECT_EQ(pages_with(heap, PageUse::kObjects), 2);
  const Ref<List> list = heap.new_list();
  EXPECT_EQ(pages_with(heap, PageUse::kObjects), 3);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 0);
  list->append(a_float);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 1);
  EXPECT_EQ(pages_with(heap, PageUse::kUnused), 256 - 4);
  const Ref<Array> array = heap.new_array(5'000);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 1 + 10);
}

TEST(HeapPages, NameTheTypeThatAllTheirObjectsShare) {
  Heap heap;
  const std::vector<Ref<Float>> floats = make_floats(heap, 5);
  EXPECT_EQ(heap.pages().front().type, floats[0]->type);
  {
    // In slots of 32 bytes as well.
    const std::vector<Ref<Array>> arrays{heap.new_array(0), heap.new_array(0)};
    EXPECT_EQ(heap.pages().front().type, nullptr);
    EXPECT_EQ(heap.pages().front().counts, 7);
  }
  EXPECT_EQ(heap.pages().front().type, floats[0]->type);
  EXPECT_EQ(heap.pages().back().type, nullptr);
}

TEST(PagesOfAnObject, CoverItsSlotAndItsBuffer) {
  if (page_size() != 4_KiB) GTEST_SKIP() << "pages are not of 4 KiB";
  Heap heap;
  const std::vector<Ref<Float>> floats = make_floats(heap, 130);
  const std::byte* const pool = heap.pages().front().address;
  EXPECT_EQ(pages_of(*floats[0]), (std::vector<PageRange>{{pool, Pages(1)}}));
  EXPECT_EQ(pages_of(*floats[126]), (std::vector<PageRange>{{pool, Pages(2)}}));
  EXPECT_EQ(pages_of(*floats[127]),
            (std::vector<PageRange>{{pool + 4096, Pages(1)}}));

  const std::byte* const second = pool + 16384;
  EXPECT_EQ(pages_of(*heap.new_list()),
            (std::vector<PageRange>{{second, Pages(1)}}));
  const Ref<List> list = heap.new_list(2'000);
  const std::vector<PageRange> ranges = pages_of(*list);
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(ranges[0], (PageRange{second, Pages(1)}));
  EXPECT_EQ(number(ranges[1].begin), number(list->items()));
  EXPECT_EQ(ranges[1].count, Pages(4));
}

}  // namespace
}  // namespace cow

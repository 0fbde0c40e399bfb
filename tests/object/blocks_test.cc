// Blocks of a heap: handed out, taken back, handed out again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "cow/object/heap.h"
#include "object/places.h"

namespace cow {
namespace {

using testing::begin_of;
using testing::distance;
using testing::make_floats;
using testing::offset_in;
using testing::pages_with;

TEST(Slots, AreReusedInReverseOrderOfFreeing) {
  Heap heap;
  std::vector<void*> slots;
  for (int i = 0; i < 10; ++i) slots.push_back(heap.allocate(40_B));
  heap.free(slots[3]);
  heap.free(slots[7]);
  heap.free(slots[5]);
  EXPECT_EQ(heap.allocate(48_B), slots[5]);
  EXPECT_EQ(heap.allocate(33_B), slots[7]);
  EXPECT_EQ(heap.allocate(40_B), slots[3]);
  EXPECT_EQ(distance(slots[9], heap.allocate(40_B)), 48);
}

TEST(Slots, AreReusedAfterTheirObjectsAreFreed) {
  Heap heap;
  const Ref<Float> stays = heap.new_float(1);
  Ref<Float> goes = heap.new_float(2);
  const Float* const place = goes.get();
  goes = Ref<Float>();
  const Ref<Float> comes = heap.new_float(3);
  EXPECT_EQ(comes.get(), place);
  EXPECT_EQ(comes->value, 3);
  EXPECT_EQ(comes->count, 1);
}

TEST(Slots, AreReusedInAHeapPoolThatWasFull) {
  Heap heap;
  std::vector<Ref<Float>> floats = make_floats(heap, 3 * 510);
  std::set<const Float*> freed;
  for (std::size_t i = 0; i < floats.size(); i += 100) {
    freed.insert(floats[i].get());
    floats[i] = Ref<Float>();
  }
  const std::size_t holes = freed.size();
  std::vector<Ref<Float>> again;
  for (std::size_t i = 0; i < holes; ++i) {
    again.push_back(heap.new_float(0));
    EXPECT_EQ(freed.erase(again.back().get()), 1U) << i;
  }
}

TEST(HeapPools, TakeSlotsOfAnotherSizeAfterTheyBecomeEmpty) {
  Heap heap;
  std::vector<Ref<Float>> floats = make_floats(heap, 2 * 510);
  const auto first = begin_of(floats.front().get(), kPoolSize);
  const auto second = begin_of(floats.back().get(), kPoolSize);
  floats.clear();
  EXPECT_EQ(pages_with(heap, PageUse::kUnused), to_pages(1_MiB).count());

  const Ref<List> list = heap.new_list();
  const auto third = begin_of(list.get(), kPoolSize);
  EXPECT_TRUE(third == first || third == second);
  const auto fourth = begin_of(heap.allocate(500_B), kPoolSize);
  EXPECT_TRUE(fourth == first || fourth == second);
  EXPECT_NE(third, fourth);
}

TEST(HeapPools, KeepTheirSizeWhileASlotIsUsed) {
  Heap heap;
  std::vector<Ref<Float>> floats = make_floats(heap, 510);
  floats.resize(1);
  const Ref<List> list = heap.new_list();
  EXPECT_NE(begin_of(list.get(), kPoolSize),
            begin_of(floats[0].get(), kPoolSize));
  EXPECT_EQ(floats[0]->value, 0);
}

TEST(HeapBlocks, Take16BytesIfTheirSizeIsZero) {
  Heap heap;
  const void* const first = heap.allocate(0_B);
  EXPECT_EQ(distance(first, heap.allocate(0_B)), 16);
}

TEST(HeapBlocks, AreRefusedIfTheirSizeIsNegative) {
  Heap heap;
  try {
    heap.allocate(Bytes(-1));
    FAIL() << "this should have thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "allocate(-1): a block has no negative size");
  }
  EXPECT_THROW(heap.new_list(-1), std::invalid_argument);
  EXPECT_THROW(heap.new_array(-1), std::invalid_argument);
  EXPECT_EQ(testing::live_objects(heap), 0);
}

TEST(HeapBlocks, AreRefusedIfTheirSizeIsImpossible) {
  Heap heap;
  for (const std::int64_t size :
       {std::int64_t{1} << 50, (std::int64_t{1} << 57) - 1,
        std::int64_t{1} << 57, INT64_MAX / 8, INT64_MAX}) {
    EXPECT_THROW(heap.allocate(Bytes(size)), std::system_error) << size;
    EXPECT_THROW(heap.new_list(size), std::system_error) << size;
    EXPECT_THROW(heap.new_array(size), std::system_error) << size;
  }
  EXPECT_EQ(testing::live_objects(heap), 0);
  EXPECT_EQ(heap.new_float(1)->value, 1);
}

TEST(HeapBlocks, HaveTheirOwnMappingAbove512Bytes) {
  Heap heap;
  void* const slot = heap.allocate(512_B);
  EXPECT_NE(offset_in(slot, page_size()), 0U);
  auto* const block = static_cast<std::byte*>(heap.allocate(513_B));
  EXPECT_EQ(offset_in(block, page_size()), 0U);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 1 + 1);
  EXPECT_TRUE(std::all_of(block, block + page_size().size(),
                          [](std::byte b) { return b == std::byte{0}; }));
  heap.free(block);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 1);
  void* const larger = heap.allocate(to_bytes(Pages(3)) + 1_B);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 1 + 4);
  heap.free(larger);
  heap.free(slot);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 0);
}

TEST(HeapBlocks, AreFreedOnlyByTheirOwnHeap) {
  Heap heap;
  Heap other;
  const Ref<Float> number = heap.new_float(1);
  auto* const slot = static_cast<std::byte*>(heap.allocate(64_B));
  auto* const large = static_cast<std::byte*>(heap.allocate(4096_B));
  int local = 0;
  const std::vector<void*> foreign{
      &local,                // of no heap
      other.allocate(64_B),  // of another one
      other.allocate(4096_B),
      slot + 16,  // inside of a block
      slot + 64,  // a slot that was never handed out
      slot - 48,  // a pool's header
      large + 16,
      number.get(),       // an object
      slot + 512 * 1024,  // a pool that is not there yet
  };
  for (void* const block : foreign) {
    EXPECT_THROW(heap.free(block), std::invalid_argument) << block;
  }
  heap.free(nullptr);
  heap.free(slot);
  heap.free(large);
  EXPECT_THROW(heap.free(slot), std::invalid_argument) << "its pool is free";
  EXPECT_THROW(heap.free(large), std::invalid_argument) << "freed already";
  EXPECT_EQ(number->value, 1);
}

// Blocks of all sizes, each filled with a byte of its own, come and go in an
// order without a pattern: nobody writes into another's.
TEST(HeapBlocks, NeverOverlap) {
  Heap heap;
  struct Block {
    std::size_t size;
    std::byte content;
  };
  std::map<std::byte*, Block> blocks;
  std::uint32_t state = 1;
  const auto random = [&state](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % below;
  };
  const auto take_back = [&](std::map<std::byte*, Block>::iterator it) {
    const auto [begin, block] = *it;
    EXPECT_EQ(std::count(begin, begin + block.size, block.content),
              static_cast<std::ptrdiff_t>(block.size));
    heap.free(begin);
    blocks.erase(it);
  };
  for (int i = 0; i < 50'000; ++i) {
    if (random(5) < 2 && !blocks.empty()) {
      const auto address = blocks.begin()->first + random(1U << 20U);
      const auto it = blocks.upper_bound(address);
      take_back(it == blocks.end() ? blocks.begin() : it);
      continue;
    }
    const std::size_t size = random(100) == 0 ? random(9000) : random(513);
    auto* const begin = static_cast<std::byte*>(heap.allocate(Bytes(size)));
    const auto content = static_cast<std::byte>(random(256));
    std::fill_n(begin, size, content);
    ASSERT_TRUE(blocks.emplace(begin, Block{size, content}).second);
  }
  while (!blocks.empty()) take_back(blocks.begin());
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 0);
}

}  // namespace
}  // namespace cow

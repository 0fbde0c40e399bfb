// What a collection ends, what it keeps, and where it leaves its marks.
#include "cow/object/collector.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cow/object/heap.h"
#include "object/places.h"

namespace cow {

void PrintTo(Marks marks, std::ostream* os) {
  *os << (marks == Marks::kInHeaders ? "headers" : "table");
}

namespace {

using testing::live_objects;

class Collect : public ::testing::TestWithParam<Marks> {
 protected:
  std::int64_t collect() { return collector_.collect(*root_); }

  Heap heap_;
  Ref<List> root_ = heap_.new_list();
  Collector collector_{heap_, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Marks, Collect,
                         ::testing::Values(Marks::kInHeaders, Marks::kInTable),
                         ::testing::PrintToStringParamName());

void add_a_list_that_only_holds_itself(Heap& heap) {
  const Ref<List> list = heap.new_list();
  list->append(list);
}

TEST_P(Collect, EndsAListThatOnlyHoldsItself) {
  add_a_list_that_only_holds_itself(heap_);
  EXPECT_EQ(live_objects(heap_), 2);
  EXPECT_EQ(collect(), 1);
  EXPECT_EQ(live_objects(heap_), 1);
}

TEST_P(Collect, EndsListsThatHoldEachOtherAndWhatOnlyTheyHold) {
  const Ref<Float> kept = heap_.new_float(1);
  {
    const Ref<List> first = heap_.new_list();
    const Ref<List> second = heap_.new_list();
    first->append(second);
    second->append(first);
    second->append(heap_.new_float(2));
    second->append(kept);
    second->append(root_);
    second->append(heap_.new_list());
  }
  EXPECT_EQ(live_objects(heap_), 6);
  EXPECT_EQ(collect(), 3);
  EXPECT_EQ(live_objects(heap_), 2);
  EXPECT_EQ(kept->count, 1);
  EXPECT_EQ(root_->count, 1);
}

TEST_P(Collect, KeepsWhatTheRootLeadsTo) {
  {
    const Ref<List> shared = testing::make_list(heap_, 100);
    for (int i = 0; i < 1000; ++i) {
      const Ref<List> inner = heap_.new_list(2);
      inner->set(1, shared);
      root_->append(inner);
    }
    shared->append(root_);  // and round again
    add_a_list_that_only_holds_itself(heap_);
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(collect(), i == 0 ? 1 : 0);
  EXPECT_EQ(live_objects(heap_), 1 + 1000 + 1 + 100);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(root_->borrow<List>(i)->borrow<List>(1)->size(), 101);
  }
  collector_.collect(*heap_.new_list());  // or the root would never end
}

TEST_P(Collect, EmptiesAListThatTheRootDoesNotReach) {
  const Ref<List> list = testing::make_list(heap_, 10);
  EXPECT_EQ(collect(), 1);
  EXPECT_EQ(list->size(), 10);
  EXPECT_EQ(list->items()[9], nullptr);
  EXPECT_EQ(live_objects(heap_), 2);
}

TEST_P(Collect, FollowsListsInListsToAnyDepth) {
  Ref<List> list = heap_.new_list();
  for (int depth = 0; depth < 100'000; ++depth) {
    Ref<List> outer = heap_.new_list();
    outer->append(std::move(list));
    list = std::move(outer);
  }
  root_->append(std::move(list));
  EXPECT_EQ(collect(), 0);
  EXPECT_EQ(live_objects(heap_), 100'002);
}

TEST_P(Collect, KeepsListsThatWereMadeAfterTheCollector) {
  for (const int count : {1, 100'000, 300'000}) {
    for (int i = 0; i < count; ++i) root_->append(heap_.new_list());
    add_a_list_that_only_holds_itself(heap_);
    EXPECT_EQ(collect(), 1);
    EXPECT_EQ(live_objects(heap_), 1 + root_->size());
  }
}

TEST_P(Collect, FindsTheSameGarbageWhenPlacesAreReused) {
  for (int round = 0; round < 3; ++round) {
    Ref<List> all = heap_.new_list();
    for (int i = 0; i < 2000; ++i) all->append(heap_.new_list());
    root_->append(all);
    std::vector<Ref<Float>> floats = testing::make_floats(heap_, 2000);
    add_a_list_that_only_holds_itself(heap_);
    EXPECT_EQ(collect(), 1);
    root_ = heap_.new_list();
    EXPECT_EQ(collect(), 2001);
  }
}

TEST_P(Collect, LeavesFrozenListsAloneAndWhatTheyHold) {
  add_a_list_that_only_holds_itself(heap_);
  const Ref<List> frozen = heap_.new_list();
  collector_.freeze();
  EXPECT_EQ(collect(), 0);
  EXPECT_EQ(live_objects(heap_), 3);
  frozen->append(heap_.new_list());  // which is not frozen
  add_a_list_that_only_holds_itself(heap_);
  EXPECT_EQ(collect(), 1);
  EXPECT_EQ(live_objects(heap_), 4);
  EXPECT_EQ(frozen->borrow<List>(0)->size(), 0);
}

// The bytes of all pages that objects lie in, or buffers.
std::string bytes_of(const Heap& heap, PageUse use) {
  std::string all;
  for (const HeapPage& page : heap.pages()) {
    if (page.use != use) continue;
    all.append(reinterpret_cast<const char*>(page.address), page_size().size());
  }
  return all;
}

TEST_P(Collect, WritesMarksToHeadersOnlyIfTheyAreKeptThere) {
  for (int i = 0; i < 1000; ++i) root_->append(heap_.new_list(1));
  const std::string before = bytes_of(heap_, PageUse::kObjects);
  collect();
  EXPECT_EQ(bytes_of(heap_, PageUse::kObjects) == before,
            GetParam() == Marks::kInTable);
}

TEST_P(Collect, WritesNothingWhenAllIsFrozen) {
  for (int i = 0; i < 1000; ++i) root_->append(heap_.new_list(1));
  Collector collector(heap_, GetParam());
  collector.freeze();
  const std::string objects = bytes_of(heap_, PageUse::kObjects);
  const std::string buffers = bytes_of(heap_, PageUse::kBuffer);
  collector.collect(*root_);
  EXPECT_TRUE(bytes_of(heap_, PageUse::kObjects) == objects);
  EXPECT_TRUE(bytes_of(heap_, PageUse::kBuffer) == buffers);
}

// In a table, 2,000 lists take 250 bytes; its stack is two entries deep.
TEST_P(Collect, WritesOneBitForEachListAndAStackOfTheNestingDepth) {
  for (int i = 0; i < 1999; ++i) root_->append(heap_.new_list(1));
  Collector collector(heap_, GetParam());
  const std::string before = bytes_of(heap_, PageUse::kBuffer);
  collector.collect(*root_);
  const std::string after = bytes_of(heap_, PageUse::kBuffer);
  ASSERT_EQ(before.size(), after.size());
  std::int64_t written = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] != after[i]) ++written;
  }
  EXPECT_GT(written, GetParam() == Marks::kInTable ? 249 : 0);
  EXPECT_LE(written, (GetParam() == Marks::kInTable ? 250 : 0) + 32);
}

TEST(Places, AreNumberedInTheOrderOfCreation) {
  Heap heap;
  std::vector<Ref<List>> lists;
  for (int i = 0; i < 20'000; ++i) {
    lists.push_back(heap.new_list(3));
    heap.new_float(i);
    ASSERT_EQ(Heap::place_of(*lists.back()), i);
  }
  std::int64_t seen = 0;
  heap.for_each_list([&](List& list) {
    ++seen;
    EXPECT_EQ(list.size(), 3);
  });
  EXPECT_EQ(seen, 20'000);
}

TEST(Places, OfFreedListsAreReusedByNewLists) {
  Heap heap;
  for (int round = 0; round < 3; ++round) {
    std::vector<Ref<List>> lists;
    for (int i = 0; i < 2'000; ++i) lists.push_back(heap.new_list());
    for (const Ref<List>& list : lists) {
      // In whole pools of 255.
      EXPECT_LT(Heap::place_of(*list), 8 * 255);
    }
    lists.clear();
    // Pools that were free hold numbers for a while.
    const std::vector<Ref<Float>> floats = testing::make_floats(heap, 2'000);
  }
}

}  // namespace
}  // namespace cow

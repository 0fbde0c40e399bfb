// What the word of a count can say besides the count: that nobody counts, or
// where the count lies.
#include "cow/object/count_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "cow/object/heap.h"
#include "cow/os/bytes.h"
#include "object/places.h"

namespace cow {
namespace {

using testing::live_objects;
using testing::offset_in;

static_assert(!std::is_copy_constructible_v<CountTable>);

TEST(ImmortalObject, IsNeverCountedAndNeverFreed) {
  Heap heap;
  Ref<Float> first = heap.new_float(7);
  const Float* const object = first.get();
  make_immortal(*first);
  {
    const Ref<Float> second = first;  // NOLINT: the copy is what is tested
    EXPECT_EQ(second->count, kImmortal);
  }
  first = {};
  EXPECT_EQ(object->count, kImmortal);
  EXPECT_EQ(object->value, 7);
  EXPECT_EQ(live_objects(heap), 1);
}

TEST(ImmortalObject, SurvivesTheListThatHeldIt) {
  Heap heap;
  {
    const Ref<List> list = heap.new_list(2);
    list->set(0, heap.new_float(1));
    list->set(1, heap.new_float(2));
    make_immortal(*list->at(0));
  }
  EXPECT_EQ(live_objects(heap), 1);
}

TEST(CountTable, CountsInPlaceOfTheObject) {
  Heap heap;
  CountTable table(2);
  EXPECT_TRUE(table.counts().empty());
  const Ref<Float> first = heap.new_float(1);
  const Ref<Float> other = heap.new_float(2);
  table.take_count_of(*other);
  table.take_count_of(*first);
  const std::int64_t word = first->count;
  EXPECT_LT(word, 0);
  {
    const Ref<Float> second = first;  // NOLINT: the copy is what is tested
    const Ref<Float> third = first;   // NOLINT
    ASSERT_EQ(table.counts().size(), 2U);
    EXPECT_EQ(table.counts()[0], 1);
    EXPECT_EQ(table.counts()[1], 3);
    EXPECT_EQ(first->count, word);
  }
  EXPECT_EQ(table.counts()[1], 1);
}

TEST(CountTable, TakesTheCountOfAnObjectWithTwoReferences) {
  Heap heap;
  CountTable table(1);
  const Ref<Float> first = heap.new_float(1);
  Ref<Float> second = first;
  table.take_count_of(*first);
  EXPECT_EQ(table.counts()[0], 2);
  second = {};
  EXPECT_EQ(table.counts()[0], 1);
  EXPECT_EQ(live_objects(heap), 1);
}

TEST(CountTable, FreesAnObjectWithItsLastReference) {
  CountTable table(1'000);
  Heap heap;
  Ref<List> list = heap.new_list(999);
  for (std::int64_t k = 0; k < 999; ++k) {
    list->set(k, heap.new_float(1));
    table.take_count_of(*list->at(k));
  }
  table.take_count_of(*list);
  EXPECT_EQ(live_objects(heap), 1'000);
  list = {};
  EXPECT_EQ(live_objects(heap), 0);
  for (const std::int64_t count : table.counts()) EXPECT_EQ(count, 0);
}

TEST(CountTable, BeginsAtAPageAndIsDense) {
  Heap heap;
  CountTable table(3);
  Ref<Float> number = heap.new_float(1);
  table.take_count_of(*number);
  EXPECT_EQ(offset_in(table.counts().data(), page_size()), 0U);
}

TEST(CountTable, RefusesAnObjectThatIsImmortalTakenOrTooMany) {
  Heap heap;
  CountTable table(1);
  const Ref<Float> first = heap.new_float(1);
  const Ref<Float> second = heap.new_float(2);
  const Ref<Float> immortal = heap.new_float(3);
  make_immortal(*immortal);
  EXPECT_THROW(table.take_count_of(*immortal), std::invalid_argument);
  table.take_count_of(*first);
  EXPECT_THROW(table.take_count_of(*second), std::length_error);
  EXPECT_EQ(second->count, 1);
  CountTable other(1);
  EXPECT_THROW(other.take_count_of(*first), std::invalid_argument);
  EXPECT_EQ(table.counts()[0], 1);
}

}  // namespace
}  // namespace cow

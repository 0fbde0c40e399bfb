// Counts: which operation changes them, and what happens at none.
#include "cow/object/ref.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>
#include <vector>

#include "cow/object/heap.h"
#include "object/places.h"

namespace cow {
namespace {

using testing::live_objects;

static_assert(!std::is_copy_constructible_v<Heap>);
static_assert(!std::is_move_constructible_v<Heap>);
static_assert(std::is_nothrow_move_constructible_v<Ref<Float>>);
static_assert(std::is_convertible_v<Ref<Float>, Ref<Object>>);
static_assert(!std::is_convertible_v<Ref<Object>, Ref<Float>>);
static_assert(!std::is_convertible_v<Ref<List>, Ref<Float>>);

TEST(Reference, CountsAsOneForANewObject) {
  Heap heap;
  EXPECT_EQ(heap.new_float(1)->count, 1);
  EXPECT_EQ(heap.new_list(3)->count, 1);
  EXPECT_EQ(heap.new_array(3)->count, 1);
}

TEST(Reference, CountsItsCopiesAsTheyComeAndGo) {
  Heap heap;
  const Ref<Float> first = heap.new_float(1);
  {
    const Ref<Float> second = first;  // NOLINT: the copy is what is tested
    EXPECT_EQ(first->count, 2);
    const Ref<Object> third = first;
    EXPECT_EQ(first->count, 3);
    EXPECT_EQ(third.get(), first.get());
    EXPECT_EQ(second, first);
  }
  EXPECT_EQ(first->count, 1);
}

TEST(Reference, DoesNotCountWhenItIsMoved) {
  Heap heap;
  Ref<Float> first = heap.new_float(1);
  Ref<Float> second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT: what is left of it is what is tested
  EXPECT_EQ(second->count, 1);
  const Ref<Object> third = std::move(second);
  EXPECT_FALSE(second);  // NOLINT
  EXPECT_EQ(third->count, 1);
  EXPECT_EQ(live_objects(heap), 1);
}

TEST(Reference, DropsItsOldObjectWhenAssigned) {
  Heap heap;
  Ref<Float> ref = heap.new_float(1);
  const Ref<Float> other = heap.new_float(2);
  const Ref<Float> old = ref;
  ref = other;
  EXPECT_EQ(old->count, 1);
  EXPECT_EQ(other->count, 2);
  ref = *&ref;  // to itself
  EXPECT_EQ(other->count, 2);
  ref = heap.new_float(3);
  EXPECT_EQ(other->count, 1);
  EXPECT_EQ(ref->value, 3);
  EXPECT_EQ(live_objects(heap), 3);
}

TEST(Reference, CountsNothingIfEmpty) {
  const Ref<Float> nothing;
  const Ref<Float> copy = nothing;  // NOLINT: the copy is what is tested
  EXPECT_FALSE(nothing);
  EXPECT_EQ(copy.get(), nullptr);
  EXPECT_FALSE(Ref<Object>(copy));
}

TEST(Reference, FreesTheObjectIfItIsTheLast) {
  Heap heap;
  Ref<Float> first = heap.new_float(1);
  Ref<Float> second = first;
  EXPECT_EQ(live_objects(heap), 1);
  first = Ref<Float>();
  EXPECT_EQ(live_objects(heap), 1);
  second = Ref<Float>();
  EXPECT_EQ(live_objects(heap), 0);
}

TEST(Reference, CountsAListButNotItsItems) {
  Heap heap;
  const Ref<List> list = testing::make_list(heap, 3);
  const Ref<List> copy = list;  // NOLINT: the copy is what is tested
  EXPECT_EQ(list->count, 2);
  EXPECT_EQ(list->borrow(0)->count, 1);
}

TEST(Reference, CountsAsOneInAList) {
  Heap heap;
  const Ref<List> list = heap.new_list(2);
  const Ref<Float> number = heap.new_float(1);
  list->set(0, number);
  EXPECT_EQ(number->count, 2);
  list->set(1, number);
  EXPECT_EQ(number->count, 3);
  list->append(number);
  EXPECT_EQ(number->count, 4);
  list->set(0, heap.new_float(2));
  EXPECT_EQ(number->count, 3);
  list->set(1, Ref<Object>());
  EXPECT_EQ(number->count, 2);
  list->set(2, list->at(2));  // what was there already
  EXPECT_EQ(number->count, 2);
}

TEST(Reference, CountsIfTakenFromAListButNotIfBorrowed) {
  Heap heap;
  const Ref<List> list = testing::make_list(heap, 10);
  const Float* const borrowed = list->borrow<Float>(4);
  EXPECT_EQ(borrowed->value, 4);
  EXPECT_EQ(borrowed->count, 1);
  {
    const Ref<Float> own = list->at<Float>(4);
    EXPECT_EQ(own.get(), borrowed);
    EXPECT_EQ(borrowed->count, 2);
    const Ref<Object> another = list->at(4);
    EXPECT_EQ(borrowed->count, 3);
  }
  EXPECT_EQ(borrowed->count, 1);
}

TEST(Reference, KeepsAnItemAliveAfterItsListIsFreed) {
  Heap heap;
  Ref<List> list = testing::make_list(heap, 10);
  const Ref<Float> own = list->at<Float>(4);
  list = Ref<List>();
  EXPECT_EQ(own->count, 1);
  EXPECT_EQ(own->value, 4);
  EXPECT_EQ(live_objects(heap), 1);
}

TEST(Reference, FreesAnObjectInTheHeapOfTheObject) {
  Heap heap;
  Heap other;
  Ref<List> list = heap.new_list();
  list->append(other.new_float(1));
  EXPECT_EQ(live_objects(other), 1);
  list = Ref<List>();
  EXPECT_EQ(live_objects(other), 0);
}

TEST(Reference, DoesNotFreeAListThatHoldsItself) {
  Heap heap;
  {
    const Ref<List> list = heap.new_list();
    list->append(list);
    EXPECT_EQ(list->count, 2);
  }
  EXPECT_EQ(live_objects(heap), 1) << "there is no collector";
}

}  // namespace
}  // namespace cow

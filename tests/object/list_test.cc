// Lists and arrays.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <typeinfo>
#include <utility>
#include <vector>

#include "cow/object/heap.h"
#include "object/places.h"

namespace cow {
namespace {

using testing::live_objects;
using testing::pages_with;

template <typename Error, typename Call>
void expect_error(const char* text, Call call) {
  try {
    call();
    ADD_FAILURE() << "expected: " << text;
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), text);
  }
}

TEST(AList, HoldsTheItemsThatWereSet) {
  Heap heap;
  for (const int size : {0, 1, 63, 64, 65, 1000, 100'000}) {
    const Ref<List> list = testing::make_list(heap, size);
    EXPECT_EQ(list->size(), size);
    EXPECT_EQ(list->capacity(), size);
    for (int i = 0; i < size; ++i) {
      ASSERT_EQ(list->borrow<Float>(i)->value, i);
      ASSERT_EQ(list->items()[i], list->borrow(i));
    }
  }
}

TEST(AList, RefusesAnIndexOutOfRange) {
  Heap heap;
  const Ref<List> list = testing::make_list(heap, 10);
  expect_error<std::out_of_range>("index 10 of a list of 10",
                                  [&] { list->at(10); });
  expect_error<std::out_of_range>("index -1 of a list of 10",
                                  [&] { list->borrow(-1); });
  expect_error<std::out_of_range>("index 11 of a list of 10",
                                  [&] { list->set(11, heap.new_float(1)); });
  expect_error<std::out_of_range>("index 0 of a list of 0",
                                  [&] { heap.new_list()->at(0); });
  EXPECT_EQ(live_objects(heap), 11);
}

TEST(AList, RefusesToReadAnEmptySlot) {
  Heap heap;
  const Ref<List> list = heap.new_list(3);
  const char* const text = "slot 1 of a list of 3 is empty: set it first";
  expect_error<std::logic_error>(text, [&] { list->at(1); });
  expect_error<std::logic_error>(text, [&] { list->borrow<Float>(1); });
  EXPECT_EQ(list->items()[1], nullptr);
}

TEST(AList, RefusesToReadAnItemAsAnotherType) {
  Heap heap;
  const Ref<List> list = heap.new_list();
  list->append(heap.new_float(1));
  list->append(heap.new_list());
  list->append(heap.new_array(1));
  expect_error<std::bad_cast>("expected list, found float",
                              [&] { list->at<List>(0); });
  expect_error<TypeError>("expected float, found list",
                          [&] { list->borrow<Float>(1); });
  expect_error<TypeError>("expected float, found array",
                          [&] { as<Float>(*list->borrow(2)); });
  EXPECT_EQ(list->borrow<Object>(0)->type->name, "float");
  EXPECT_EQ(list->at<List>(1)->size(), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(list->borrow(i)->count, 1);
}

TEST(AList, GrowsLikeAListInCPython) {
  Heap heap;
  const Ref<List> list = heap.new_list();
  EXPECT_EQ(list->capacity(), 0);
  EXPECT_EQ(list->items(), nullptr);
  std::vector<std::int64_t> capacities;
  for (int i = 0; i < 100; ++i) {
    list->append(heap.new_float(i));
    if (capacities.empty() || capacities.back() != list->capacity()) {
      capacities.push_back(list->capacity());
    }
  }
  // sys.getsizeof of a list in CPython 3.11.
  EXPECT_EQ(capacities, (std::vector<std::int64_t>{4, 8, 16, 24, 32, 40, 52, 64,
                                                   76, 92, 108}));
}

TEST(AList, KeepsItsItemsAndFreesOldBuffersAsItGrows) {
  Heap heap;
  Ref<List> list = heap.new_list(2);
  list->set(1, heap.new_float(-1));
  for (int i = 0; i < 50'000; ++i) list->append(heap.new_float(i));
  EXPECT_EQ(list->size(), 50'002);
  EXPECT_LE(list->capacity(), 50'002 * 9 / 8 + 6);
  EXPECT_EQ(list->items()[0], nullptr);
  EXPECT_EQ(list->borrow<Float>(1)->value, -1);
  for (int i = 0; i < 50'000; ++i) {
    ASSERT_EQ(list->borrow<Float>(i + 2)->value, i);
    ASSERT_EQ(list->borrow(i + 2)->count, 1);
  }
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer),
            pages_of(*list).back().count.count());
}

TEST(AList, FreesEverythingAtItsEnd) {
  Heap heap;
  Ref<List> list = testing::make_list(heap, 10'000);
  list->append(testing::make_list(heap, 10));
  list->append(heap.new_array(10'000));
  EXPECT_EQ(live_objects(heap), 1 + 10'000 + 1 + 10 + 1);
  list = Ref<List>();
  EXPECT_EQ(live_objects(heap), 0);
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 0);
  EXPECT_EQ(pages_with(heap, PageUse::kObjects), 0);
}

TEST(AList, IsFreedAtAnyDepthOfNesting) {
  Heap heap;
  Ref<List> list = heap.new_list();
  for (int depth = 0; depth < 100'000; ++depth) {
    Ref<List> outer = heap.new_list(2);
    outer->set(0, heap.new_float(depth));
    outer->set(1, std::move(list));
    list = std::move(outer);
  }
  EXPECT_EQ(live_objects(heap), 200'001);
  list = Ref<List>();
  EXPECT_EQ(live_objects(heap), 0);
}

TEST(AList, FreesAnItemOnceEvenIfItHoldsItManyTimes) {
  Heap heap;
  Ref<List> outer = heap.new_list();
  const Ref<Float> number = heap.new_float(1);
  {
    const Ref<List> inner = heap.new_list();
    inner->append(number);
    for (int i = 0; i < 100; ++i) outer->append(inner);
    EXPECT_EQ(inner->count, 101);
  }
  EXPECT_EQ(number->count, 2);
  outer = Ref<List>();
  EXPECT_EQ(number->count, 1);
  EXPECT_EQ(live_objects(heap), 1);
}

TEST(AnArray, HoldsItsNumbersInOneBuffer) {
  Heap heap;
  for (const std::int64_t length : {0, 1, 64, 65, 100'000}) {
    const Ref<Array> array = heap.new_array(length, 1);
    const std::span<double> values = array->values();
    EXPECT_EQ(array->length(), length);
    ASSERT_EQ(values.size(), static_cast<std::size_t>(length));
    EXPECT_EQ(std::count(values.begin(), values.end(), 1.0), length);
    if (length > 0) values[0] = 7;
    EXPECT_EQ(live_objects(heap), 1) << "the numbers are no objects";
  }
  EXPECT_EQ(pages_with(heap, PageUse::kBuffer), 0);
  const Ref<Array> zeros = heap.new_array(3);
  EXPECT_EQ(std::as_const(*zeros).values()[2], 0);
}

}  // namespace
}  // namespace cow

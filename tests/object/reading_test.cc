// Reading is writing: which pages a forked child owns after it has only read
// objects. Every set of pages is an equality.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/memory/page_map.h"
#include "cow/object/heap.h"
#include "memory/parked_child.h"
#include "memory/region_checks.h"
#include "object/places.h"

namespace cow {
namespace {

using testing::begin_of;
using testing::make_list;
using testing::number;
using testing::ParkedChild;

using PageSet = std::set<std::uintptr_t>;

// The pages of the heap that process `pid` maps alone.
PageSet exclusive_pages(const Heap& heap, pid_t pid) {
  const std::vector<HeapPage> pages = heap.pages();
  PageSet exclusive;
  for (std::size_t first = 0; first < pages.size();) {
    // A run of neighbours, read at once.
    std::size_t count = 1;
    while (first + count < pages.size() &&
           pages[first + count].address ==
               pages[first].address + to_bytes(Pages(count)).size()) {
      ++count;
    }
    const std::vector<Page> map =
        *read_page_map(pid, pages[first].address, Pages(count));
    for (std::size_t i = 0; i < count; ++i) {
      if (map[i].exclusive) exclusive.insert(number(pages[first + i].address));
    }
    first += count;
  }
  return exclusive;
}

// The pages in which counts of objects of this type lie.
PageSet pages_with_counts(const Heap& heap, std::string_view type) {
  PageSet pages;
  for (const HeapPage& page : heap.pages()) {
    if (page.counts > 0 && page.type != nullptr && page.type->name == type) {
      pages.insert(number(page.address));
    }
  }
  return pages;
}

class Reader : public testing::CountedPages {
 protected:
  // The pages that a child owns when it has done `read`.
  PageSet owned_after(const std::function<void()>& read) {
    ParkedChild child([&](const ParkedChild::Park& park) {
      park(0);
      read();
      park(0);
    });
    child.await();
    EXPECT_EQ(exclusive_pages(heap, child.pid()), PageSet());
    child.go_on();
    child.await();
    return exclusive_pages(heap, child.pid());
  }

  Heap heap;
};

// A child that finds something else than it should says so by ending.
void require(bool right) {
  if (!right) ::_exit(1);
}

TEST_F(Reader, OwnsPagesThatHoldCountsIfItTakesReferences) {
  const Ref<List> list = make_list(heap, 100'000);
  const PageSet owned = owned_after([&] {
    double sum = 0;
    for (std::int64_t i = 0; i < list->size(); ++i) {
      const Ref<Float> mine = list->at<Float>(i);
      sum += mine->value;
    }
    require(sum == 100'000.0 * 99'999 / 2);
  });
  EXPECT_EQ(owned, pages_with_counts(heap, "float"));
}

TEST_F(Reader, Owns61Point3MiBAfterTwoMillionFloats) {
  const Ref<List> list = make_list(heap, 2'000'000);
  const PageSet owned = owned_after([&] {
    for (std::int64_t i = 0; i < list->size(); ++i) {
      const Ref<Object> mine = list->at(i);
    }
  });
  EXPECT_EQ(owned, pages_with_counts(heap, "float"));
  const auto bytes = to_bytes(Pages(owned.size())).count();
  EXPECT_NEAR(static_cast<double>(bytes) / 1024 / 1024 / 61.3, 1, 0.001);
}

TEST_F(Reader, OwnsNothingIfItBorrows) {
  const Ref<List> list = make_list(heap, 100'000);
  const PageSet owned = owned_after([&] {
    double sum = 0;
    for (std::int64_t i = 0; i < list->size(); ++i) {
      sum += list->borrow<Float>(i)->value;
    }
    require(sum == 100'000.0 * 99'999 / 2);
  });
  EXPECT_EQ(owned, PageSet());
}

TEST_F(Reader, OwnsOnlyPagesOfObjectsThatItReads) {
  const Ref<List> list = make_list(heap, 100'000);
  PageSet expected;
  for (std::int64_t i = 0; i < list->size(); i += 700) {
    expected.insert(begin_of(&list->borrow(i)->count, page_size()));
  }
  const PageSet owned = owned_after([&] {
    for (std::int64_t i = 0; i < list->size(); i += 700) {
      const Ref<Object> mine = list->at(i);
    }
  });
  EXPECT_EQ(owned, expected);
}

TEST_F(Reader, OwnsOnlyTheFirstOfTwoPagesOfAFloat) {
  if (page_size() != 4_KiB) GTEST_SKIP() << "pages are not of 4 KiB";
  const Ref<List> list = make_list(heap, 510);
  for (std::int64_t i = 0; i < list->size(); ++i) {
    if (i != 126) list->set(i, Ref<Object>());
  }
  const std::vector<PageRange> ranges = pages_of(*list->borrow(126));
  ASSERT_EQ(ranges[0].count, Pages(2));
  const PageSet owned =
      owned_after([&] { require(list->at<Float>(126)->value == 126); });
  EXPECT_EQ(owned, PageSet{number(ranges[0].begin)});
  EXPECT_EQ(owned, pages_with_counts(heap, "float"));
}

TEST_F(Reader, OwnsOnlyThePageOfAListIfItCopiesAReferenceToIt) {
  const Ref<List> list = make_list(heap, 100'000);
  const PageSet owned = owned_after([&] { const Ref<List> copy = list; });
  EXPECT_EQ(owned, pages_with_counts(heap, "list"));
  EXPECT_EQ(owned, PageSet{number(pages_of(*list)[0].begin)});
}

TEST_F(Reader, OwnsPagesOfListsButNotOfTheirItems) {
  const Ref<List> lists = heap.new_list();
  for (int i = 0; i < 10'000; ++i) lists->append(make_list(heap, 1));
  const PageSet owned = owned_after([&] {
    for (std::int64_t i = 0; i < lists->size(); ++i) {
      const Ref<List> mine = lists->at<List>(i);
      require(mine->borrow<Float>(0)->value == 0);
    }
  });
  EXPECT_EQ(owned, pages_with_counts(heap, "list"));
}

TEST_F(Reader, OwnsOnlyTheHeaderPageOfAnArray) {
  const Ref<Array> array = heap.new_array(1'000'000, 1);
  const PageSet owned = owned_after([&] {
    const Ref<Array> mine = array;
    double sum = 0;
    for (const double value : mine->values()) sum += value;
    require(sum == 1'000'000);
  });
  EXPECT_EQ(owned, PageSet{number(pages_of(*array)[0].begin)});
  EXPECT_EQ(owned, pages_with_counts(heap, "array"));
}

TEST_F(Reader, OwnsNothingIfItMovesReferences) {
  std::vector<Ref<Float>> floats = testing::make_floats(heap, 10'000);
  const PageSet owned = owned_after([&] {
    std::vector<Ref<Object>> moved;
    for (Ref<Float>& ref : floats) moved.emplace_back(std::move(ref));
    for (Ref<Object>& ref : moved) (void)ref.release();
  });
  EXPECT_EQ(owned, PageSet());
}

TEST_F(Reader, OwnsNothingIfItAsksForThePagesOfTheHeap) {
  const Ref<List> list = make_list(heap, 100'000);
  const PageSet owned = owned_after([&] {
    std::int64_t counts = 0;
    for (const HeapPage& page : heap.pages()) counts += page.counts;
    require(counts == 100'001);
  });
  EXPECT_EQ(owned, PageSet());
}

TEST_F(Reader, OwnsPagesThatHoldCountsEvenIfItKeepsItsReferences) {
  const Ref<List> list = make_list(heap, 10'000);
  const PageSet owned = owned_after([&] {
    for (std::int64_t i = 0; i < list->size(); ++i) {
      (void)list->at(i).release();
      require(list->borrow(i)->count == 2);
    }
  });
  EXPECT_EQ(owned, pages_with_counts(heap, "float"));
  EXPECT_EQ(list->borrow(0)->count, 1) << "the parent's count is another";
}

}  // namespace
}  // namespace cow

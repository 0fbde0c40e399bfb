// Whole pages of two processes that the test lays out: what has changed in
// which objects, to the page.
#include "cow/inspect/changed_pages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "inspect/made_memory.h"

namespace cow {
namespace {

using testing::kHasHead;
using testing::kPool;
using testing::kSmallPage;
using testing::MadeMemory;

constexpr std::uint64_t kType = 0x7f0000001000;
constexpr std::uint64_t kFloat = 0x7f0000002000;
constexpr std::uint64_t kList = 0x7f0000003000;
constexpr std::uint64_t kHeap = 0x7f0000100000;
constexpr std::uint64_t kArray = 0x7f0000900000;

// One pool of floats, one of lists, and one block of numbers.
MadeMemory memory_of_a_program() {
  MadeMemory memory;
  memory.put_type_of_types(kType);
  memory.put_type(kFloat, "float", 0, kType);
  memory.put_type(kList, "list", kHasHead, kType, 40);
  memory.put_pool(kHeap, kPool, 32);
  for (std::uint64_t at = kHeap + 48; at + 32 <= kHeap + kPool; at += 32) {
    memory.put_object(at, kFloat);
  }
  const std::uint64_t lists = kHeap + kPool;
  memory.put_pool(lists, kPool, 64);
  for (std::uint64_t at = lists + 48; at + 64 <= lists + kPool; at += 64) {
    memory.put_object(at + 16, kList);
  }
  memory.put(kArray, std::uint64_t{1});
  memory.put(kArray + kPool - 8, std::uint64_t{1});
  for (std::uint64_t at = kArray; at < kArray + kPool; at += kSmallPage) {
    memory.put(at + 64, std::uint64_t{7});
  }
  return memory;
}

class ChangedMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (page_size() != Bytes(kSmallPage)) {
      GTEST_SKIP() << "the pages are laid out for pages of 4 KiB";
    }
    for (const std::uint64_t block : {kHeap, kHeap + kPool, kArray}) {
      for (std::uint64_t page = 0; page < 4; ++page) {
        pages_.push_back(block + page * kSmallPage);
      }
    }
  }
  ChangedPages compare() const {
    return *compare_memory(changed_.reader(), original_.reader(), pages_);
  }
  static Pages of(const ChangedPages& pages, const std::string& type,
                  PageChange change) {
    for (const ChangedType& one : pages.types) {
      if (one.name == type) return one.pages[static_cast<std::size_t>(change)];
    }
    return {};
  }

  MadeMemory original_ = memory_of_a_program();
  MadeMemory changed_ = memory_of_a_program();
  std::vector<std::uint64_t> pages_;
};

TEST_F(ChangedMemory, IsIdenticalIfAllWasRestored) {
  const ChangedPages found = compare();
  EXPECT_EQ(found.compared(), Pages(12));
  EXPECT_EQ(found.count(PageChange::kIdentical), Pages(12));
  EXPECT_EQ(of(found, "float", PageChange::kIdentical), Pages(4));
  EXPECT_EQ(of(found, "list", PageChange::kIdentical), Pages(4));
  EXPECT_EQ(of(found, "", PageChange::kIdentical), Pages(4));
}

TEST_F(ChangedMemory, IsCountedInPagesByTypeAndKindOfChange) {
  changed_.put_object(kHeap + 48, kFloat, 2);                   // page 0
  changed_.put(kHeap + kSmallPage + 48 + 16, 0.5);              // page 1
  changed_.put_object(kHeap + 2 * kSmallPage + 16, kFloat, 9);  // page 2
  const std::uint64_t lists = kHeap + kPool;
  changed_.put(lists + 48, lists);                   // a head, page 4
  changed_.put(lists + kSmallPage + 56 - 8, lists);  // another, page 5
  changed_.put(lists + kSmallPage + 48 + 16, std::uint64_t{2});
  changed_.put(kArray + 8, std::uint64_t{3});
  const ChangedPages found = compare();
  EXPECT_EQ(of(found, "float", PageChange::kCounts), Pages(2));
  EXPECT_EQ(of(found, "float", PageChange::kData), Pages(1));
  EXPECT_EQ(of(found, "float", PageChange::kIdentical), Pages(1));
  EXPECT_EQ(of(found, "list", PageChange::kHeads), Pages(1));
  EXPECT_EQ(of(found, "list", PageChange::kSeveral), Pages(1));
  EXPECT_EQ(of(found, "", PageChange::kData), Pages(1));
  EXPECT_EQ(found.unread, Pages(0));
}

TEST_F(ChangedMemory, IsRecognizedByAPoolHeaderInThePageBefore) {
  // Only the second page of the pool was copied: its header is in the first.
  pages_ = {kHeap + kSmallPage};
  changed_.put_object(kHeap + kSmallPage + 16, kFloat, 5);
  EXPECT_EQ(of(compare(), "float", PageChange::kCounts), Pages(1));
  // Without the header it is not known where objects begin, but there is a type
  // behind what has changed.
  changed_.remove(kHeap);
  EXPECT_EQ(of(compare(), "", PageChange::kCounts), Pages(1));
}

TEST_F(ChangedMemory, NamesTypesThatOnlyTheOriginalHasTouched) {
  changed_.remove(kFloat);
  EXPECT_EQ(of(compare(), "float", PageChange::kIdentical), Pages(4));
}

TEST_F(ChangedMemory, LeavesOutMissingPages) {
  original_.remove(kHeap);
  changed_.remove(kArray);
  const ChangedPages found = compare();
  EXPECT_EQ(found.compared(), Pages(10));
  EXPECT_EQ(found.unread, Pages(2));
}

TEST_F(ChangedMemory, IsReadInManyParts) {
  pages_.clear();
  for (std::uint64_t page = 0; page < 1000; ++page) {
    const std::uint64_t address = kArray + page * 3 * kSmallPage;
    original_.put(address, std::uint64_t{1});
    changed_.put(address, page % 10 == 0 ? std::uint64_t{2} : 1);
    changed_.put(address + 64, std::uint64_t{0});
    original_.put(address + 64, std::uint64_t{0});
    pages_.push_back(address);
  }
  const ChangedPages found = compare();
  EXPECT_EQ(found.compared(), Pages(1000));
  EXPECT_EQ(found.count(PageChange::kData), Pages(100));
}

TEST_F(ChangedMemory, IsAbsentWithTheReasonIfItCannotBeRead) {
  const ReadPieces refuses = [](std::span<RemotePiece>) {
    return Reading<std::size_t>(Absent{"no such process"});
  };
  const auto found = compare_memory(changed_.reader(), refuses, pages_);
  EXPECT_EQ(found.reason(), "no such process");
}

}  // namespace
}  // namespace cow

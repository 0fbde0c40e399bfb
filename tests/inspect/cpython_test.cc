// Pools, objects and types in memory that the test lays out, honest and
// hostile.
#include "cow/inspect/cpython.h"

#include <gtest/gtest.h>

#include <string>

#include "inspect/made_memory.h"

namespace cow {
namespace {

using testing::kHasDict;
using testing::kHasHead;
using testing::kIsStr;
using testing::kPool;
using testing::MadeMemory;

constexpr std::uint64_t kType = 0x7f0000001000;
constexpr std::uint64_t kFloat = 0x7f0000002000;
constexpr std::uint64_t kNode = 0x7f0000003000;
constexpr std::uint64_t kStr = 0x7f0000004000;
constexpr std::uint64_t kHeap = 0x7f0000100000;

class Cpython : public ::testing::Test {
 protected:
  Cpython() {
    memory_.put_type_of_types(kType);
    memory_.put_type(kFloat, "float", 0, kType);
    memory_.put_type(kNode, "Node", kHasHead | kHasDict, kType, 16);
    memory_.put_type(kStr, "str", kIsStr, kType, 64);
  }
  PythonObjects objects() {
    image_ = memory_.copy(kHeap, kPool);
    return PythonObjects(kHeap, image_, types_);
  }
  std::string name_of(std::uint64_t address) {
    PythonTypes types(memory_.reader());
    const PythonType* type = types.find(address);
    return type == nullptr ? "" : type->name;
  }

  MadeMemory memory_;
  PythonTypes types_{memory_.reader()};
  std::vector<std::byte> image_;
};

TEST_F(Cpython, TypeIsNamedIfItsChainOfTypesEndsInType) {
  EXPECT_EQ(name_of(kFloat), "float");
  EXPECT_EQ(name_of(kType), "type");
  memory_.put_type(0x7f0000005000, "Meta", std::uint64_t{1} << 31, kType);
  memory_.put_type(0x7f0000006000, "Made", 0, 0x7f0000005000);
  EXPECT_EQ(name_of(0x7f0000006000), "Made");
}

TEST_F(Cpython, AddressesWithoutAValidTypeAreNotTakenForTypes) {
  EXPECT_EQ(name_of(0), "");
  EXPECT_EQ(name_of(kFloat + 4), "");
  EXPECT_EQ(name_of(kFloat + 8), "");
  EXPECT_EQ(name_of(0x7f00dead0000), "") << "not there";
  EXPECT_EQ(name_of(~std::uint64_t{7}), "");
  memory_.put(kFloat + 32, std::uint64_t{1} << 40);
  EXPECT_EQ(name_of(kFloat), "") << "too large";
  memory_.put(kNode + 168, std::uint64_t{0});
  EXPECT_EQ(name_of(kNode), "") << "not ready";
  memory_.put(kStr, std::int64_t{-1});
  EXPECT_EQ(name_of(kStr), "") << "no count";
}

TEST_F(Cpython, ObjectsWhoseTypesFormACircleAreNotTakenForTypes) {
  const std::uint64_t flags = std::uint64_t{1} << 31;
  memory_.put_type(0x7f0000005000, "one", flags, 0x7f0000006000);
  memory_.put_type(0x7f0000006000, "other", flags, 0x7f0000005000);
  EXPECT_EQ(name_of(0x7f0000005000), "");
  memory_.put_type(0x7f0000007000, "liar", flags, 0x7f0000007000);
  EXPECT_EQ(name_of(0x7f0000007000), "") << "its own type, but not `type`";
}

TEST_F(Cpython, NamesOfTypesAreReplacedOrCutIfBroken) {
  memory_.put(kFloat + 24, std::uint64_t{0x7f00dead0000});
  EXPECT_EQ(name_of(kFloat), "a type without a name");
  memory_.put_type(kNode, "\x1b[2J\xff", 0, kType);
  EXPECT_EQ(name_of(kNode).find('\x1b'), std::string::npos);
  memory_.put_type(kStr, std::string(500, 'a'), 0, kType);
  EXPECT_EQ(name_of(kStr), std::string(64, 'a') + "...");
  // It ends with its page, and there is none behind it.
  memory_.put(kFloat + 24, std::uint64_t{0x7f0000008ffb});
  const std::string_view text = "abcd";
  memory_.write(0x7f0000008ffb, std::as_bytes(std::span(text)));
  EXPECT_EQ(name_of(kFloat), "abcd");
}

TEST_F(Cpython, AddressesThatAreNoTypesAreReadABoundedNumberOfTimes) {
  constexpr std::uint64_t kMost = 1 << 20;
  std::size_t reads = 0;
  PythonTypes types([&](std::span<RemotePiece> pieces) -> Reading<std::size_t> {
    reads += pieces.size();
    return std::size_t{0};
  });
  for (std::uint64_t i = 1; i < kMost; ++i) types.find(kHeap + i * 64);
  EXPECT_LT(reads, std::size_t{100'000});
}

TEST_F(Cpython, WordsOfAFloatAreItsCountAndData) {
  memory_.put_pool(kHeap, kPool, 32);
  memory_.put_object(kHeap + 48, kFloat);
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(48), WordUse::kCount);
  EXPECT_EQ(found.use_of(56), WordUse::kData);
  EXPECT_EQ(found.use_of(64), WordUse::kData);
  EXPECT_EQ(found.use_of(80), WordUse::kData) << "the next slot has no object";
  EXPECT_EQ(found.use_of(8), WordUse::kData) << "the header of the pool";
}

TEST_F(Cpython, WordsOfAnInstanceFollowItsPrefix) {
  memory_.put_pool(kHeap, kPool, 64);
  memory_.put_object(kHeap + 48 + 32, kNode);
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(48), WordUse::kData) << "weak references, dict";
  EXPECT_EQ(found.use_of(56), WordUse::kData);
  EXPECT_EQ(found.use_of(64), WordUse::kHead);
  EXPECT_EQ(found.use_of(72), WordUse::kHead);
  EXPECT_EQ(found.use_of(80), WordUse::kCount);
  EXPECT_EQ(found.use_of(88), WordUse::kData);
}

TEST_F(Cpython, HashOfAStrFollowsItsLength) {
  memory_.put_pool(kHeap, kPool, 64);
  memory_.put_object(kHeap + 48, kStr);
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(48 + 16), WordUse::kData);
  EXPECT_EQ(found.use_of(48 + 24), WordUse::kHash);
  EXPECT_EQ(found.use_of(48 + 32), WordUse::kData);
}

TEST_F(Cpython, HashOfAFrozensetPrecedesItsTable) {
  constexpr std::uint64_t kSet = 0x7f0000005000;
  memory_.put_type(kSet, "frozenset", kHasHead, kType, 200);
  memory_.put_pool(kHeap, kPool, 224);
  memory_.put_object(kHeap + 48 + 16, kSet);
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(48 + 16 + 48), WordUse::kHash);
  EXPECT_EQ(found.use_of(48 + 16 + 24), WordUse::kData);
}

TEST_F(Cpython, HashOutsideOfPoolsFollowsTheTypeOfAStr) {
  memory_.put(kHeap + kPool - 8, std::uint64_t{1});
  memory_.put_object(kHeap + 48, kStr);
  memory_.put_object(kHeap + 144, kFloat);
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(48), WordUse::kCount);
  EXPECT_EQ(found.use_of(48 + 24), WordUse::kHash);
  EXPECT_EQ(found.use_of(48 + 16), WordUse::kData);
  EXPECT_EQ(found.use_of(144 + 24), WordUse::kData);
}

TEST_F(Cpython, ObjectAcrossTwoPagesBelongsToBoth) {
  // Slots of 272: the one at 48 + 14 * 272 = 3856 ends at 4128.
  memory_.put_pool(kHeap, kPool, 272);
  memory_.put_object(kHeap + 3856, kFloat);
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(3856), WordUse::kCount);
  EXPECT_EQ(found.use_of(4096), WordUse::kData);
  EXPECT_EQ(found.use_of(4128), WordUse::kData);
  ASSERT_NE(found.main_type(4096, 4128), nullptr);
  EXPECT_EQ(found.main_type(4096, 4128)->name, "float");
  EXPECT_EQ(found.main_type(4128, 8192), nullptr);
}

TEST_F(Cpython, PoolsOfOldVersionsHaveOnePage) {
  for (std::uint64_t page = 0; page < 4; ++page) {
    const std::uint64_t pool = kHeap + page * 4096;
    memory_.put_pool(pool, 4096, 32);
    memory_.put_object(pool + 48 + 32 * page, kFloat);
  }
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(48), WordUse::kCount);
  EXPECT_EQ(found.use_of(2 * 4096 + 48), WordUse::kData);
  EXPECT_EQ(found.use_of(2 * 4096 + 48 + 64), WordUse::kCount);
}

TEST_F(Cpython, CountOutsideOfPoolsPrecedesAType) {
  memory_.put(kHeap + kPool - 8, std::uint64_t{0});
  memory_.put_object(kHeap + 256, kFloat);
  memory_.put_object(kHeap + 512, kNode);
  const PythonObjects found = objects();
  EXPECT_EQ(found.use_of(256), WordUse::kCount);
  EXPECT_EQ(found.use_of(248), WordUse::kData) << "a float has no head";
  EXPECT_EQ(found.use_of(264), WordUse::kData);
  EXPECT_EQ(found.use_of(512), WordUse::kCount);
  EXPECT_EQ(found.use_of(504), WordUse::kHead);
  EXPECT_EQ(found.use_of(496), WordUse::kHead);
  EXPECT_EQ(found.use_of(488), WordUse::kData);
  EXPECT_EQ(found.use_of(kPool - 8), WordUse::kData) << "nothing behind it";
}

TEST_F(Cpython, FreeSlotsHoldNoObjectWhateverIsLeftInThem) {
  memory_.put_pool(kHeap, kPool, 32, 4);
  for (std::uint64_t slot = 0; slot < 8; ++slot) {
    memory_.put_object(kHeap + 48 + 32 * slot, kFloat);
  }
  // Slots 1 and 3 are free; the slots from 4 on were never used.
  memory_.put(kHeap + 8, kHeap + 48 + 32);
  memory_.put(kHeap + 48 + 32, kHeap + 48 + 96);
  memory_.put(kHeap + 48 + 96, std::uint64_t{0});
  const PythonObjects found = objects();
  const auto is_object = [&](std::size_t slot) {
    return found.use_of(48 + 32 * slot) == WordUse::kCount;
  };
  EXPECT_TRUE(is_object(0) && is_object(2));
  EXPECT_FALSE(is_object(1) || is_object(3));
  EXPECT_FALSE(is_object(4) || is_object(7));
}

TEST_F(Cpython, MainTypeTakesAtLeastAQuarter) {
  memory_.put_pool(kHeap, kPool, 32);
  for (std::uint64_t slot = 0; slot < 31; ++slot) {
    memory_.put_object(kHeap + 48 + 32 * slot, kFloat);
  }
  EXPECT_EQ(objects().main_type(0, 4096), nullptr);
  memory_.put_object(kHeap + 48 + 32 * 31, kFloat);
  EXPECT_EQ(objects().main_type(0, 4096)->name, "float");
}

TEST_F(Cpython, HeadersWithImpossibleFieldsAreNotTakenForPools) {
  const auto is_pool = [&] {
    image_ = memory_.copy(kHeap, kPoolHeader);
    return parse_pool(image_, kPool).has_value();
  };
  const auto laid_out_anew = [&] { memory_.put_pool(kHeap, kPool, 32); };
  laid_out_anew();
  ASSERT_TRUE(is_pool());
  memory_.put(kHeap + 36, std::uint32_t{32});
  EXPECT_FALSE(is_pool()) << "no such size of slots";
  memory_.put(kHeap + 36, ~std::uint32_t{0});
  EXPECT_FALSE(is_pool());
  laid_out_anew();
  memory_.put(kHeap + 40, std::uint32_t{1 << 20});
  EXPECT_FALSE(is_pool()) << "more slots than there is room";
  memory_.put(kHeap + 40, std::uint32_t{49});
  EXPECT_FALSE(is_pool());
  laid_out_anew();
  memory_.put(kHeap, ~std::uint32_t{0});
  EXPECT_FALSE(is_pool()) << "more in use than there are";
  EXPECT_FALSE(parse_pool({}, kPool));
}

TEST_F(Cpython, BrokenListsOfFreeSlotsCauseNoEndlessLoop) {
  memory_.put_pool(kHeap, kPool, 32);
  memory_.put_object(kHeap + 48, kFloat);
  for (const std::uint64_t next : {kHeap + 48 + 32, kHeap - 32, kHeap + 49,
                                   ~std::uint64_t{0}, kHeap + (1 << 20)}) {
    memory_.put(kHeap + 8, kHeap + 48 + 32);
    memory_.put(kHeap + 48 + 32, next);  // the first in a circle
    EXPECT_EQ(objects().use_of(48), WordUse::kCount);
  }
}

}  // namespace
}  // namespace cow

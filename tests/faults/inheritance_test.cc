// Which faults are first writes to inherited pages, from made-up records.
#include "cow/faults/inheritance.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace cow {
namespace {

using Kind = FaultRecord::Kind;

constexpr pid_t kParent = 10;
constexpr pid_t kChild = 20;
constexpr std::uint64_t kData = 0x100000;
constexpr std::uint64_t kCode = 0x500000;

std::uint64_t page(std::uint64_t number) { return number * page_size().size(); }

// A tree whose processes have no page map; or the one that is set.
class InheritanceTest : public ::testing::Test {
 protected:
  void map(pid_t pid, std::uint64_t begin, std::uint64_t pages,
           const std::string& name = "", bool writable = true) {
    FaultRecord record;
    record.kind = Kind::kMapping;
    record.pid = pid;
    record.address = begin;
    record.length = page(pages);
    record.writable = writable;
    record.is_private = true;
    record.name = name;
    tree_.apply(record);
  }
  void fork(pid_t parent, pid_t child) {
    FaultRecord record;
    record.kind = Kind::kFork;
    record.parent = parent;
    record.pid = child;
    record.thread = child;
    record.time = ++time_;
    tree_.apply(record);
  }
  void apply(Kind kind, pid_t pid) {
    FaultRecord record;
    record.kind = kind;
    record.pid = pid;
    record.thread = pid;
    tree_.apply(record);
  }
  std::optional<InheritedWrite> fault(pid_t pid, std::uint64_t address,
                                      bool in_kernel = false) {
    FaultRecord record;
    record.kind = Kind::kFault;
    record.pid = pid;
    record.ip = kCode + 0x10;
    record.address = address;
    record.in_kernel = in_kernel;
    return tree_.apply(record);
  }
  // The page map of each process that is forked from now on.
  void set_present(std::initializer_list<std::uint64_t> addresses,
                   std::vector<MappingRange> mappings = {}) {
    auto snapshot = std::make_shared<MemorySnapshot>();
    for (const std::uint64_t address : addresses) {
      snapshot->present.insert(address / page(1));
    }
    snapshot->mappings = std::move(mappings);
    snapshot_ = snapshot;
  }

  std::uint64_t time_ = 1;
  std::shared_ptr<const MemorySnapshot> snapshot_;
  Inheritance tree_{[this](pid_t) { return snapshot_; }};
};

TEST_F(InheritanceTest, CountsAWriteInTheChildOnce) {
  map(kParent, kData, 4);
  EXPECT_FALSE(fault(kParent, kData));
  fork(kParent, kChild);
  EXPECT_TRUE(fault(kChild, kData));
  EXPECT_FALSE(fault(kChild, kData + 8));
  EXPECT_TRUE(fault(kChild, kData + page(3)));
  EXPECT_FALSE(fault(kChild, kData + page(4)));
}

TEST_F(InheritanceTest, CountsTheParentsWritesAfterEachFork) {
  map(kParent, kData, 4);
  fork(kParent, kChild);
  EXPECT_TRUE(fault(kParent, kData));
  EXPECT_FALSE(fault(kParent, kData));
  fork(kParent, kChild + 1);
  EXPECT_TRUE(fault(kParent, kData));
}

TEST_F(InheritanceTest, NamesTheInstructionAndTheMemory) {
  map(kParent, kData, 4, "[heap]");
  map(kParent, kCode, 1, "/bin/program", false);
  fork(kParent, kChild);
  const auto write = fault(kChild, kData);
  ASSERT_TRUE(write);
  EXPECT_EQ(write->file, "/bin/program");
  EXPECT_EQ(write->offset, 0x10U);
  EXPECT_EQ(write->memory, "[heap]");
  EXPECT_FALSE(write->in_kernel);
  const auto by_kernel = fault(kChild, kData + page(1), true);
  ASSERT_TRUE(by_kernel);
  EXPECT_TRUE(by_kernel->in_kernel);
  EXPECT_EQ(by_kernel->file, "");
}

TEST_F(InheritanceTest, LeavesOutWhatWasMappedAfterTheFork) {
  map(kParent, kData, 4);
  fork(kParent, kChild);
  map(kChild, kData + page(8), 4);
  EXPECT_FALSE(fault(kChild, kData + page(8)));
  map(kChild, kData, 4);  // unmapped before, and mapped again
  EXPECT_FALSE(fault(kChild, kData));
  EXPECT_TRUE(fault(kParent, kData));
}

TEST_F(InheritanceTest, KeepsAMappingThatGrowsOrChangesItsProtection) {
  map(kParent, kData, 4, "[heap]");
  fork(kParent, kChild);
  map(kChild, kData, 8, "[heap]");
  EXPECT_TRUE(fault(kChild, kData));
  EXPECT_FALSE(fault(kChild, kData + page(4)));
  map(kChild, kData + page(1), 2, "[heap]", false);
  map(kChild, kData + page(1), 2, "[heap]", true);
  EXPECT_TRUE(fault(kChild, kData + page(1)));
  EXPECT_TRUE(fault(kChild, kData + page(3)));
}

TEST_F(InheritanceTest, LeavesOutSharedAndReadOnlyMappings) {
  map(kParent, kData, 4, "/data", false);
  fork(kParent, kChild);
  EXPECT_FALSE(fault(kChild, kData));
}

TEST_F(InheritanceTest, CountsOnlyPagesThatThePageMapHas) {
  map(kParent, kData, 4);
  set_present({kData + page(1)});
  fork(kParent, kChild);
  EXPECT_FALSE(fault(kChild, kData));
  EXPECT_TRUE(fault(kChild, kData + page(1)));
  EXPECT_FALSE(fault(kParent, kData + page(2)));
}

// What the page map no longer has, because it was read late.
TEST_F(InheritanceTest, CountsPagesThatHaveFaultedBeforeTheFork) {
  map(kParent, kData, 4);
  EXPECT_FALSE(fault(kParent, kData));
  set_present({});
  fork(kParent, kChild);
  EXPECT_TRUE(fault(kChild, kData));
  EXPECT_FALSE(fault(kChild, kData + page(1)));
  fork(kChild, kChild + 1);
  EXPECT_TRUE(fault(kChild + 1, kData));
  EXPECT_TRUE(fault(kChild + 1, kData + page(1)));
  map(kParent, kData, 8);  // it has grown
  fork(kParent, kChild + 2);
  EXPECT_TRUE(fault(kChild + 2, kData));
  map(kParent, kData, 8);  // it is new
  fork(kParent, kChild + 2);
  EXPECT_FALSE(fault(kChild + 2, kData));
}

// Without a page map: a private file is read by faults, too.
TEST_F(InheritanceTest, CountsAWriteToAFilePageOnlyIfThePageMapHasIt) {
  map(kParent, kData, 4, "/data");
  fork(kParent, kChild);
  EXPECT_FALSE(fault(kChild, kData));
  set_present({kData});
  fork(kParent, kChild);
  EXPECT_TRUE(fault(kChild, kData));
}

// Such as a stack that has grown.
TEST_F(InheritanceTest, FindsMappingsWithoutARecordInTheSnapshot) {
  map(kParent, kData + page(2), 2, "[stack]");
  MappingRange stack;
  stack.begin = kData;
  stack.end = kData + page(4);
  stack.permissions = "rw-p";
  stack.name = "[stack]";
  set_present({kData, kData + page(2)}, {stack});
  fork(kParent, kChild);
  EXPECT_TRUE(fault(kChild, kData));
  EXPECT_TRUE(fault(kChild, kData + page(2)));
}

TEST_F(InheritanceTest, IsEmptyAfterAnExec) {
  map(kParent, kData, 4);
  fork(kParent, kChild);
  apply(Kind::kExec, kChild);
  EXPECT_FALSE(fault(kChild, kData));
  map(kChild, kData, 4);
  EXPECT_FALSE(fault(kChild, kData));
}

TEST_F(InheritanceTest, ForgetsAProcessThatHasEnded) {
  map(kParent, kData, 4);
  fork(kParent, kChild);
  apply(Kind::kExit, kChild);
  EXPECT_FALSE(fault(kChild, kData));
  EXPECT_TRUE(fault(kParent, kData));
}

TEST_F(InheritanceTest, LeavesOutWritesAfterAllOthersHaveEnded) {
  apply(Kind::kExec, kParent);
  map(kParent, kData, 4);
  fork(kParent, kChild);
  fork(kParent, kChild + 1);
  apply(Kind::kExit, kChild);
  EXPECT_TRUE(fault(kParent, kData));
  apply(Kind::kExit, kChild + 1);
  EXPECT_FALSE(fault(kParent, kData + page(1)));
}

TEST_F(InheritanceTest, CountsThePageMapOfARunningProcessAsInherited) {
  MappingRange data;
  data.begin = kData;
  data.end = kData + page(4);
  data.permissions = "rw-p";
  set_present({kData}, {data});
  tree_.add(kChild);
  EXPECT_TRUE(fault(kChild, kData));
  EXPECT_FALSE(fault(kChild, kData + page(1)));
}

}  // namespace
}  // namespace cow

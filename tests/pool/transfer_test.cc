// What a map moves through the pipes: equal to the formula that a person can
// work out, and to what the kernel has counted.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

TEST(Transfer, OfAFunctionIsAHeaderAndEightBytesABatchAndTheItems) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async(square, numbers(10), 3);
  pending.wait();
  EXPECT_EQ(pending.transfer().batches, 4);
  EXPECT_EQ(pending.transfer().to_workers, Bytes(4 * (48 + 8) + 10 * 4));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(4 * 48 + 10 * 4));
}

TEST(Transfer, OfALambdaIsAHeaderABatchAndTheItems) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async([](int i) { return i / 2.0; }, numbers(10), 3);
  pending.wait();
  EXPECT_EQ(pending.transfer().to_workers, Bytes(4 * 48 + 10 * 4));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(4 * 48 + 10 * 8));
}

struct Analysis {
  Eigen::VectorXd data = Eigen::VectorXd::Ones(100'000);
  double operator()(int i) const { return data[i]; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(data);
  }
};

TEST(Transfer, OfAnObjectIsTheObjectOnceABatch) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async(Analysis(), numbers(10), 3);
  pending.wait();
  EXPECT_EQ(pending.transfer().to_workers,
            Bytes(4 * (48 + 16 + 800'000) + 10 * 4));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(4 * 48 + 10 * 8));
}

TEST(Transfer, OfASharedObjectIsTheObjectOnceABatch) {
  Pool pool({.workers = 2});
  const auto shared = std::make_shared<Analysis>();
  const std::vector items(6, shared);
  auto pending = pool.map_async(
      [](const std::shared_ptr<Analysis>& p) { return p->data[0]; }, items, 2);
  pending.wait();
  EXPECT_EQ(pending.transfer().to_workers,
            Bytes(3 * (48 + 4 + 16 + 800'000 + 4)));
}

TEST(Transfer, OfResultsThatAreNothingIsTheirHeaders) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async([](int) {}, numbers(10), 5);
  pending.wait();
  EXPECT_EQ(pending.transfer().from_workers, Bytes(2 * 48));
}

TEST(Transfer, OfNoItemsIsNothing) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async(square, std::vector<int>());
  EXPECT_EQ(pending.transfer().batches, 0);
  EXPECT_EQ(pending.transfer().to_workers, Bytes(0));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(0));
}

TEST(Transfer, IsCountedForEachMapAlone) {
  Pool pool({.workers = 2});
  auto first = pool.map_async(square, numbers(10), 3);
  auto second = pool.map_async([](int) {}, numbers(4), 1);
  first.wait();
  second.wait();
  EXPECT_EQ(first.transfer().to_workers, Bytes(4 * 56 + 40));
  EXPECT_EQ(second.transfer().to_workers, Bytes(4 * 48 + 16));
  EXPECT_EQ(first.transfer().from_workers, Bytes(4 * 48 + 40));
  EXPECT_EQ(second.transfer().from_workers, Bytes(4 * 48));
}

// All bytes that this process has ever written: /proc/PID/io, proc(5).
std::optional<std::int64_t> bytes_written() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::int64_t count = 0;
  while (io >> name >> count) {
    if (name == "wchar:") return count;
  }
  return std::nullopt;
}

TEST(Transfer, IsWhatTheKernelCounted) {
  Pool pool({.workers = 2});
  const std::vector<Eigen::VectorXd> items(
      5, Eigen::VectorXd(Eigen::VectorXd::Ones(100'000)));
  const std::optional<std::int64_t> before = bytes_written();
  if (!before) GTEST_SKIP() << "there is no wchar in /proc/self/io";
  auto pending = pool.map_async(
      [](const Eigen::VectorXd& v) { return v.sum(); }, items, 2);
  pending.wait();
  const std::optional<std::int64_t> after = bytes_written();
  EXPECT_EQ(Bytes(*after - *before), pending.transfer().to_workers);
  EXPECT_EQ(pending.transfer().to_workers, Bytes(3 * 48 + 5 * 800'016));
}

}  // namespace
}  // namespace cow::testing

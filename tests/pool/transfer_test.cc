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

class Transfer : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Transfer, every_method(), name_of_method);

TEST_P(Transfer, TakesEightBytesPerBatchForAFunction) {
  Pool pool(options(2));
  auto pending = pool.map_async(square, numbers(10), 3);
  pending.wait();
  EXPECT_EQ(pending.transfer().batches, 4);
  EXPECT_EQ(pending.transfer().to_workers, Bytes(4 * (48 + 8) + 10 * 4));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(4 * 48 + 10 * 4));
}

TEST_P(Transfer, TakesNoBytesForALambda) {
  Pool pool(options(2));
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

TEST_P(Transfer, SendsAnObjectOncePerBatch) {
  Pool pool(options(2));
  auto pending = pool.map_async(Analysis(), numbers(10), 3);
  pending.wait();
  EXPECT_EQ(pending.transfer().to_workers,
            Bytes(4 * (48 + 16 + 800'000) + 10 * 4));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(4 * 48 + 10 * 8));
}

TEST_P(Transfer, SendsASharedObjectOncePerBatch) {
  Pool pool(options(2));
  const auto shared = std::make_shared<Analysis>();
  const std::vector items(6, shared);
  auto pending = pool.map_async(
      [](const std::shared_ptr<Analysis>& p) { return p->data[0]; }, items, 2);
  pending.wait();
  EXPECT_EQ(pending.transfer().to_workers,
            Bytes(3 * (48 + 4 + 16 + 800'000 + 4)));
}

// A method without an object, and a callable that holds an object.
struct Holder {
  static double twice(int i) { return 2.0 * i; }

  std::shared_ptr<const Analysis> held;

  double operator()(int i) const { return (*held)(i); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(held);
  }
};

TEST_P(Transfer, TakesAsMuchForAStaticMethodAsForAFunction) {
  Pool pool(options(2));
  auto pending = pool.map_async(Holder::twice, numbers(10), 3);
  pending.wait();
  EXPECT_EQ(pending.transfer().to_workers, Bytes(4 * (48 + 8) + 10 * 4));
}

TEST_P(Transfer, SendsAnObjectInACallableOncePerBatch) {
  Pool pool(options(2));
  auto pending = pool.map_async(Holder{std::make_shared<const Analysis>()},
                                numbers(10), 3);
  pending.wait();
  EXPECT_EQ(pending.transfer().to_workers,
            Bytes(4 * (48 + 4 + 16 + 800'000) + 10 * 4));
}

TEST_P(Transfer, SendsOnlyHeadersForVoidResults) {
  Pool pool(options(2));
  auto pending = pool.map_async([](int) {}, numbers(10), 5);
  pending.wait();
  EXPECT_EQ(pending.transfer().from_workers, Bytes(2 * 48));
}

TEST_P(Transfer, SendsNothingForNoItems) {
  Pool pool(options(2));
  auto pending = pool.map_async(square, std::vector<int>());
  EXPECT_EQ(pending.transfer().batches, 0);
  EXPECT_EQ(pending.transfer().to_workers, Bytes(0));
  EXPECT_EQ(pending.transfer().from_workers, Bytes(0));
}

TEST_P(Transfer, IsCountedForEachMapSeparately) {
  Pool pool(options(2));
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

// (With another worker, that one might be given what this is slow to begin.)
TEST_P(Transfer, AgreesWithTheCountOfTheKernel) {
  Pool pool(options(1));
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

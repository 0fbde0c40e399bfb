// Lesson 03: the bytes of each kind of task, counted again.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lessons/report.h"

namespace cow::testing {
namespace {

// In the order of the message: header, function, memo number, rows and columns.
constexpr std::int64_t kHeader = 48;
constexpr std::int64_t kFunction = 8;
constexpr std::int64_t kMemo = 4;
constexpr std::int64_t kShape = 16;
constexpr std::int64_t kInt = 4;

void expect_bytes(const nlohmann::json& report, std::int64_t D, std::int64_t N,
                  std::int64_t n) {
  const std::int64_t T = (n + 2) / 3;  // three items a batch
  const auto sent = [&](const char* moment) {
    const Held held = moment_of(report, moment);
    EXPECT_EQ(held.batches, T) << moment;
    EXPECT_EQ(static_cast<std::int64_t>(held.workers.size()), std::min(N, T));
    return held.to_workers;
  };
  const std::int64_t items = n * kInt;
  EXPECT_EQ(sent("a function"), T * (kHeader + kFunction) + items);
  EXPECT_EQ(sent("a handle to the object"), T * (kHeader + 8) + items);
  const std::int64_t with_object = T * (kHeader + kMemo + kShape + D) + items;
  EXPECT_EQ(sent("a bound method"), with_object);
}

TEST(BoundMethod, SendsItsObjectUnlikeAFunction) {
  expect_bytes(report_of("03_bound_method"), 64 * kMiB, 4, 12);
}

TEST(BoundMethod, SendsItsObjectForAnyNumberOfWorkersAndItems) {
  expect_bytes(
      report_of("03_bound_method", {"--data", "8MiB", "--workers", "1"}),
      8 * kMiB, 1, 3);
  expect_bytes(report_of("03_bound_method",
                         {"--data", "8MiB", "--workers", "2", "--items", "17"}),
               8 * kMiB, 2, 17);
}

TEST(BoundMethod, CopiesItsObjectIntoEveryWorkerUnlikeAHandle) {
  const nlohmann::json report = report_of("03_bound_method");
  const Held bound = moment_of(report, "a bound method");
  EXPECT_GE(bound.least(&Row::uss), 64 * kMiB);
  EXPECT_LE(bound.most(&Row::uss), 65 * kMiB);
  EXPECT_GE(bound.sum(&Row::pss), 5 * 64 * kMiB);
  const Held handle = moment_of(report, "a handle to the object");
  EXPECT_GE(handle.least(&Row::rss), 64 * kMiB);
  EXPECT_LE(handle.most(&Row::uss), 256 * kKiB);
  EXPECT_GE(handle.sum(&Row::pss), 64 * kMiB);
  EXPECT_LE(handle.sum(&Row::pss), 70 * kMiB);
}

}  // namespace
}  // namespace cow::testing

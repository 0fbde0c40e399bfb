// Amounts of memory.
#include "cow/os/bytes.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "os/print.h"

namespace cow {
namespace {

TEST(Bytes, AreShownInAFittingUnit) {
  EXPECT_EQ(to_string(0_B), "0 bytes");
  EXPECT_EQ(to_string(1_B), "1 byte");
  EXPECT_EQ(to_string(1023_B), "1023 bytes");
  EXPECT_EQ(to_string(1_KiB), "1 KiB");
  EXPECT_EQ(to_string(1536_B), "1.5 KiB");
  EXPECT_EQ(to_string(1_MiB), "1.0 MiB");
  EXPECT_EQ(to_string(Bytes(800'000'000)), "762.9 MiB");
  EXPECT_EQ(to_string(10_GiB), "10.00 GiB");
  EXPECT_EQ(to_string(10'239_GiB), "10239.00 GiB");
  EXPECT_EQ(to_string(10'240_GiB), "10.00 TiB");
  EXPECT_EQ(to_string(0_B - 36_KiB), "-36 KiB");
}

TEST(Bytes, AreZeroByDefault) {
  EXPECT_EQ(Bytes(), 0_B);
  EXPECT_EQ(Bytes().count(), 0);
}

TEST(Bytes, AddAndSubtractAndMayBecomeNegative) {
  EXPECT_EQ(1_KiB + 24_B, Bytes(1048));
  EXPECT_EQ(1_KiB - 2_KiB, Bytes(-1024));
  Bytes sum = 5_B;
  sum += 3_B;
  EXPECT_EQ(sum, 8_B);
  sum -= 10_B;
  EXPECT_EQ(sum, Bytes(-2));
}

TEST(Bytes, AreMultipliedFromEitherSideAndDividedTowardsZero) {
  EXPECT_EQ(4_KiB * 3, 12_KiB);
  EXPECT_EQ(3U * 4_KiB, 12_KiB);
  EXPECT_EQ(4_KiB * -1, 0_B - 4_KiB);
  EXPECT_EQ(7_B / 2, 3_B);
  EXPECT_EQ(Bytes(-7) / 2, Bytes(-3));
}

TEST(Bytes, AreComparedByTheirCount) {
  EXPECT_LT(1023_B, 1_KiB);
  EXPECT_GT(0_B, Bytes(-1));
  EXPECT_LE(1_GiB, 1024_MiB);
  EXPECT_EQ(1_GiB, 1024_MiB);
  EXPECT_NE(1_B, 2_B);
}

TEST(Bytes, TakeCountsOfEveryWidthAndSign) {
  EXPECT_EQ(Bytes(static_cast<std::int8_t>(-1)).count(), -1);
  EXPECT_EQ(Bytes(std::uint32_t{0xFFFFFFFF}).count(), 4294967295);
  EXPECT_EQ(Bytes(INT64_MAX).count(), INT64_MAX);
  EXPECT_EQ(Bytes(std::size_t{7}).size(), 7U);
}

TEST(Bytes, HoldMoreThanFourGibibytes) {
  EXPECT_EQ((5_GiB).count(), 5'368'709'120);
  EXPECT_EQ((1_GiB * 100).count(), 107'374'182'400);
}

TEST(Pages, RoundUpToWholePages) {
  const Bytes page(::sysconf(_SC_PAGESIZE));
  EXPECT_EQ(to_pages(0_B), Pages(0));
  EXPECT_EQ(to_pages(1_B), Pages(1));
  EXPECT_EQ(to_pages(page), Pages(1));
  EXPECT_EQ(to_pages(page + 1_B), Pages(2));
  EXPECT_EQ(to_bytes(Pages(3)), page * 3);
}

TEST(Pages, HaveTheSizeThatTheSystemNames) {
  EXPECT_EQ(page_size(), Bytes(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(to_bytes(Pages(1)), page_size());
}

TEST(Pages, AddSubtractAndCompare) {
  EXPECT_EQ(Pages(3) + Pages(4), Pages(7));
  EXPECT_EQ(Pages(3) - Pages(4), Pages(-1));
  EXPECT_LT(Pages(3), Pages(4));
  EXPECT_EQ(Pages(), Pages(0));
  EXPECT_EQ(Pages(9).size(), 9U);
}

TEST(Pages, AreShownWithTheirUnit) {
  EXPECT_EQ(to_string(Pages(0)), "0 pages");
  EXPECT_EQ(to_string(Pages(1)), "1 page");
  EXPECT_EQ(to_string(Pages(32)), "32 pages");
}

}  // namespace
}  // namespace cow

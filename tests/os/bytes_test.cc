// Amounts of memory.
#include "cow/os/bytes.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace cow {
namespace {

TEST(Bytes, AreShownInTheLargestUnitThatKeepsThemShort) {
  EXPECT_EQ(to_string(0_B), "0 bytes");
  EXPECT_EQ(to_string(1_B), "1 byte");
  EXPECT_EQ(to_string(1023_B), "1023 bytes");
  EXPECT_EQ(to_string(1_KiB), "1 KiB");
  EXPECT_EQ(to_string(1536_B), "1.5 KiB");
  EXPECT_EQ(to_string(1_MiB), "1.0 MiB");
  EXPECT_EQ(to_string(Bytes(800'000'000)), "762.9 MiB");
  EXPECT_EQ(to_string(10_GiB), "10.00 GiB");
  EXPECT_EQ(to_string(0_B - 36_KiB), "-36 KiB");
}

TEST(Pages, RoundUpToWholePages) {
  const Bytes page(::sysconf(_SC_PAGESIZE));
  EXPECT_EQ(to_pages(0_B), Pages(0));
  EXPECT_EQ(to_pages(1_B), Pages(1));
  EXPECT_EQ(to_pages(page), Pages(1));
  EXPECT_EQ(to_pages(page + 1_B), Pages(2));
  EXPECT_EQ(to_bytes(Pages(3)), page * 3);
}

}  // namespace
}  // namespace cow

// Owners of mappings.
#include "cow/os/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

#include "os/print.h"

namespace cow {
namespace {

using ::testing::HasSubstr;

Mapping map_pages(int count) {
  return {to_bytes(Pages(count)), PROT_READ | PROT_WRITE, MAP_PRIVATE};
}

// mincore(2) refuses addresses at which nothing is mapped.
bool is_mapped(std::byte* address) {
  unsigned char residency = 0;
  return ::mincore(address, page_size().size(), &residency) == 0;
}

TEST(Mapping, IsEmptyByDefault) {
  const Mapping none;
  EXPECT_EQ(none.data(), nullptr);
  EXPECT_EQ(none.size(), 0_B);
}

TEST(Mapping, IsZeroedAndWritable) {
  const Mapping mapping = map_pages(3);
  EXPECT_EQ(mapping.size(), to_bytes(Pages(3)));
  const std::span bytes(mapping.data(), mapping.size().size());
  EXPECT_TRUE(std::ranges::all_of(
      bytes, [](std::byte b) { return b == std::byte{0}; }));
  std::ranges::fill(bytes, std::byte{0x5A});
  EXPECT_EQ(bytes.back(), std::byte{0x5A});
}

TEST(Mapping, BeginsOnAPageBoundary) {
  const Mapping mapping = map_pages(1);
  EXPECT_EQ(
      reinterpret_cast<std::uintptr_t>(mapping.data()) % page_size().size(),
      0U);
}

TEST(Mapping, IsUnmappedByItsOwner) {
  std::byte* address = nullptr;
  {
    const Mapping mapping = map_pages(1);
    address = mapping.data();
    EXPECT_TRUE(is_mapped(address));
  }
  EXPECT_FALSE(is_mapped(address));
}

TEST(Mapping, MovesAndLeavesTheSourceEmpty) {
  static_assert(!std::is_copy_constructible_v<Mapping>);
  Mapping first = map_pages(2);
  std::byte* const address = first.data();
  const Mapping second = std::move(first);
  EXPECT_EQ(first.data(), nullptr);
  EXPECT_EQ(first.size(), 0_B);
  EXPECT_EQ(second.data(), address);
  EXPECT_TRUE(is_mapped(address));
}

TEST(Mapping, IsUnmappedIfAnotherIsAssigned) {
  Mapping kept = map_pages(1);
  std::byte* const old = kept.data();
  std::byte* taken = nullptr;
  {
    Mapping other = map_pages(2);
    taken = other.data();
    kept = std::move(other);
  }
  EXPECT_EQ(kept.data(), taken);
  EXPECT_EQ(kept.size(), to_bytes(Pages(2)));
  EXPECT_TRUE(is_mapped(taken));
  EXPECT_FALSE(is_mapped(old));
}

TEST(Mapping, HasItsSizeInTheErrorIfItCannotBeMade) {
  try {
    const Mapping mapping(0_B, PROT_READ, MAP_PRIVATE);
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EINVAL);
    EXPECT_THAT(error.what(), HasSubstr("mmap(0 bytes)"));
  }
  EXPECT_THROW(Mapping(Bytes(INT64_MAX), PROT_READ, MAP_PRIVATE),
               std::system_error);
}

}  // namespace
}  // namespace cow

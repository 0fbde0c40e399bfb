// Entries of the page map, from literal bits and files.
#include "cow/memory/page_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "cow/os/descriptor.h"
#include "memory/print.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t bit(int number) { return std::uint64_t{1} << number; }

constexpr Page kNothing{};
constexpr Page kPresent{
    .present = true, .swapped = false, .file = false, .exclusive = false};
constexpr Page kOwn{
    .present = true, .swapped = false, .file = false, .exclusive = true};
constexpr Page kSwapped{
    .present = false, .swapped = true, .file = false, .exclusive = false};
constexpr Page kFile{
    .present = true, .swapped = false, .file = true, .exclusive = false};

TEST(ParsePage, ReadsTheFourBitsThatNeedNoPrivilege) {
  EXPECT_EQ(parse_page(0), kNothing);
  EXPECT_EQ(parse_page(bit(63)), kPresent);
  EXPECT_EQ(parse_page(bit(63) | bit(56)), kOwn);
  EXPECT_EQ(parse_page(bit(62)), kSwapped);
  EXPECT_EQ(parse_page(bit(63) | bit(61)), kFile);
}

TEST(ParsePage, IgnoresOtherBits) {
  for (int number = 0; number < 64; ++number) {
    if (number == 56 || number >= 61) continue;
    EXPECT_EQ(parse_page(bit(number)), kNothing) << "bit " << number;
    EXPECT_EQ(parse_page(bit(63) | bit(number)), kPresent) << "bit " << number;
  }
}

TEST(ParsePage, ReadsAllBitsTogether) {
  const Page all = parse_page(UINT64_MAX);
  EXPECT_TRUE(all.present && all.swapped && all.file && all.exclusive);
}

TEST(CountPages, CountsEachKindSeparately) {
  const std::vector<Page> pages{kNothing, kOwn,  kPresent, kOwn,
                                kSwapped, kFile, kOwn};
  EXPECT_EQ(count_pages(pages), (PageCount{.present = Pages(5),
                                           .swapped = Pages(1),
                                           .exclusive = Pages(3)}));
}

TEST(CountPages, GivesZeroForNoPages) {
  EXPECT_EQ(count_pages({}), PageCount{});
}

// A page map of four entries: the first four pages of an address space.
class ReadPageMap : public ::testing::Test {
 protected:
  void SetUp() override {
    constexpr std::array entries{bit(63), bit(62), bit(63) | bit(56),
                                 bit(63) | bit(61)};
    std::filesystem::create_directories(path().parent_path());
    write_file(path(),
               {reinterpret_cast<const char*>(entries.data()), sizeof entries});
  }
  std::filesystem::path path() const {
    return folder_.path() / "42" / "pagemap";
  }
  Reading<std::vector<Page>> read(int first, int count, pid_t pid = 42) const {
    const auto begin =
        static_cast<std::uint64_t>(to_bytes(Pages(first)).count());
    return read_page_map(pid, std::bit_cast<const void*>(begin), Pages(count),
                         folder_.path());
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(ReadPageMap, ReadsTheEntriesOfTheGivenPages) {
  EXPECT_THAT(*read(0, 4), ElementsAre(kPresent, kSwapped, kOwn, kFile));
  EXPECT_THAT(*read(2, 1), ElementsAre(kOwn));
  EXPECT_THAT(*read(1, 2), ElementsAre(kSwapped, kOwn));
}

TEST_F(ReadPageMap, GivesNothingForNoPages) {
  EXPECT_THAT(*read(0, 0), IsEmpty());
}

TEST_F(ReadPageMap, NamesAFileThatEndsTooEarly) {
  for (const int first : {2, 3, 4, 1000}) {
    const auto pages = read(first, 3);
    EXPECT_FALSE(pages);
    EXPECT_THAT(pages.reason(), HasSubstr(path().string()));
    EXPECT_THAT(pages.reason(), HasSubstr("the map ends"));
  }
}

TEST_F(ReadPageMap, RefusesAFileThatEndsInsideAnEntry) {
  std::filesystem::resize_file(path(), 4 * sizeof(std::uint64_t) - 1);
  EXPECT_TRUE(read(0, 3));
  EXPECT_FALSE(read(0, 4));
}

TEST_F(ReadPageMap, NamesThePathOfAMissingProcess) {
  const auto pages = read(0, 1, 43);
  EXPECT_FALSE(pages);
  EXPECT_THAT(pages.reason(), HasSubstr("43/pagemap"));
}

}  // namespace
}  // namespace cow

// The small pieces of the parsers: lines, words, numbers.
#include "cow/memory/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace cow {
namespace {

TEST(TakeLine, TakesEachLineWithoutItsNewline) {
  std::string_view text = "one\n\nthree";
  EXPECT_EQ(take_line(text), "one");
  EXPECT_EQ(take_line(text), "");
  EXPECT_EQ(text, "three");
  EXPECT_EQ(take_line(text), "three");
  EXPECT_EQ(text, "");
  EXPECT_EQ(take_line(text), "");
}

TEST(TakeWord, TakesWordAfterWordAcrossAnyBlanks) {
  std::string_view text = "  one\t two  ";
  EXPECT_EQ(take_word(text), "one");
  EXPECT_EQ(take_word(text), "two");
  EXPECT_EQ(take_word(text), "");
  EXPECT_EQ(text, "");
  EXPECT_EQ(take_word(text), "");
}

TEST(ParseNumber, TakesTheWholeWordOrNothing) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("-12"), -12);
  EXPECT_EQ(parse_number("007"), 7);
  EXPECT_EQ(parse_number("9223372036854775807"), INT64_MAX);
  for (const std::string_view word :
       {"", " ", "-", "12a", "a12", " 12", "12 ", "+12", "1.5", "0x10",
        "9223372036854775808"}) {
    EXPECT_EQ(parse_number(word), std::nullopt) << word;
  }
}

TEST(ParseNumber, TakesOtherBasesAndWidths) {
  EXPECT_EQ(parse_number<std::uint64_t>("ffffffffff600000", 16),
            0xffffffffff600000);
  EXPECT_EQ(parse_number<std::uint64_t>("-1"), std::nullopt);
  EXPECT_EQ(parse_number<std::int32_t>("2147483648"), std::nullopt);
}

}  // namespace
}  // namespace cow

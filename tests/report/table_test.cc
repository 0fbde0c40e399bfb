// Tables of text.
#include "cow/report/table.h"

#include <gtest/gtest.h>

namespace cow {
namespace {

using Align = Table::Align;

TEST(Table, MakesColumnsAsWideAsTheirWidestCell) {
  Table table({Align::kLeft, Align::kRight});
  table.row({"worker", "1"});
  table.row({"all", "1234"});
  EXPECT_EQ(table.to_string("> "), "> worker     1\n> all     1234\n");
}

TEST(Table, CountsCharactersNotBytes) {
  EXPECT_EQ(display_width("ΣPSS"), 4U);
  EXPECT_EQ(display_width("(N + 1)·D"), 9U);
  EXPECT_EQ(display_width("\033[1;31mFAILS\033[0m"), 5U);
  EXPECT_EQ(display_width(""), 0U);
}

TEST(Wrap, BreaksBetweenWords) {
  EXPECT_EQ(wrap("", "  "), "");
  EXPECT_EQ(wrap("one two", "  "), "  one two\n");
  const std::string word(50, 'x');
  EXPECT_EQ(wrap(word + " " + word, "  "), "  " + word + "\n  " + word + "\n");
  EXPECT_EQ(wrap(std::string(90, 'x') + " y", ""),
            std::string(90, 'x') + "\ny\n");
}

TEST(Table, LeavesNoBlanksAtTheEndOfALine) {
  Table table({Align::kLeft, Align::kLeft});
  table.row({"a", ""});
  table.row({"a", "long"});
  EXPECT_EQ(table.to_string(""), "a\na  long\n");
}

}  // namespace
}  // namespace cow

// Text in the cells of a terminal.
#include "cowtop/cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>

namespace cowtop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Cells : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) {
      GTEST_SKIP() << "there is no locale C.UTF-8 here";
    }
  }
};

TEST_F(Cells, AreTwoForAWideCharacterAndNoneForAnAccent) {
  EXPECT_EQ(cells("abc"), 3U);
  EXPECT_EQ(cells("Σ…·"), 3U);
  EXPECT_EQ(cells("漢字"), 4U);
  EXPECT_EQ(cells("e\u0301"), 1U);
  EXPECT_EQ(cells("🐄"), 2U);
}

TEST_F(Cells, ShowAQuestionMarkForEachBrokenByte) {
  EXPECT_EQ(clean("a\xFF\xC3z", Charset::kUtf8), "a??z");
  EXPECT_EQ(clean("\xE6\xBC", Charset::kUtf8), "??");
  EXPECT_EQ(clean("\xC0\xAF", Charset::kUtf8), "??") << "too long for a slash";
  EXPECT_EQ(clean("\xED\xA0\x80", Charset::kUtf8), "???") << "a surrogate";
}

TEST_F(Cells, ShowControlCharactersAsQuestionMarks) {
  EXPECT_EQ(clean("a\x1b[2Jb\n\tc\x7f", Charset::kUtf8), "a?[2Jb??c?");
  EXPECT_EQ(clean("\u009b2J", Charset::kUtf8), "?2J");
}

TEST_F(Cells, ShowInvisibleMarksAsQuestionMarks) {
  EXPECT_EQ(clean("a\u202Eb\u200Bc\uFEFF", Charset::kUtf8), "a?b?c?");
}

TEST_F(Cells, KeepSpecialSignsOrReplaceThemInAscii) {
  EXPECT_EQ(clean("ΣPSS · 漢 …", Charset::kUtf8), "ΣPSS · 漢 …");
  EXPECT_EQ(clean("ΣPSS · 漢 …", Charset::kAscii), "sum of PSS - ? ..");
}

TEST_F(Cells, AreCutWithAnEllipsis) {
  EXPECT_EQ(cut("abcdef", 6, Charset::kUtf8), "abcdef");
  EXPECT_EQ(cut("abcdef", 5, Charset::kUtf8), "abcd…");
  EXPECT_EQ(cut("abcdef", 5, Charset::kAscii), "abc..");
  EXPECT_EQ(cut("abcdef", 1, Charset::kUtf8), "…");
  EXPECT_EQ(cut("abcdef", 1, Charset::kAscii), "a");
  EXPECT_EQ(cut("abcdef", 0, Charset::kUtf8), "");
}

TEST_F(Cells, AreNotCutThroughAWideCharacter) {
  EXPECT_EQ(cut("漢字漢", 6, Charset::kUtf8), "漢字漢");
  EXPECT_EQ(cut("漢字漢", 5, Charset::kUtf8), "漢字…");
  EXPECT_EQ(cut("漢字漢", 4, Charset::kUtf8), "漢…") << "three cells, not five";
}

TEST_F(Cells, ArePaddedWithBlanks) {
  EXPECT_EQ(right("漢", 4), "  漢");
  EXPECT_EQ(left("漢", 4), "漢  ");
  EXPECT_EQ(right("abc", 2), "abc");
}

TEST_F(Cells, BreakBetweenWords) {
  EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("one two three", 80), ElementsAre("one two three"));
  EXPECT_THAT(wrapped("  one   two  ", 3), ElementsAre("one", "two"));
  EXPECT_THAT(wrapped("", 10), IsEmpty());
}

TEST_F(Cells, BreakAWordThatIsLongerThanALine) {
  EXPECT_THAT(wrapped("a bcdefgh i", 3), ElementsAre("a", "bcd", "efg", "h i"));
  EXPECT_THAT(wrapped("漢字", 1), ElementsAre("漢", "字"))
      << "too wide, but it ends";
}

}  // namespace
}  // namespace cowtop

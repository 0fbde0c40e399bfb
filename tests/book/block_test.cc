// The blocks of a document: what is found, and what is a mistake.
#include "book/block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace book {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// What parse says of a text that it does not accept.
std::string mistake_in(std::string_view text) {
  try {
    parse("docs/x.md", text);
  } catch (const Mistake& mistake) {
    return mistake.what();
  }
  return "none";
}

TEST(Parse, FindsABlockWithItsOptions) {
  const Document document = parse("docs/x.md",
                                  "# Title\n"
                                  "\n"
                                  "<!-- output: 04_global --workers 9\n"
                                  "     part: Claims\n"
                                  "     free: a: b -->\n"
                                  "```text\n"
                                  "one\n"
                                  "```\n"
                                  "<!-- end -->\n");
  ASSERT_EQ(document.blocks.size(), 1U);
  const Block& block = document.blocks[0];
  EXPECT_EQ(block.kind, Kind::kOutput);
  EXPECT_EQ(block.what, "04_global --workers 9");
  EXPECT_EQ(block.line, 3);
  EXPECT_THAT(block.options,
              ElementsAre(Pair("part", "Claims"), Pair("free", "a: b")));
  EXPECT_THAT(block.body, ElementsAre("```text", "one", "```"));
  EXPECT_TRUE(document.uncovered.empty());
}

TEST(Parse, LosesNoText) {
  const std::string text =
      "before\n\n1. item\n\n   <!-- output: a -->\n   ```text\n\n     x\n   "
      "```\n   <!-- end -->\nafter\n";
  const Document document = parse("docs/x.md", text);
  ASSERT_EQ(document.blocks.size(), 1U);
  EXPECT_EQ(document.blocks[0].indent, "   ");
  EXPECT_THAT(document.blocks[0].body,
              ElementsAre("```text", "", "  x", "```"));
  EXPECT_EQ(with_bodies(document, {document.blocks[0].body}), text);
}

TEST(Parse, ReplacesTheTextOfABlock) {
  const Document document = parse(
      "docs/x.md", "a\n  <!-- table: t -->\n  | 1 |\n  <!-- end -->\nb\n");
  EXPECT_EQ(with_bodies(document, {{"| 2 |", "", "| 3 |"}}),
            "a\n  <!-- table: t -->\n  | 2 |\n\n  | 3 |\n  <!-- end -->\nb\n");
}

TEST(Parse, IgnoresCommentsInsideAFence) {
  const Document document =
      parse("docs/x.md", "```sh\n<!-- end -->\n<!-- what -->\n```\n");
  EXPECT_TRUE(document.blocks.empty());
}

TEST(Parse, NamesTheLineOfAnUnmatchedBlockOrEnd) {
  EXPECT_EQ(mistake_in("\n<!-- code: a.cc -->\n```cpp\n```\n"),
            "docs/x.md:2: this block has no <!-- end -->");
  EXPECT_EQ(mistake_in("<!-- code: a -->\n\n<!-- code: b -->\n<!-- end -->\n"),
            "docs/x.md:1: this block has no <!-- end -->");
  EXPECT_EQ(mistake_in("a\n<!-- end -->\n"),
            "docs/x.md:2: <!-- end --> ends no block");
}

TEST(Parse, NamesAnUnknownWord) {
  EXPECT_EQ(mistake_in("<!-- outptu: a -->\n<!-- end -->\n"),
            "docs/x.md:1: \"outptu\" is no kind of block: expected output, "
            "code, table, figure, lessons, proof, figures, by hand or end");
  EXPECT_EQ(mistake_in("<!-- output: a\n     prat: b -->\n<!-- end -->\n"),
            "docs/x.md:2: \"prat\" is no option of output: expected part, "
            "lines, free, near, within, says, exit, needs");
  EXPECT_EQ(mistake_in("<!-- table: a\n     part: b -->\n<!-- end -->\n"),
            "docs/x.md:2: table has no options, and so not \"part\"");
}

TEST(Parse, SaysWhatACommentLacks) {
  EXPECT_EQ(mistake_in("<!-- output: a\n"),
            "docs/x.md:1: this comment has no -->");
  EXPECT_EQ(mistake_in("<!-- output: a --> b\n"),
            "docs/x.md:1: nothing may stand behind --> on its line");
  EXPECT_EQ(mistake_in("<!-- output -->\n"),
            "docs/x.md:1: \"output\" says nothing: expected \"output: ...\"");
  EXPECT_THAT(mistake_in("<!-- by hand: -->\n"), HasSubstr("says nothing"));
}

TEST(UncoveredBlocks, AreFencesAndTablesWithoutAComment) {
  const Document document = parse("docs/x.md",
                                  "```text\n1\n```\n"        // line 1
                                  "```sh\nmake\n```\n"       // a command
                                  "| a | b |\n|---|---|\n"   // no figures
                                  "| [a](01.md) | x |\n\n"   // nor here
                                  "| a |\n|---|\n| 7 |\n\n"  // line 13
                                  "<!-- by hand: why -->\n"
                                  "| 8 |\n```\n9\n```\n<!-- end -->\n");
  ASSERT_EQ(document.uncovered.size(), 2U);
  EXPECT_EQ(document.uncovered[0].line, 1);
  EXPECT_EQ(document.uncovered[0].what, "a fenced block");
  EXPECT_EQ(document.uncovered[1].line, 13);
  EXPECT_EQ(document.uncovered[1].what, "a table with figures");
}

TEST(MinutesToRead, LeaveOutCommentsFoldsAndAlternativeTexts) {
  const auto words = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += i % 10 == 9 ? "word\n" : "word · ";
    return text;
  };
  const auto minutes = [](const std::string& text) {
    return minutes_to_read(parse("docs/x.md", text));
  };
  EXPECT_EQ(minutes(words(1900)), 10);
  EXPECT_EQ(minutes(words(1900) + "   <details><summary>More</summary>\n" +
                    words(500) + "   </details>\n"),
            10);
  std::string picture = "![In words:";
  for (int i = 0; i < 190; ++i) picture += " word";
  EXPECT_EQ(minutes(words(380) + picture + "](x.svg)\n"), 2);
  EXPECT_EQ(minutes("<!-- output: a b c\n     part: d -->\n" + words(380) +
                    "<!-- end -->\n"),
            2);
}

}  // namespace
}  // namespace book

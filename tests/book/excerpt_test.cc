// Parts of what a program prints.
#include "book/excerpt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace book {
namespace {

using testing::ElementsAre;

constexpr std::string_view kReport =
    "04_global\n"
    "\n"
    "While all hold\n"
    "    PID  RSS\n"
    "\n"
    "      1  2 MiB\n"
    "\n"
    "Claims\n"
    "  claim  formula  measured\n"
    "  one    D               1\n"
    "  two    N·D            22\n"
    "\n";

TEST(Excerpt, DropsEmptyLinesAtBothEnds) {
  EXPECT_THAT(excerpt("\na\n\nb\n\n", {}), ElementsAre("a", "", "b"));
}

TEST(Excerpt, SelectsSectionsByHeading) {
  EXPECT_THAT(
      excerpt(kReport, {.parts = {"Claims", "While"}, .lines = {}}),
      ElementsAre("Claims", "  claim  formula  measured",
                  "  one    D               1", "  two    N·D            22",
                  "", "While all hold", "    PID  RSS", "", "      1  2 MiB"));
}

TEST(Excerpt, DropsBlankColumnsAtTheLeft) {
  EXPECT_THAT(excerpt(kReport, {.parts = {"Claims"}, .lines = {"^  one"}}),
              ElementsAre("  one  D  1"));
}

TEST(Excerpt, NamesAMissingPartOrLine) {
  const auto complaint = [](const Choice& choice) -> std::string {
    try {
      excerpt(kReport, choice);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(complaint({.parts = {"Claim of"}, .lines = {}}),
            "no part begins with \"Claim of\"; the parts begin with: 04_global "
            "| While all hold | Claims");
  EXPECT_EQ(complaint({.parts = {}, .lines = {"^three"}}),
            "no line of the output matches ^three");
}

}  // namespace
}  // namespace book

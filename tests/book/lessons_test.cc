// What the documents say of the lessons.
#include "book/lessons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace book {
namespace {

using cow::LessonEntry;
using testing::ElementsAre;
using testing::HasSubstr;

const std::array<std::string_view, 2> kParts = {"First things", "Then"};
const std::array<LessonEntry, 4> kLessons = {
    {{.name = "01_one",
      .part = 1,
      .idea = "One.",
      .minutes = 35,
      .question = "Is it one?",
      .answer = "Yes.",
      .next = "02_two"},
     {.name = "02_two",
      .part = 1,
      .idea = "Two.",
      .minutes = 30,
      .after = "01",
      .question = "Is it a | b?",
      .answer = "No. It is two.",
      .next = "03_three"},
     {.name = "03_three",
      .part = 2,
      .idea = "Three.",
      .minutes = 5,
      .after = "01 02",
      .question = "More?",
      .answer = "Yes.",
      .next = "docs/README.md"},
     {.name = "04_four", .part = 2, .idea = "Four."}}};

std::vector<std::string> lines(std::string_view what,
                               const std::string& document) {
  return lines_about(what, parse(document, "Some words of a chapter."),
                     {.all = kLessons, .parts = kParts});
}

TEST(LessonsBlock, ListsQuestionsAndAnswers) {
  EXPECT_THAT(
      lines("questions", "README.md"),
      ElementsAre(
          "| lesson | the question | the answer |", "|---|---|---|",
          "| [01 one](docs/01_one.md) | Is it one? | Yes. |",
          "| [02 two](docs/02_two.md) | Is it a \\| b? | No. It is two. |",
          "| [03 three](docs/03_three.md) | More? | Yes. |"));
}

TEST(LessonsBlock, ListsWrittenAndPlannedLessonsByPart) {
  EXPECT_THAT(
      lines("contents", "docs/README.md"),
      ElementsAre("### Part I. First things", "",
                  "|  | lesson | in one line | builds on | minutes |",
                  "|---|---|---|---|---:|",
                  "| 01 | [one](01_one.md) | One. |  | 35 |",
                  "| 02 | [two](02_two.md) | Two. | [01](01_one.md) | 30 |", "",
                  "### Part II. Then", "",
                  "|  | lesson | in one line | builds on | minutes |",
                  "|---|---|---|---|---:|",
                  "| 03 | [three](03_three.md) | Three. | [01](01_one.md), "
                  "[02](02_two.md) | 5 |",
                  "| 04 | four | Four. |  | not written yet |"));
}

TEST(LessonsBlock, NamesTheLessonsBeforeAndAfterAChapter) {
  EXPECT_THAT(lines("this one", "docs/02_two.md"),
              ElementsAre("Program: [two.cc](../lessons/02_two/two.cc) ·",
                          "Python: [twin.py](../lessons/02_two/twin.py) ·",
                          "New here: [how to read a lesson]"
                          "(reading_a_lesson.md) ·",
                          "Words: [glossary](glossary.md) ·",
                          "0 minutes to read, 30 with its runs ·",
                          "Builds on: [01](01_one.md) ·",
                          "Before: [01 one](01_one.md) ·",
                          "Next: [03 three](03_three.md)"));
  EXPECT_THAT(lines("this one", "docs/01_one.md").back(),
              "Next: [02 two](02_two.md)");
  EXPECT_THAT(lines("this one", "docs/01_one.md").size(), 6U);
  EXPECT_THAT(lines("this one", "docs/03_three.md").back(),
              "All: [contents](README.md)");
}

TEST(LessonsBlock, RefusesUnknownKindsAndChapters) {
  const auto complaint = [](const char* what, const char* document) {
    try {
      lines(what, document);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_THAT(complaint("answers", "README.md"),
              HasSubstr("\"answers\" is nothing that can be said"));
  EXPECT_THAT(complaint("this one", "docs/pool.md"),
              HasSubstr("docs/pool.md is no lesson's chapter"));
  EXPECT_THAT(complaint("this one", "docs/04_four.md"),
              HasSubstr("no written lesson 04_four"));
}

}  // namespace
}  // namespace book

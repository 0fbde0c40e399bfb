// The manifest of the lessons says what is there: each rule, broken once, and
// the manifest and the files of this repository.
#include "cow/lesson/manifest.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <regex>
#include <stdexcept>

#include "cow/os/descriptor.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string text_of(const fs::path& file) {
  const auto text = read_file(file);
  return text ? *text : "";
}

// "global" of "04_global".
std::string name_of(const LessonEntry& lesson) {
  return std::string(lesson.name.substr(3));
}

// Goes through the manifest of a source tree; each mistake is a sentence that
// says what to do.
class Linter {
 public:
  Linter(std::vector<LessonEntry> lessons, fs::path source)
      : lessons_(std::move(lessons)), source_(std::move(source)) {}

  std::vector<std::string> mistakes() {
    look_at_numbers();
    look_at_folders();
    for (const LessonEntry& lesson : lessons_) {
      if (!lesson.written()) continue;
      look_at_files(lesson);
      look_at_exercise(lesson);
      look_at_mutants(lesson);
      look_at_after(lesson);
      look_at_next(lesson);
    }
    return std::move(mistakes_);
  }

 private:
  template <typename... Args>
  void mistake(fmt::format_string<Args...> sentence, Args&&... args) {
    mistakes_.push_back(fmt::format(sentence, std::forward<Args>(args)...));
  }

  void look_at_numbers() {
    for (std::size_t i = 1; i < lessons_.size(); ++i) {
      const std::string_view before = lessons_[i - 1].name;
      const std::string_view here = lessons_[i].name;
      if (here.substr(0, 2) <= before.substr(0, 2)) {
        mistake(
            "{} follows {}: each lesson needs a number of its own, and "
            "they ascend",
            here, before);
      }
      if (lessons_[i].part < lessons_[i - 1].part) {
        mistake("{} is of part {} and follows {} of part {}: parts ascend",
                here, lessons_[i].part, before, lessons_[i - 1].part);
      }
    }
  }

  void look_at_folders() {
    for (const auto& entry : fs::directory_iterator(source_ / "lessons")) {
      const std::string folder = entry.path().filename();
      if (!std::regex_match(folder, std::regex("[0-9][0-9]_.*"))) continue;
      const auto lesson = std::find_if(
          lessons_.begin(), lessons_.end(),
          [&](const LessonEntry& each) { return each.name == folder; });
      if (lesson == lessons_.end()) {
        mistake(
            "lessons/{} is in no entry of lessons/lessons.json: add one, "
            "or remove the folder",
            folder);
      } else if (!lesson->written()) {
        mistake(
            "lessons/{} is there, but its entry is that of a lesson which "
            "is only planned: add minutes, after, question, answer and "
            "next",
            folder);
      }
    }
  }

  void look_at_files(const LessonEntry& lesson) {
    const std::string name = name_of(lesson);
    const std::vector<std::pair<std::string, const char*>> files = {
        {fmt::format("lessons/{}/{}.cc", lesson.name, name), "the experiment"},
        {fmt::format("lessons/{}/twin.py", lesson.name),
         "the same experiment in CPython"},
        {fmt::format("docs/{}.md", lesson.name), "its chapter"},
        {fmt::format("tests/lessons/{}_test.cc", name),
         "the tests that derive its claims again"}};
    for (const auto& [file, what] : files) {
      if (!fs::is_regular_file(source_ / file)) {
        mistake("{} has no {}: write {}", lesson.name, file, what);
      }
    }
  }

  // What is in these files, classroom.Exercise tests. The check of exercises
  // has only what every machine has, so a lesson that needs more has none.
  void look_at_exercise(const LessonEntry& lesson) {
    if (!lesson.needs.empty()) return;
    const std::string folder = fmt::format("lessons/{}/exercise", lesson.name);
    if (!fs::is_directory(source_ / folder)) {
      mistake("{} has no {}: make new-exercise N={} begins one", lesson.name,
              folder, lesson.name.substr(0, 2));
      return;
    }
    const std::vector<std::pair<const char*, const char*>> files = {
        {"exercise.json", "its minutes, its claims and their points"},
        {"exercise.cc", "the starter, the solution, the alternative"},
        {"task.md", "what is to be done"},
        {"hints.md", "three hints"},
        {"solution.md", "the solution and its reason"}};
    for (const auto& [file, what] : files) {
      if (!fs::is_regular_file(source_ / folder / file)) {
        mistake("{} has no {}/{}: write {}", lesson.name, folder, file, what);
      }
    }
  }

  // A mutant of the lesson, or one that the lesson's tests must notice.
  void look_at_mutants(const LessonEntry& lesson) {
    const std::string test = text_of(
        source_ / fmt::format("tests/lessons/{}_test.cc", name_of(lesson)));
    std::smatch suite;
    const bool has_suite =
        std::regex_search(test, suite, std::regex(R"(TEST(?:_F)?\((\w+),)"));
    for (const auto& entry :
         fs::directory_iterator(source_ / "tests/mutants")) {
      const std::string patch = text_of(entry.path());
      const bool touches =
          patch.find(fmt::format("b/lessons/{}/", lesson.name)) !=
          std::string::npos;
      const bool noticed =
          has_suite && std::regex_search(patch, std::regex(fmt::format(
                                                    R"(Noticed by: .*\b{}\b)",
                                                    std::string(suite[1]))));
      if (touches || noticed) return;
    }
    mistake(
        "{} has no mutant: add a patch to tests/mutants that breaks it so "
        "that its tests must notice",
        lesson.name);
  }

  void look_at_after(const LessonEntry& lesson) {
    for (std::size_t at = 0; at < lesson.after.size(); at += 3) {
      const std::string_view number = lesson.after.substr(at, 2);
      const bool earlier = std::any_of(
          lessons_.begin(), lessons_.end(), [&](const LessonEntry& each) {
            return each.name.starts_with(number) && each.written() &&
                   each.name < lesson.name;
          });
      if (!earlier) {
        mistake(
            "{} comes after {}, which is no earlier lesson that is "
            "written: correct its \"after\"",
            lesson.name, number);
      }
    }
  }

  void look_at_next(const LessonEntry& lesson) {
    const auto next = std::find_if(
        lessons_.begin(), lessons_.end(), [&](const LessonEntry& each) {
          return each.written() && each.name > lesson.name;
        });
    const std::string_view expected =
        next == lessons_.end() ? "docs/" : next->name;
    if (!lesson.next.starts_with(expected)) {
      mistake("the \"next\" of {} is \"{}\": it begins with {}, which follows",
              lesson.name, lesson.next, expected);
    }
  }

  std::vector<LessonEntry> lessons_;
  fs::path source_;
  std::vector<std::string> mistakes_;
};

TEST(Manifest, AgreesWithTheTree) {
  Linter linter({lessons().begin(), lessons().end()}, source(""));
  for (const std::string& mistake : linter.mistakes()) {
    ADD_FAILURE() << mistake;
  }
}

TEST(Manifest, FindsALessonByItsName) {
  EXPECT_EQ(lesson_named("04_global").part, 1);
  try {
    lesson_named("04_globe");
    FAIL() << "there is none";
  } catch (const std::out_of_range& error) {
    EXPECT_THAT(error.what(), HasSubstr("no lesson \"04_globe\"; it has 01_"));
  }
}

// A source tree of two lessons, in which nothing is wrong.
class ManifestLinter : public ::testing::Test {
 protected:
  ManifestLinter() {
    for (const char* folder :
         {"lessons/01_one/exercise", "lessons/02_two/exercise", "docs",
          "tests/lessons", "tests/mutants"}) {
      fs::create_directories(folder_.path() / folder);
    }
    for (const std::string lesson : {"lessons/01_one", "lessons/02_two"}) {
      for (const char* file : {"exercise.json", "exercise.cc", "task.md",
                               "hints.md", "solution.md"}) {
        write(lesson + "/exercise/" + file, "x");
      }
    }
    for (const char* file :
         {"lessons/01_one/one.cc", "lessons/01_one/twin.py",
          "lessons/02_two/two.cc", "lessons/02_two/twin.py", "docs/01_one.md",
          "docs/02_two.md", "tests/lessons/one_test.cc"}) {
      write(file, "x");
    }
    write("tests/lessons/two_test.cc", "TEST(Two, IsMore) {}");
    write("tests/mutants/a.patch", "Noticed by: nobody\n+++ b/lessons/01_one/");
    write("tests/mutants/b.patch", "Noticed by: lessons.Two.*\n");
  }

  void write(const std::string& file, const std::string& text) {
    write_file(folder_.path() / file, text);
  }
  void remove(const std::string& file) {
    fs::remove_all(folder_.path() / file);
  }
  std::vector<std::string> mistakes() const {
    return Linter(entries_, folder_.path()).mistakes();
  }

  std::vector<LessonEntry> entries_ = {
      {.name = "01_one",
       .part = 1,
       .idea = "i",
       .minutes = 1,
       .after = "",
       .question = "q",
       .answer = "a",
       .next = "02_two, because"},
      {.name = "02_two",
       .part = 1,
       .idea = "i",
       .minutes = 1,
       .after = "01",
       .question = "q",
       .answer = "a",
       .next = "docs/README.md"},
      {.name = "03_three", .part = 2, .idea = "planned"}};
  const TemporaryFolder folder_;
};

TEST_F(ManifestLinter, AcceptsACompleteTree) {
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(ManifestLinter, RefusesNumbersThatDoNotAscend) {
  entries_[2].name = "02_three";
  EXPECT_THAT(mistakes(),
              ElementsAre("02_three follows 02_two: each lesson needs a number "
                          "of its own, and they ascend"));
}

TEST_F(ManifestLinter, RefusesPartNumbersThatGoDown) {
  entries_[0].part = 2;
  EXPECT_THAT(mistakes(), ElementsAre("02_two is of part 1 and follows 01_one "
                                      "of part 2: parts ascend"));
}

TEST_F(ManifestLinter, RefusesAFolderWithoutAnEntry) {
  fs::create_directory(folder_.path() / "lessons/04_four");
  EXPECT_THAT(mistakes(),
              ElementsAre("lessons/04_four is in no entry of "
                          "lessons/lessons.json: add one, or remove the "
                          "folder"));
}

TEST_F(ManifestLinter, RefusesAPlannedLessonThatHasAFolder) {
  fs::create_directory(folder_.path() / "lessons/03_three");
  EXPECT_THAT(mistakes(),
              ElementsAre("lessons/03_three is there, but its entry is that of "
                          "a lesson which is only planned: add minutes, after, "
                          "question, answer and next"));
}

TEST_F(ManifestLinter, RefusesALessonWithoutItsFiles) {
  remove("lessons/02_two/two.cc");
  remove("lessons/02_two/twin.py");
  remove("docs/02_two.md");
  remove("tests/lessons/one_test.cc");
  EXPECT_THAT(
      mistakes(),
      ElementsAre("01_one has no tests/lessons/one_test.cc: write the tests "
                  "that derive its claims again",
                  "02_two has no lessons/02_two/two.cc: write the experiment",
                  "02_two has no lessons/02_two/twin.py: write the same "
                  "experiment in CPython",
                  "02_two has no docs/02_two.md: write its chapter"));
}

TEST_F(ManifestLinter, RefusesALessonWithoutItsExercise) {
  remove("lessons/01_one/exercise/hints.md");
  remove("lessons/02_two/exercise");
  EXPECT_THAT(mistakes(),
              ElementsAre("01_one has no lessons/01_one/exercise/hints.md: "
                          "write three hints",
                          "02_two has no lessons/02_two/exercise: make "
                          "new-exercise N=02 begins one"));
}

TEST_F(ManifestLinter, AcceptsALessonWithoutExerciseIfItNeedsOtherSoftware) {
  remove("lessons/02_two/exercise");
  entries_[1].needs = "Open MPI";
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(ManifestLinter, RefusesALessonWithoutAMutant) {
  remove("tests/mutants/a.patch");
  EXPECT_THAT(mistakes(),
              ElementsAre("01_one has no mutant: add a patch to tests/mutants "
                          "that breaks it so that its tests must notice"));
  write("tests/mutants/a.patch", "+++ b/lessons/01_one/one.cc\n");
  remove("tests/mutants/b.patch");
  EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("02_two has no mutant")));
}

TEST_F(ManifestLinter, RefusesALessonThatDoesNotBuildOnAnEarlierLesson) {
  for (const char* number : {"02", "03", "07"}) {
    entries_[1].after = number;
    EXPECT_THAT(mistakes(),
                ElementsAre(fmt::format(
                    "02_two comes after {}, which is no earlier lesson that "
                    "is written: correct its \"after\"",
                    number)));
  }
}

TEST_F(ManifestLinter, RefusesANextFieldThatDoesNotNameTheNextLesson) {
  entries_[0].next = "03_three";
  entries_[1].next = "03_three";
  EXPECT_THAT(mistakes(),
              ElementsAre("the \"next\" of 01_one is \"03_three\": it begins "
                          "with 02_two, which follows",
                          "the \"next\" of 02_two is \"03_three\": it begins "
                          "with docs/, which follows"));
}

}  // namespace
}  // namespace cow::testing

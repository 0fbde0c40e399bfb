// Documents written and checked as a whole, in a folder of the test's own.
#include "book/book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "book/reports.h"
#include "cow/lesson/manifest.h"
#include "cow/memory/environment.h"
#include "cow/os/descriptor.h"
#include "support/programs.h"

namespace book {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A source tree with one document and the program "says" of its own.
class Documents : public ::testing::Test {
 protected:
  Documents() {
    fs::create_directories(folder_.path() / "docs");
    fs::create_directories(folder_.path() / "bin");
    program("echo ran >> log; echo 'ΣPSS  100.0 MiB'; echo 'claim  holds'");
  }

  void program(const std::string& script) {
    const fs::path path = folder_.path() / "bin" / "says";
    cow::write_file(path, "#!/bin/sh\n" + script + "\n");
    ::chmod(path.c_str(), 0755);
  }

  /// A lesson that writes the report `name` is drawn from.
  void lesson(const std::string& program, const std::string& name) {
    const fs::path report = folder_.path() / "report";
    cow::write_file(report, testing::reports_for(name).at(0).dump());
    const fs::path path = folder_.path() / "bin" / program;
    cow::write_file(path, "#!/bin/sh\nfor last; do :; done\ncat " +
                              report.string() + " > \"$last\"\n");
    ::chmod(path.c_str(), 0755);
  }

  void document(const std::string& text) {
    cow::write_file(folder_.path() / "docs/x.md", text);
  }
  std::string document() const {
    return *cow::read_file(folder_.path() / "docs/x.md");
  }

  Outcome make(Mode mode, std::string_view left_out = {}) {
    const Places places{.source = folder_.path(),
                        .programs = folder_.path() / "bin"};
    Runs runs(places, [](const std::string&) {});
    return book::make({"docs/x.md"}, places, runs, mode, left_out);
  }

  static std::string replaced(std::string text, const std::string& what,
                              const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size())) {
      text.replace(at, what.size(), by);
    }
    return text;
  }

  static std::string block(const std::string& what, const std::string& lines) {
    return "<!-- output: " + what + " -->\n```text\n" + lines +
           "```\n<!-- end -->\n";
  }

  cow::testing::TemporaryFolder folder_;
};

TEST_F(Documents, AreWrittenFromRuns) {
  document("# A\n\n" + block("says", "") + "\nend\n");
  const Outcome outcome = make(Mode::kWrite);
  EXPECT_THAT(outcome.mistakes, IsEmpty());
  EXPECT_THAT(outcome.written, ElementsAre("docs/x.md"));
  EXPECT_EQ(
      document(),
      "# A\n\n" + block("says", "ΣPSS  100.0 MiB\nclaim  holds\n") + "\nend\n");
}

TEST_F(Documents, StayUnchangedIfTheProgramsAgree) {
  const std::string text = block("says", "ΣPSS  99.4 MiB\nclaim holds\n");
  document(text);
  EXPECT_THAT(make(Mode::kWrite).written, IsEmpty());
  EXPECT_EQ(document(), text);
  EXPECT_THAT(make(Mode::kFresh).written, ElementsAre("docs/x.md"));
  EXPECT_THAT(document(), HasSubstr("100.0 MiB"));
}

TEST_F(Documents, AreCheckedAndNotChanged) {
  const std::string text = block("says", "ΣPSS  99.4 MiB\nclaim  FAILS\n");
  document(text);
  const Outcome outcome = make(Mode::kCheck);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(to_text(outcome.findings[0]),
            "docs/x.md:1: says\n"
            "  line 4: the program does not say this\n"
            "    - claim  FAILS\n"
            "  line 5: the document does not say this\n"
            "    + claim  holds\n");
  EXPECT_EQ(document(), text);
}

TEST_F(Documents, SkipBlocksOfExcludedPrograms) {
  document(block("says", "ΣPSS  99.4 MiB\nclaim  FAILS\n"));
  const Outcome outcome = make(Mode::kCheck, "says");
  EXPECT_THAT(outcome.findings, IsEmpty());
  EXPECT_EQ(outcome.blocks, 0);
  EXPECT_EQ(outcome.left_out, 1);
  EXPECT_FALSE(fs::exists(folder_.path() / "log"));
}

TEST_F(Documents, RunEachCommandOnce) {
  document(block("says", "") + block("says", "") + block("says 2", ""));
  make(Mode::kWrite);
  EXPECT_EQ(*cow::read_file(folder_.path() / "log"), "ran\nran\n");
}

TEST_F(Documents, RefuseAnUnexpectedExitStatus) {
  program("echo no; exit 3");
  document(block("says", "no\n"));
  EXPECT_THAT(make(Mode::kCheck).mistakes,
              ElementsAre("docs/x.md:1: says ended with exit status 3 where "
                          "exit status 0 is expected; it printed at last: no"));
  document(
      "<!-- output: says\n     exit: 3 -->\n```text\nno\n```\n"
      "<!-- end -->\n");
  EXPECT_THAT(make(Mode::kCheck).mistakes, IsEmpty());
}

TEST_F(Documents, SkipBlocksWhoseNeedsAreMissingHere) {
  const auto needs = [](const std::string& what) {
    return "<!-- output: says\n     needs: " + what +
           " -->\n```text\nold\n```\n<!-- end -->\n";
  };
  document(needs("a zero page"));
  const Outcome outcome = make(Mode::kCheck);
  EXPECT_EQ(outcome.findings.size(), cow::has_zero_page() ? 1U : 0U);
  EXPECT_EQ(outcome.skipped.size(), cow::has_zero_page() ? 0U : 1U);
  document(needs("Open MPI"));
  const bool has_mpi = cow::lesson_named("16_many_machines").is_here;
  EXPECT_EQ(make(Mode::kCheck).skipped.size(), has_mpi ? 0U : 1U);
  document(needs("luck"));
  EXPECT_THAT(make(Mode::kCheck).mistakes,
              ElementsAre("docs/x.md:1: needs: luck: expected \"a zero "
                          "page\", or what a lesson needs"));
}

TEST_F(Documents, StayUnchangedIfAProgramCannotRunHere) {
  program("echo too little memory; exit 77");
  document(block("says", "old\n"));
  const Outcome outcome = make(Mode::kFresh);
  ASSERT_EQ(outcome.skipped.size(), 1U);
  EXPECT_EQ(outcome.skipped[0].why, "too little memory\n");
  EXPECT_THAT(document(), HasSubstr("old"));
}

TEST_F(Documents, AreRefusedIfABlockHasNoComment) {
  document("```text\nwritten by hand\n```\n");
  EXPECT_THAT(make(Mode::kCheck).mistakes,
              ElementsAre(HasSubstr("docs/x.md:1: a fenced block that no")));
}

TEST_F(Documents, AreRefusedIfTheyNameAMissingProgramFileTableOrFigure) {
  document(block("nobody", "") +
           "<!-- code: a.cc#f -->\n```cpp\n```\n<!-- end -->\n"
           "<!-- table: t -->\n<!-- end -->\n"
           "<!-- figure: f -->\n<!-- end -->\n");
  EXPECT_THAT(make(Mode::kCheck).mistakes,
              ElementsAre(HasSubstr("docs/x.md:1: nobody: neither a program"),
                          HasSubstr("docs/x.md:5: "),
                          HasSubstr("docs/x.md:9: there is no table \"t\""),
                          HasSubstr("docs/x.md:11: there is no figure \"f\"")));
}

TEST_F(Documents, QuoteOnlyFiguresThatAProgramPrints) {
  const auto proof = [](const std::string& says) {
    return "It is 99 MiB.\n<!-- proof: says\n     says: " + says + " -->\n";
  };
  document(proof("99 MiB"));
  EXPECT_THAT(make(Mode::kCheck).mistakes, IsEmpty());
  document(proof("97 MiB"));
  EXPECT_THAT(make(Mode::kCheck).mistakes,
              ElementsAre("docs/x.md:2: says does not print 97 MiB, which the "
                          "prose says"));
  document(proof("101 MiB"));
  EXPECT_THAT(make(Mode::kCheck).mistakes,
              ElementsAre("docs/x.md:2: 101 MiB is to be in the prose, and is "
                          "not"));
}

// How many pages of the heap hold a block depends on what lay there before:
// the program's own path, for one.
TEST_F(Documents, AcceptAlmostEqualCountsOnlyInAFigureMarkedNear) {
  lesson("09_refcounts", "refcounts");
  const std::string opens = "<!-- figure: refcounts -->\n";
  document(opens + "<!-- end -->\n");
  make(Mode::kWrite);
  ASSERT_THAT(document(), HasSubstr("1,024 shared"));
  const std::string other =
      replaced(document(), "1,024 shared", "1,030 shared");
  document(other);
  EXPECT_EQ(make(Mode::kCheck).findings.size(), 1U);
  document(replaced(other, opens,
                    "<!-- figure: refcounts\n     near: shared -->\n"));
  EXPECT_THAT(make(Mode::kCheck).findings, IsEmpty());
  document(replaced(document(), "1,030 shared", "1,050 shared"));
  EXPECT_EQ(make(Mode::kCheck).findings.size(), 1U);
}

TEST_F(Documents, AcceptOtherTicksInAPictureIfMarkedFree) {
  lesson("09_refcounts", "refcounts");
  const std::string opens = "<!-- figure: refcounts -->\n";
  document(opens + "<!-- end -->\n");
  make(Mode::kWrite);
  const fs::path drawing = folder_.path() / "docs/figures/refcounts.svg";
  cow::write_file(drawing, replaced(*cow::read_file(drawing), "</svg>",
                                    "<text>7</text></svg>"));
  EXPECT_EQ(make(Mode::kCheck).findings.size(), 1U);
  document(replaced(document(), opens,
                    "<!-- figure: refcounts\n     free: ^[0-9]+$ -->\n"));
  EXPECT_THAT(make(Mode::kCheck).findings, IsEmpty());
}

TEST_F(Documents, ShowTheCurrentCode) {
  cow::write_file(folder_.path() / "a.cc", "int f() { return 1; }\n");
  document("<!-- code: a.cc#f -->\n```cpp\nint f();\n```\n<!-- end -->\n");
  EXPECT_EQ(make(Mode::kCheck).findings.size(), 1U);
  make(Mode::kWrite);
  EXPECT_THAT(document(), HasSubstr("```cpp\nint f() { return 1; }\n```\n"));
  EXPECT_THAT(make(Mode::kCheck).findings, IsEmpty());
}

}  // namespace
}  // namespace book

// Pieces of source files by the names of what is in them.
#include "book/region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace book {
namespace {

using testing::ElementsAre;
using Lines = std::vector<std::string>;

constexpr std::string_view kSource = R"(
#include <string>

int used();  // declared here, defined below

// What it is for.
template <typename T>
struct Analysis {
  double analyze(int i) const { return used() * i; }
  std::string brace = "}";  // and a } in a comment
};

const Analysis* analysis = nullptr;  // the global

double analyze(int i,
               int j) {
  if (used()) return analyze(i, j);
  return '{' + 1'000;
}

int used() { return analyze(1, 2); }

using Pair = std::pair<int, int>;
enum Kind { kOne };
void Analysis::method() {
  used();
}
)";

std::string complaint(std::string_view name, std::string_view language) {
  try {
    region(kSource, name, language);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(Region, IncludesTheCommentAndTemplateOfAClass) {
  EXPECT_THAT(
      region(kSource, "Analysis", "cpp"),
      ElementsAre(
          "// What it is for.", "template <typename T>", "struct Analysis {",
          "  double analyze(int i) const { return used() * i; }",
          "  std::string brace = \"}\";  // and a } in a comment", "};"));
}

TEST(Region, FindsAFunctionAmongCallsAndMethods) {
  EXPECT_THAT(region(kSource, "analyze", "cpp"),
              ElementsAre("double analyze(int i,", "               int j) {",
                          "  if (used()) return analyze(i, j);",
                          "  return '{' + 1'000;", "}"));
  EXPECT_THAT(region(kSource, "used", "cpp"),
              ElementsAre("int used() { return analyze(1, 2); }"));
}

TEST(Region, FindsVariablesTypesAndMethods) {
  EXPECT_THAT(
      region(kSource, "analysis", "cpp"),
      ElementsAre("const Analysis* analysis = nullptr;  // the global"));
  EXPECT_THAT(region(kSource, "Pair", "cpp"),
              ElementsAre("using Pair = std::pair<int, int>;"));
  EXPECT_THAT(region(kSource, "Kind", "cpp"),
              ElementsAre("enum Kind { kOne };"));
  EXPECT_THAT(region(kSource, "Analysis::method", "cpp"),
              ElementsAre("void Analysis::method() {", "  used();", "}"));
}

TEST(Region, RefusesMissingOrAmbiguousNames) {
  EXPECT_EQ(complaint("nobody", "cpp"), "nothing there is called \"nobody\"");
  try {
    region("int f() {}\nint f(int) {}\n", "f", "cpp");
    ADD_FAILURE() << "which one?";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(),
                 "\"f\" is defined more than once, in lines 1, 2");
  }
}

constexpr std::string_view kPython = R"(
class Analysis:
    def analyze(self, i):
        return i


# Sends only i.
@cache
def analyze(i):

    return analysis.analyze(i)


items = [
    1,
]
other = items
)";

TEST(Region, FindsPythonFunctionsClassesAndValues) {
  EXPECT_THAT(region(kPython, "Analysis", "python"),
              ElementsAre("class Analysis:", "    def analyze(self, i):",
                          "        return i"));
  EXPECT_THAT(region(kPython, "analyze", "python"),
              ElementsAre("# Sends only i.", "@cache", "def analyze(i):", "",
                          "    return analysis.analyze(i)"));
  EXPECT_THAT(region(kPython, "items", "python"),
              ElementsAre("items = [", "    1,", "]"));
}

TEST(Cut, KeepsTheLinesFromOnePatternToAnother) {
  const Lines lines = {"a", "b 1", "c", "b 2", "d"};
  EXPECT_THAT(cut(lines, "b", ""), ElementsAre("b 1", "c", "b 2", "d"));
  EXPECT_THAT(cut(lines, "", "b"), ElementsAre("a", "b 1"));
  EXPECT_THAT(cut(lines, "c", "b"), ElementsAre("c", "b 2"));
  EXPECT_THAT(cut(lines, "c", "c"), ElementsAre("c"));
  EXPECT_THROW(cut(lines, "x", ""), std::runtime_error);
  EXPECT_THROW(cut(lines, "d", "a"), std::runtime_error);
}

TEST(Indent, IsRemovedIfAllLinesHaveIt) {
  EXPECT_THAT(without_indent({"    a", "", "      b"}),
              ElementsAre("a", "", "  b"));
}

}  // namespace
}  // namespace book

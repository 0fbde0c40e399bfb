// Pictures of pages. The SVG is read back: it must hold every page.
#include "cow/report/page_drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/report/table.h"

namespace cow {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

using Kinds = std::vector<std::uint8_t>;

const std::vector<PageKind> kTwoKinds = {{"shared", ".", kGrey},
                                         {"private: written", "#", kVermilion}};

// `count` pages of kind 0, but [begin, end) of kind 1.
Kinds pages(std::size_t count, std::size_t begin = 0, std::size_t end = 0) {
  Kinds all(count, 0);
  for (std::size_t i = begin; i < end; ++i) all[i] = 1;
  return all;
}

Kinds random_pages(std::size_t count, unsigned kinds, unsigned seed) {
  std::mt19937 random(seed);
  Kinds all(count);
  for (auto& page : all) page = static_cast<std::uint8_t>(random() % kinds);
  return all;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (const std::string& line : lines_of(text)) {
    widest = std::max(widest, display_width(line));
  }
  return widest;
}

// What stands between the next `begin` at or behind `at` and `end`; moves `at`
// behind it, or to npos if there is none.
std::string between(const std::string& text, std::size_t& at,
                    const std::string& begin, const std::string& end) {
  at = text.find(begin, at);
  if (at == std::string::npos) return "";
  const std::size_t first = at + begin.size();
  const std::size_t last = text.find(end, first);
  at = last;
  return text.substr(first, last - first);
}

// The kinds of the pages, "kind0", that an SVG shows in each row that has some.
std::vector<std::vector<std::string>> read_back(const std::string& svg,
                                                std::size_t columns) {
  std::vector<std::vector<std::string>> rows;
  std::size_t at = 0;
  while (true) {
    const std::string group = between(svg, at, " scale(", "</g>");
    if (at == std::string::npos) return rows;
    std::map<std::size_t, std::string> shown;
    std::size_t in_group = 0;
    while (true) {
      const std::string kind =
          between(group, in_group, "<path class=\"", "-line\"");
      if (in_group == std::string::npos) break;
      std::istringstream path(between(group, in_group, " d=\"", "\""));
      for (std::string stroke; std::getline(path, stroke, 'M');) {
        std::size_t x = 0, y = 0, length = 0;
        if (std::sscanf(stroke.c_str(), "%zu %zuh%zu", &x, &y, &length) != 3) {
          continue;
        }
        EXPECT_LE(x + length, columns) << stroke;
        for (std::size_t i = 0; i < length; ++i) {
          const bool first = shown.emplace(y * columns + x + i, kind).second;
          EXPECT_TRUE(first) << "two squares for page " << y * columns + x + i;
        }
      }
    }
    auto& row = rows.emplace_back();
    for (const auto& [page, kind] : shown) {
      EXPECT_EQ(page, row.size()) << "a page is missing";
      row.push_back(kind);
    }
  }
}

// Whether all elements of an XML document are closed in their order.
bool is_balanced(const std::string& xml) {
  std::vector<std::string> open;
  std::size_t at = 0;
  while (true) {
    const std::string tag = between(xml, at, "<", ">");
    if (at == std::string::npos) return open.empty();
    if (tag.ends_with("/")) continue;
    if (!tag.starts_with("/")) {
      open.push_back(tag.substr(0, tag.find(' ')));
    } else if (open.empty() || open.back() != tag.substr(1)) {
      return false;
    } else {
      open.pop_back();
    }
  }
}

TEST(PageText, ShowsEachPageAndCountsTheKinds) {
  const PagePicture picture{"Which pages did each process copy?",
                            kTwoKinds,
                            {{"parent", pages(8)},
                             {"worker 1", pages(8, 0, 2)},
                             {"worker 2", pages(8, 5, 8)}}};
  EXPECT_EQ(to_text(picture, false),
            "Which pages did each process copy?\n"
            "  parent    ........\n"
            "  worker 1  ##......\n"
            "  worker 2  .....###\n"
            "\n"
            "  1 sign = 1 page\n"
            "\n"
            "                       parent  worker 1  worker 2\n"
            "  .  shared                 8         6         5\n"
            "  #  private: written       0         2         3\n");
}

TEST(PageText, TakesRowsOfAnyLengthEvenEmpty) {
  const PagePicture picture{
      "", kTwoKinds, {{"a", pages(3, 2, 3)}, {"bc", {}}, {"d", pages(65)}}};
  EXPECT_EQ(to_text(picture, false), "  a   ..#\n  bc  (no pages)\n  d   " +
                                         std::string(64, '.') +
                                         "\n"
                                         "      .\n"
                                         "\n"
                                         "  1 sign = 1 page\n"
                                         "\n"
                                         "                       a  bc   d\n"
                                         "  .  shared            2   0  65\n"
                                         "  #  private: written  1   0   0\n");
}

TEST(PageText, HasOnlyATitleIfEmpty) {
  EXPECT_EQ(to_text({"Title", {}, {}}, false), "Title\n");
  EXPECT_EQ(to_text({"Title", kTwoKinds, {}}, false), "Title\n");
  EXPECT_EQ(to_text({"Title", kTwoKinds, {{"parent", {}}}}, false),
            "Title\n  parent  (no pages)\n");
  EXPECT_EQ(to_text({}, true), "");
}

TEST(PageText, OmitsUnusedKindsFromTheLegend) {
  const std::string text =
      to_text({"", kTwoKinds, {{"parent", pages(4)}}}, false);
  EXPECT_THAT(text, Not(HasSubstr("private")));
}

TEST(PageText, DrawsSixteenThousandPagesInFourLines) {
  const PagePicture picture{
      "", kTwoKinds, {{"worker 1", pages(16384, 128, 256)}}};
  const auto lines = lines_of(to_text(picture, false));
  ASSERT_EQ(lines.size(), 4U + 2 + 4);
  EXPECT_EQ(lines[0], "  worker 1  ..##" + std::string(60, '.'));
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(lines[i], std::string(12, ' ') + std::string(64, '.'));
  }
  EXPECT_EQ(lines[5], "  1 sign = 64 pages");
  EXPECT_EQ(lines[8], "  .  shared              16,256");
  EXPECT_EQ(lines[9], "  #  private: written       128");
}

TEST(PageText, MarksRunsOfSeveralKindsWithAStar) {
  // 300 pages: two to a sign. One page of the fourth sign is another kind's,
  // and the run at the end is one page.
  Kinds row = pages(301, 6, 7);
  row[300] = 1;
  const std::string text = to_text({"", kTwoKinds, {{"w", row}}}, false);
  const auto lines = lines_of(text);
  EXPECT_EQ(lines[0], "  w  ...*" + std::string(60, '.'));
  EXPECT_EQ(lines[2], "     " + std::string(22, '.') + "#");
  EXPECT_THAT(text, HasSubstr("\n  1 sign = 2 pages\n"
                              "  * = several kinds among these 2\n"));
  EXPECT_THAT(text, EndsWith("written    2\n"));
}

TEST(PageText, ExplainsTheStarOnlyIfItIsUsed) {
  const std::string text =
      to_text({"", kTwoKinds, {{"w", pages(512, 8, 10)}}}, false);
  EXPECT_THAT(text, HasSubstr("1 sign = 2 pages\n"));
  EXPECT_THAT(text, Not(HasSubstr("*")));
}

TEST(PageText, GivesAllRowsOneScale) {
  const PagePicture picture{
      "", kTwoKinds, {{"a", pages(16384)}, {"b", pages(64, 0, 64)}}};
  const auto lines = lines_of(to_text(picture, false));
  EXPECT_EQ(lines[4], "  b  #");
}

TEST(PageText, FitsInEightyColumns) {
  const std::string words =
      "a name much longer than anybody would ever think of giving to a kind";
  std::vector<PageKind> kinds = kTwoKinds;
  kinds.push_back({words, "ß", kBlue});
  for (const std::string& label :
       {words.substr(0, 12), words.substr(0, 13), words}) {
    for (const std::size_t size : {1U, 64U, 1000U, 16384U, 1U << 17}) {
      PagePicture picture{words + " " + words, kinds, {}};
      for (int i = 0; i < 20; ++i) {
        picture.rows.push_back({label, random_pages(size, 3, 7)});
      }
      EXPECT_LE(widest_line(to_text(picture, false)), 80U) << label << size;
      EXPECT_LE(widest_line(to_text(picture, true)), 80U) << label << size;
    }
  }
}

TEST(PageText, ContinuesAFullLegendOnTheNextLine) {
  PagePicture picture{"", kTwoKinds, {}};
  for (int i = 0; i < 9; ++i) {
    picture.rows.push_back({"worker " + std::to_string(i), pages(4)});
  }
  EXPECT_THAT(to_text(picture, false),
              EndsWith("\n"
                       "             worker 0  worker 1  worker 2  worker 3  "
                       "worker 4  worker 5\n"
                       "  .  shared         4         4         4         4  "
                       "       4         4\n"
                       "\n"
                       "             worker 6  worker 7  worker 8\n"
                       "  .  shared         4         4         4\n"));
}

TEST(PageText, HasColoursOnlyWhenAsked) {
  const PagePicture picture{
      "T", {{"a", "a", "#000000"}, {"b", "b", "#FF8000"}}, {}};
  PagePicture small = picture;
  small.rows = {{"w", {0, 0, 1}}};
  EXPECT_THAT(to_text(small, false), Not(HasSubstr("\033")));
  EXPECT_THAT(to_text(small, true),
              HasSubstr("\033[1mT\033[0m\n"
                        "  w  \033[38;5;16maa\033[0m\033[38;5;208mb\033[0m\n"));
  EXPECT_THAT(to_text(small, true),
              HasSubstr("  \033[38;5;208mb\033[0m  b  1\n"));

  // Four pages to a sign, in the first one three of the second kind.
  PagePicture large = picture;
  large.rows = {{"w", pages(1024, 0, 3)}};
  EXPECT_THAT(to_text(large, true),
              HasSubstr("  w  \033[38;5;208m*\033[0m\033[38;5;16ma"));
  EXPECT_THAT(to_text(large, true),
              HasSubstr("among these 4, in the colour of most of them\n"));
}

TEST(PageSvg, HoldsEachPageOnce) {
  std::vector<PageKind> kinds = kTwoKinds;
  kinds.push_back({"third", "3", kBlue});
  struct Case {
    std::size_t pages;
    std::size_t columns;
  };
  for (const Case& size :
       {Case{1, 16}, Case{64, 16}, Case{65, 32}, Case{1024, 64},
        Case{1025, 128}, Case{16384, 256}, Case{100'000, 256}}) {
    const std::vector<PageRow> rows = {{"a", random_pages(size.pages, 3, 1)},
                                       {"b", random_pages(size.pages, 2, 2)},
                                       {"c", pages(size.pages / 2 + 1)}};
    const auto read = read_back(to_svg({"", kinds, rows}), size.columns);
    ASSERT_EQ(read.size(), rows.size()) << size.pages;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::vector<std::string> expected;
      for (const auto kind : rows[i].pages) {
        expected.push_back("kind" + std::to_string(kind));
      }
      EXPECT_TRUE(read[i] == expected) << size.pages << rows[i].label;
    }
  }
}

TEST(PageSvg, DrawsNeighboursOfOneKindAsOneStroke) {
  const std::string svg =
      to_svg({"", kTwoKinds, {{"w", pages(16384, 300, 700)}}});
  EXPECT_THAT(svg, HasSubstr("<path class=\"kind1-line\" "
                             "d=\"M44 1h212M0 2h188\"/>"));
}

TEST(PageSvg, IsWellFormedAndEscapesText) {
  const PagePicture picture{"<D> & \033[1m",
                            {{"a < b", ".", kGrey}, {"\"c\" & d", "#", kBlue}},
                            {{"x<y & z", pages(4, 1, 2)}, {"nothing", {}}}};
  const std::string svg = to_svg(picture);
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, EndsWith("</svg>\n"));
  EXPECT_TRUE(is_balanced(svg));
  EXPECT_THAT(svg,
              HasSubstr("<title id=\"title\">&lt;D&gt; &amp;  [1m</title>"));
  EXPECT_THAT(svg, HasSubstr(">x&lt;y &amp; z</text>"));
  EXPECT_THAT(svg, HasSubstr("<title>x&lt;y &amp; z · 3 a &lt; b · "
                             "1 &quot;c&quot; &amp; d</title>"));
  EXPECT_THAT(svg, HasSubstr(">3 a &lt; b</text>"));
  EXPECT_THAT(svg, HasSubstr(">no pages</text>"));
  EXPECT_TRUE(is_balanced(to_svg({})));
  EXPECT_TRUE(is_balanced(to_svg({"", {}, {{"nothing", {}}}})));
}

// Three processes, before and after.
PagePicture grouped() {
  PagePicture picture{"Pages", kTwoKinds, {}};
  picture.add(
      "Before: nothing",
      {{"parent", pages(8)}, {"worker 1", pages(8)}, {"worker 2", pages(8)}});
  picture.add("After: something", {{"parent", pages(8)},
                                   {"worker 1", pages(8, 0, 3)},
                                   {"worker 2", pages(8, 0, 3)}});
  return picture;
}

TEST(PageText, ListsIdenticalRowsByNameOnly) {
  EXPECT_EQ(to_text(grouped(), false),
            "Pages\n"
            "Before: nothing\n"
            "  parent    ........\n"
            "            the same: worker 1, worker 2\n"
            "After: something\n"
            "  parent    ........\n"
            "  worker 1  ###.....\n"
            "            the same: worker 2\n"
            "\n"
            "  1 sign = 1 page\n"
            "\n"
            "Before: nothing\n"
            "             parent\n"
            "  .  shared       8\n"
            "\n"
            "After: something\n"
            "                       parent  worker 1\n"
            "  .  shared                 8         5\n"
            "  #  private: written       0         3\n");
}

TEST(PageText, UsesACoarserScaleForManyRows) {
  PagePicture picture{"", kTwoKinds, {}};
  for (std::size_t i = 1; i <= 5; ++i) {
    picture.rows.push_back({"worker", pages(256, 0, i)});
  }
  EXPECT_THAT(to_text(picture, false), HasSubstr("1 sign = 2 pages\n"));
  picture.rows.pop_back();
  EXPECT_THAT(to_text(picture, false), HasSubstr("1 sign = 1 page\n"));
}

TEST(PageSvg, PutsTheRowsOfAGroupSideBySide) {
  PagePicture picture = grouped();
  for (std::size_t i = 0; i < picture.rows.size(); ++i) {
    picture.rows[i].pages = pages(8, i, i + 1);
  }
  const std::string svg = to_svg(picture);
  std::vector<std::pair<double, double>> places;
  std::size_t at = 0;
  while (true) {
    const std::string place = between(svg, at, "translate(", ")");
    if (at == std::string::npos) break;
    double x = 0;
    double y = 0;
    ASSERT_EQ(std::sscanf(place.c_str(), "%lf %lf", &x, &y), 2);
    places.emplace_back(x, y);
  }
  ASSERT_EQ(places.size(), 6U);
  for (const std::size_t first : {0U, 3U}) {
    EXPECT_EQ(places[first].second, places[first + 1].second);
    EXPECT_EQ(places[first].second, places[first + 2].second);
    EXPECT_LT(places[first].first, places[first + 1].first);
    EXPECT_LT(places[first + 1].first, places[first + 2].first);
  }
  EXPECT_LT(places[0].second, places[3].second);
  EXPECT_EQ(places[0].first, places[3].first);
}

TEST(PageSvg, DrawsThreeRowsThatLookTheSameOnce) {
  const std::string svg = to_svg(grouped());
  std::vector<std::string> labels;
  for (std::size_t at = 0; at != std::string::npos;) {
    labels.push_back(between(svg, at, "<g><title>", " ·"));
  }
  labels.pop_back();
  EXPECT_THAT(labels, testing::ElementsAre("parent … worker 2", "parent",
                                           "worker 1", "worker 2"));
}

TEST(PageSvg, PutsTheNoteUnderTheTitle) {
  PagePicture picture = grouped();
  picture.note = "Dark: copied.";
  const std::string svg = to_svg(picture);
  EXPECT_LT(svg.find("then down.</text>"), svg.find(">Dark: copied.</text>"));
  EXPECT_LT(svg.find(">Dark: copied.</text>"), svg.find(">Before: nothing<"));
}

TEST(PageSvg, DescribesItselfInWords) {
  const std::string words =
      "Pages. Before: nothing: parent, worker 1, worker 2: 8 shared. "
      "After: something: parent: 8 shared; worker 1, worker 2: 5 shared · "
      "3 private: written.";
  EXPECT_EQ(to_words(grouped()), words);
  EXPECT_THAT(to_svg(grouped()),
              HasSubstr("<desc id=\"description\">" + words + "</desc>"));
  EXPECT_THAT(to_svg(grouped()), HasSubstr("role=\"img\""));
}

TEST(PageSvg, HasColoursForLightAndDarkPages) {
  const std::string svg =
      to_svg({"",
              {{"a", "a", "#111111", "#EEEEEE"}, {"b", "b", "#222222"}},
              {{"w", {0, 1}}}});
  const std::size_t dark = svg.find("@media (prefers-color-scheme:dark)");
  ASSERT_NE(dark, std::string::npos);
  const auto first = svg.find(".kind0-line{stroke:#111111");
  EXPECT_LT(first, dark);
  EXPECT_GT(svg.find(".kind0-line{stroke:#EEEEEE"), dark);
  EXPECT_LT(svg.find(".kind1-line{stroke:#222222"), dark);
  EXPECT_NE(svg.find(".kind1-line{stroke:#222222", dark), std::string::npos);
}

TEST(PageSvg, WritesTheCountOfEachKindForEachRow) {
  const std::string svg = to_svg(
      {"", kTwoKinds, {{"a", pages(16384, 0, 1234)}, {"b", pages(16384)}}});
  EXPECT_THAT(svg, HasSubstr("<title>a · 15,150 shared · "
                             "1,234 private: written</title>"));
  EXPECT_THAT(svg, HasSubstr("<title>b · 16,384 shared</title>"));
  EXPECT_THAT(svg, HasSubstr(">15,150 shared</text>"));
  EXPECT_THAT(svg, HasSubstr(">1,234 private: written</text>"));
  EXPECT_THAT(svg, HasSubstr(">16,384 shared</text>"));
}

TEST(PageSvg, IsBelow300KilobytesForFiveRowsOf64MebibytesEach) {
  // A tenth of the pages is written, at random: as in lesson 10.
  PagePicture picture{"", kTwoKinds, {}};
  for (unsigned i = 0; i < 5; ++i) {
    Kinds row = random_pages(16384, 10, i);
    for (auto& page : row) page = page == 0 ? 1 : 0;
    picture.rows.push_back({"worker", std::move(row)});
  }
  EXPECT_LT(to_svg(picture).size(), 300'000U);
}

TEST(PagePicture, RefusesUnknownKindsBadSignsAndBadColours) {
  const auto refused = [](const PagePicture& picture) -> std::string {
    EXPECT_THROW(to_svg(picture), std::invalid_argument);
    try {
      to_text(picture, false);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_THAT(
      refused({"", kTwoKinds, {{"worker 3", {0, 1, 2}}}}),
      HasSubstr("page 2 of \"worker 3\" is of kind 2, but there are 2"));
  EXPECT_THAT(refused({"", {{"a", "a", "red"}}, {}}), HasSubstr("\"red\""));
  EXPECT_THAT(refused({"", {{"a", "a", "#12345\""}}, {}}), HasSubstr("rrggbb"));
  for (const std::string sign : {"", " ", "*", "ab", "\n", "\033[1m"}) {
    EXPECT_THAT(refused({"", {{"name", sign, kBlue}}, {}}),
                HasSubstr("\"name\" has the sign"));
  }
  EXPECT_THAT(refused({"", {{"a", "x", kBlue}, {"b", "x", kGrey}}, {}}),
              HasSubstr("\"b\" has the sign \"x\""));
}

}  // namespace
}  // namespace cow

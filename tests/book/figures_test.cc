// Pictures, read back: what is drawn must be what the reports say. Reports are
// made up here, with round figures; draw_test.cc takes real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "book/figure.h"
#include "book/reports.h"
#include "book/xml.h"
#include "cow/report/svg.h"

namespace book::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

// gnuplot, which not every machine has, draws the others: charts_test.cc.
const std::vector<std::string> kOwnDrawings = {
    "course",   "inversion", "messages",     "start_methods",
    "page_map", "refcounts", "shared_memory"};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

class BookPicture : public ::testing::TestWithParam<std::string> {
 protected:
  static Drawing draw() {
    return figure(GetParam()).draw(reports_for(GetParam()));
  }
};

INSTANTIATE_TEST_SUITE_P(Pictures, BookPicture,
                         ::testing::ValuesIn(kOwnDrawings),
                         [](const auto& named) { return named.param; });

TEST_P(BookPicture, DescribesItselfInWords) {
  const auto [svg, alt] = draw();
  const Element root = parse_xml(svg);
  EXPECT_EQ(root.name, "svg");
  EXPECT_EQ(root.at("xmlns"), "http://www.w3.org/2000/svg");
  EXPECT_EQ(root.at("role"), "img");
  EXPECT_EQ(root.child_text("desc"), alt);
  const std::string title = root.child_text("title");
  EXPECT_THAT(title, Not(IsEmpty()));
  EXPECT_THAT(alt, StartsWith(title));
  EXPECT_EQ(root.at("aria-labelledby"), "title description");
  EXPECT_EQ(root.children[0].at("id"), "title");
  EXPECT_EQ(root.children[1].at("id"), "description");
  // Short enough to be read at a glance, long enough to be more than a title.
  EXPECT_LE(title.size(), 70U);
  EXPECT_GE(words_of(alt).size(), 20U);
  EXPECT_EQ(alt.find('\n'), std::string::npos);
}

TEST_P(BookPicture, IsReproducible) {
  const Drawing first = draw();
  const Drawing second = draw();
  EXPECT_EQ(first.svg, second.svg);
  EXPECT_EQ(first.alt, second.alt);
}

TEST_P(BookPicture, HasEveryColourForLightAndDarkPages) {
  const Element root = parse_xml(draw().svg);
  const std::string style = root.child_text("style");
  const std::size_t dark = style.find("@media (prefers-color-scheme:dark)");
  ASSERT_NE(dark, std::string::npos);
  std::set<std::string> classes;
  for (const char* name : {"text", "rect", "path"}) {
    for (const Element* element : root.all(name)) {
      classes.insert(element->at("class"));
    }
  }
  for (const std::string& used : classes) {
    EXPECT_LT(style.find("." + used + "{"), dark) << used;
    EXPECT_NE(style.find("." + used + "{", dark), std::string::npos) << used;
  }
  // A page of its own, or dark text could come to stand on a dark page.
  const Element& page = *root.all("rect").front();
  EXPECT_EQ(page.at("class"), "paper");
  EXPECT_EQ(page.at("width"), root.at("width"));
  EXPECT_EQ(page.at("height"), root.at("height"));
}

TEST_P(BookPicture, LoadsNothingExternal) {
  const std::string svg = draw().svg;
  for (const char* loader :
       {"href", "url(", "@import", "@font-face", "<script", "<image"}) {
    EXPECT_THAT(svg, Not(HasSubstr(loader)));
  }
}

// Where a text can be, in any usual font.
struct Box {
  double left;
  double right;
  double top;
  double bottom;
  std::string text;
};

std::vector<Box> boxes_of(const Element& root) {
  std::vector<Box> boxes;
  for (const Element* text : root.all("text")) {
    const double size = text->number("font-size");
    EXPECT_GE(size, 11) << text->text;
    const double width = cow::text_width(
        text->text,
        {.size = size, .bold = text->attributes.contains("font-weight")});
    const auto anchor = text->attributes.find("text-anchor");
    double left = text->number("x");
    if (anchor != text->attributes.end()) {
      left -= anchor->second == "middle" ? width / 2 : width;
    }
    const double base = text->number("y");
    boxes.push_back(
        {left, left + width, base - .72 * size, base + .22 * size, text->text});
  }
  return boxes;
}

TEST_P(BookPicture, ShowsWholeTextsWithoutOverlap) {
  const Element root = parse_xml(draw().svg);
  const std::vector<Box> boxes = boxes_of(root);
  EXPECT_GE(boxes.size(), 6U);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const Box& a = boxes[i];
    EXPECT_GE(a.left, 0) << a.text;
    EXPECT_LE(a.right, root.number("width")) << a.text;
    EXPECT_LE(a.bottom, root.number("height")) << a.text;
    for (std::size_t k = 0; k < i; ++k) {
      const Box& b = boxes[k];
      const bool apart = a.right <= b.left || b.right <= a.left ||
                         a.bottom <= b.top || b.bottom <= a.top;
      EXPECT_TRUE(apart) << a.text << " / " << b.text;
    }
  }
}

// ---- bars

// The width of the bar that shows `hover` under the mouse.
double width_of(const Element& root, const std::string& hover) {
  for (const Element* rect : root.all("rect")) {
    const std::string shown = rect->child_text("title");
    if (shown.starts_with(hover)) return rect->number("width");
  }
  ADD_FAILURE() << "no bar is called " << hover;
  return 0;
}

// How far a pool's bar of a sum reaches: all its processes.
double sum_width(const Element& root, const std::string& pool,
                 const std::string& sum) {
  double width = 0;
  for (const Element* rect : root.all("rect")) {
    const std::string shown = rect->child_text("title");
    if (shown.starts_with(pool + ", ") && shown.ends_with(" of " + sum)) {
      width += rect->number("width");
    }
  }
  return width;
}

constexpr double kRounding = .05;  // of up to ten widths, in pixels

TEST(CopiesPicture, IsDrawnToScale) {
  const Drawing drawing = figure("course").draw(reports_for("course"));
  const Element root = parse_xml(drawing.svg);
  // 13 + 4·77 and 14 + 4·13 MiB.
  const double passed = sum_width(root, "01 pass_self", "ΣPSS");
  EXPECT_GT(passed, 300);
  EXPECT_NEAR(sum_width(root, "04 global", "ΣPSS"), passed * 66 / 321,
              kRounding);
  const auto expect = [&](const std::string& name, double mib) {
    EXPECT_NEAR(width_of(root, name), passed * mib / 321, kRounding) << name;
  };
  expect("01 pass_self, worker 3 alone: 64.2 MiB", 64.25);
  expect("01 pass_self, parent alone: 512 KiB", .5);
  expect("01 pass_self, shared: 63.5 MiB", 63.5);
  expect("04 global, worker 1 alone: 64 KiB", .0625);
  expect("04 global, shared: 65.2 MiB", 65.25);
  EXPECT_THAT(drawing.alt,
              AllOf(HasSubstr("ΣPSS 321.0 MiB, of which 63.5 MiB is shared; a "
                              "worker has 64.2 MiB alone"),
                    HasSubstr("ΣPSS 66.0 MiB, of which 65.2 MiB is shared; a "
                              "worker has 64 KiB alone")));
  EXPECT_EQ(root.child_text("title"),
            "Data sent: the machine spends 321.0 MiB. Inherited: 66.0 MiB");
}

TEST(CopiesPicture, FollowsTheReport) {
  std::vector<Json> reports = reports_for("course");
  for (auto& process : reports[0]["moments"][1]["processes"]) {
    for (const char* quantity : {"pss", "uss"}) {
      process[quantity] = process[quantity].get<std::int64_t>() / 2;
    }
  }
  const Drawing drawing = figure("course").draw(reports);
  const Element root = parse_xml(drawing.svg);
  EXPECT_NEAR(sum_width(root, "04 global", "ΣPSS"),
              sum_width(root, "01 pass_self", "ΣPSS") * 66 / 160.5, kRounding);
  EXPECT_THAT(drawing.alt, HasSubstr("ΣPSS 160.5 MiB"));
}

TEST(ProcessBars, AreDrawnToScale) {
  const Drawing drawing =
      figure("start_methods").draw(reports_for("start_methods"));
  const Element root = parse_xml(drawing.svg);
  const double rss = width_of(root, "spawn, worker 3: RSS");
  const auto expect = [&](const std::string& name, double share) {
    EXPECT_NEAR(width_of(root, name), rss * share, kRounding) << name;
  };
  expect("spawn, worker 3: PSS", 64.5 / 68);
  expect("spawn, worker 3: USS", 64.25 / 68);
  expect("spawn, parent: RSS", 1);
  expect("fork, worker 1: RSS", 66. / 68);
  expect("fork, worker 1: USS", .1 / 68);
  expect("fork server, parent: RSS", 5. / 68);
  EXPECT_THAT(drawing.alt,
              HasSubstr("a worker: RSS 68.0 MiB, PSS 64.5 MiB, USS 64.2 MiB"));
}

TEST(RssAndPssBars, AreDrawnToOneScale) {
  const Drawing drawing = figure("inversion").draw(reports_for("inversion"));
  const Element root = parse_xml(drawing.svg);
  const double shared_rss = sum_width(root, "inherited", "ΣRSS");
  const auto expect = [&](const char* pool, const char* sum, double mib) {
    EXPECT_NEAR(sum_width(root, pool, sum), shared_rss * mib / 332, kRounding);
  };
  expect("passed by value", "ΣRSS", 268);
  expect("passed by value", "ΣPSS", 262);
  expect("inherited", "ΣPSS", 66);
  EXPECT_THAT(drawing.alt, HasSubstr("by PSS it costs 4.0 times less"));
}

TEST(StartMethodBars, ShowTheForkServer) {
  const Drawing drawing =
      figure("start_methods").draw(reports_for("start_methods"));
  const Element root = parse_xml(drawing.svg);
  EXPECT_NEAR(width_of(root, "fork server, fork server: RSS"),
              width_of(root, "fork server, worker 1: RSS") * 67 / 66,
              kRounding);
  EXPECT_NEAR(sum_width(root, "fork server", "ΣPSS"),
              sum_width(root, "spawn", "ΣPSS") * 66.5 / 323, kRounding);
  EXPECT_THAT(drawing.alt,
              HasSubstr("fork server: RSS 67.0 MiB, PSS 13.5 MiB"));
}

// ---- messages

TEST(MessageBars, AreDrawnToScale) {
  const Drawing drawing = figure("messages").draw(reports_for("messages"));
  const Element root = parse_xml(drawing.svg);
  EXPECT_GT(width_of(root, "a bound method, D: 64.0 MiB"), 300);
  EXPECT_LT(width_of(root, "a function, header: 48 bytes"), .01);
  EXPECT_EQ(root.child_text("title"),
            "A bound method is its object: 64.0 MiB instead of 68 bytes");
  EXPECT_THAT(drawing.alt,
              HasSubstr(" a function: 68 bytes, of which header 48 bytes, "
                        "function 8 bytes, items 12 bytes."));
  EXPECT_THAT(drawing.alt,
              HasSubstr(" a bound method: 64.0 MiB, of which header 48 bytes, "
                        "object 20 bytes, D 64.0 MiB, items 12 bytes."));
}

// The bars of the magnified messages, in their order.
std::vector<const Element*> magnified(const Element& root) {
  std::vector<const Element*> bars;
  for (const Element* rect : root.all("rect")) {
    if (rect->at("height") == "18") bars.push_back(rect);
  }
  return bars;
}

TEST(MessageBars, AreMagnifiedToScaleExceptForTheCutPart) {
  const Element root =
      parse_xml(figure("messages").draw(reports_for("messages")).svg);
  const auto bars = magnified(root);
  ASSERT_EQ(bars.size(), 3U + 3 + 4);
  const double byte = bars[0]->number("width") / 48;
  EXPECT_DOUBLE_EQ(bars[1]->number("width"), 8 * byte);
  EXPECT_DOUBLE_EQ(bars[2]->number("width"), 12 * byte);
  EXPECT_EQ(bars[4]->at("class"), "handle");
  EXPECT_DOUBLE_EQ(bars[7]->number("width"), 20 * byte);
  EXPECT_EQ(bars[8]->at("class"), "data");
  EXPECT_DOUBLE_EQ(bars[9]->number("width"), 12 * byte);
}

TEST(MessageBars, FollowTheReport) {
  std::vector<Json> reports = reports_for("messages");
  auto& symbols = reports[0]["claims"][1]["symbols"];
  symbols["function"] = 16;
  reports[0]["moments"][0]["transfer"]["to_workers"] = 4 * 76;
  const Drawing drawing = figure("messages").draw(reports);
  EXPECT_THAT(drawing.alt, HasSubstr("a function: 76 bytes"));
  const Element root = parse_xml(drawing.svg);
  const auto bars = magnified(root);
  EXPECT_DOUBLE_EQ(bars[1]->number("width") / 16,
                   bars[0]->number("width") / 48);
}

TEST(MessageBars, AreRefusedIfTheirPartsDoNotAddUp) {
  std::vector<Json> reports = reports_for("messages");
  reports[0]["moments"][2]["transfer"]["to_workers"] = 4 * (81 + 64 * kMiB);
  EXPECT_EQ(refusal("messages", reports),
            "the picture messages: the parts of a message of \"a bound "
            "method\" are 67108944 bytes together, but 268435780 bytes in 4 "
            "messages were sent");
}

// ---- pages

TEST(PagesPicture, HasTheNoteThatExplainsItsColours) {
  EXPECT_THAT(figure("refcounts").draw(reports_for("refcounts")).svg,
              HasSubstr("then down. Grey: shared.</text>"));
}

TEST(PagesPicture, MatchesTheReport) {
  std::vector<Json> reports = reports_for("page_map");
  const Drawing drawing = figure("page_map").draw(reports);
  EXPECT_EQ(drawing.alt,
            "What is written is copied. Before: nothing: parent, worker 1: "
            "1,024 shared. After: something: parent: 1,024 shared; worker 1: "
            "1,000 shared · 24 copied.");
  EXPECT_THAT(drawing.svg, HasSubstr(">24 copied</text>"));
  // 32 squares in a line: page 100 is in the fourth.
  EXPECT_THAT(drawing.svg,
              HasSubstr("<path class=\"kind1-line\" d=\"M4 3h24\"/>"));

  reports[0]["pictures"][0]["rows"][3]["runs"] = {{0, 1000}, {1, 24}};
  EXPECT_THAT(figure("page_map").draw(reports).svg,
              HasSubstr("<path class=\"kind1-line\" d=\"M8 31h24\"/>"));
}

// ---- what holds for all

// What stays if only the last digits of the figures change.
std::string structure(const std::string& svg) {
  return std::regex_replace(svg, std::regex("[0-9][0-9.,]*"), "#");
}

TEST(Figures, KeepTheirShapeIfOnlyDigitsChange) {
  for (const char* name : {"course", "inversion", "start_methods"}) {
    std::vector<Json> reports = reports_for(name);
    const Drawing before = figure(name).draw(reports);
    std::int64_t noise = 0;
    for (Json& report : reports) {
      for (Json& moment : report["moments"]) {
        for (Json& process : moment["processes"]) {
          for (const char* quantity : {"rss", "pss", "uss"}) {
            noise = (noise * 7 + 4) % 24;
            process[quantity] =
                process[quantity].get<std::int64_t>() + noise * kKiB;
          }
        }
      }
    }
    const Drawing after = figure(name).draw(reports);
    EXPECT_NE(before.svg, after.svg) << name;
    EXPECT_EQ(structure(before.svg), structure(after.svg)) << name;
    EXPECT_EQ(structure(before.alt), structure(after.alt)) << name;
  }
}

TEST(Figures, HaveUniqueNames) {
  std::set<std::string> names;
  for (const Figure& figure : figures()) {
    EXPECT_TRUE(names.insert(figure.name).second) << figure.name;
    EXPECT_TRUE(std::regex_match(figure.name, std::regex("[a-z_]+")));
    EXPECT_FALSE(figure.runs.empty()) << figure.name;
  }
}

TEST(Figures, SayWhatIsWrongWithAReport) {
  for (const Figure& figure : figures()) {
    const std::string begin = "the picture " + figure.name + ": ";
    EXPECT_THAT(refusal(figure.name, {}),
                AllOf(StartsWith(begin + "it is drawn from "),
                      HasSubstr(" reports, not 0")));
    const std::vector<Json> nothing(figure.runs.size());
    EXPECT_THAT(refusal(figure.name, nothing),
                StartsWith(begin + "the report of ? is not as a lesson"));
    std::vector<Json> no_moments = reports_for(figure.name);
    for (Json& report : no_moments) {
      report["moments"] = Json::array();
      report["claims"] = {report["claims"][0]};  // of the results
      report.erase("pictures");
      report.erase("charts");
    }
    EXPECT_THAT(refusal(figure.name, no_moments),
                StartsWith(begin + "the report of " +
                           figure.runs.front().program + " "));
  }
  std::vector<Json> reports = reports_for("course");
  reports[1]["moments"][0]["name"] = "another moment";
  EXPECT_EQ(refusal("course", reports),
            "the picture course: the report of 04_global has no moment "
            "\"every worker holds its task\"");
}

TEST(Figures, AreNotDrawnFromFailedClaims) {
  for (const Figure& figure : figures()) {
    std::vector<Json> reports = reports_for(figure.name);
    reports.back()["claims"][0]["holds"] = false;
    EXPECT_THAT(refusal(figure.name, reports),
                HasSubstr("has a claim that does not hold: \"the results are "
                          "right\""));
    reports.back()["claims"] = Json::array();
    EXPECT_THAT(refusal(figure.name, reports), HasSubstr("claims nothing"));
  }
}

TEST(Figures, AreNotDrawnIfTheirTitleWouldBeUntrue) {
  std::vector<Json> course = reports_for("course");
  course[0]["moments"] = course[1]["moments"];
  EXPECT_THAT(refusal("course", course), HasSubstr("do not show that"));
  std::vector<Json> inversion = reports_for("inversion");
  inversion[0]["moments"][0]["processes"] =
      inversion[0]["moments"][1]["processes"];
  EXPECT_THAT(refusal("inversion", inversion), HasSubstr("do not show that"));
  std::vector<Json> methods = reports_for("start_methods");
  methods[0]["moments"][1]["processes"] = methods[0]["moments"][0]["processes"];
  EXPECT_THAT(refusal("start_methods", methods), HasSubstr("do not show that"));
}

}  // namespace
}  // namespace book::testing

// The charts that gnuplot draws, read back.
#include "book/charts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "book/figure.h"
#include "book/figure_data.h"
#include "book/gnuplot.h"
#include "book/reports.h"
#include "book/xml.h"

namespace book::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

class Charts : public ::testing::Test {
 protected:
  void SetUp() override {
    // NOLINTNEXTLINE(cert-env33-c): a constant command
    if (std::system("gnuplot --version > /dev/null 2>&1") != 0) {
      GTEST_SKIP() << "gnuplot is not installed";
    }
  }
};

class EachChart : public Charts,
                  public ::testing::WithParamInterface<std::string> {
 protected:
  Drawing draw() const {
    return figure(GetParam()).draw(reports_for(GetParam()));
  }
};

INSTANTIATE_TEST_SUITE_P(Gnuplot, EachChart,
                         ::testing::Values("workers", "writing", "density",
                                           "nodes"),
                         [](const auto& named) { return named.param; });

struct Place {
  double x;
  double y;
};

// What is drawn as plot number `number`, the lines first.
const Element& plot(const Element& root, int number) {
  for (const Element* group : root.all("g")) {
    const auto id = group->attributes.find("id");
    if (id != group->attributes.end() &&
        id->second == fmt::format("gnuplot_plot_{}", number)) {
      return *group;
    }
  }
  throw std::runtime_error(fmt::format("there is no plot {}", number));
}

// The points of a plot.
std::vector<Place> points(const Element& root, int number) {
  std::vector<Place> places;
  for (const Element* use : plot(root, number).all("use")) {
    Place place{};
    EXPECT_EQ(std::sscanf(use->at("transform").c_str(), "translate(%lf,%lf)",
                          &place.x, &place.y),
              2);
    places.push_back(place);
  }
  return places;
}

// The two ends of a plot that is a straight line.
std::vector<Place> ends(const Element& root, int number) {
  const auto paths = plot(root, number).all("path");
  EXPECT_EQ(paths.size(), 1U);
  std::vector<Place> places(2);
  EXPECT_EQ(std::sscanf(paths[0]->at("d").c_str(), "M%lf,%lf L%lf,%lf",
                        &places[0].x, &places[0].y, &places[1].x, &places[1].y),
            4);
  return places;
}

TEST_P(EachChart, HasWordsAndColoursForLightAndDarkPages) {
  const auto [svg, alt] = draw();
  const Element root = parse_xml(svg);
  EXPECT_EQ(root.at("role"), "img");
  EXPECT_EQ(root.child_text("desc"), alt);
  EXPECT_THAT(alt, StartsWith(root.child_text("title")));
  const std::string style = root.child_text("style");
  const std::size_t dark = style.find("@media (prefers-color-scheme:dark)");
  ASSERT_NE(dark, std::string::npos);
  // Each colour that gnuplot was told to take has another one there.
  for (const char* attribute : {"stroke", "color", "fill"}) {
    for (const char* name : {"g", "path", "use"}) {
      for (const Element* element : root.all(name)) {
        const auto color = element->attributes.find(attribute);
        if (color == element->attributes.end()) continue;
        if (!color->second.starts_with("rgb")) continue;
        EXPECT_NE(style.find(fmt::format("[{}='{}']", attribute, color->second),
                             dark),
                  std::string::npos)
            << attribute << " " << color->second;
      }
    }
  }
}

TEST_P(EachChart, IsReproducibleAndNamesNoVersion) {
  const Drawing first = draw();
  EXPECT_EQ(first.svg, draw().svg);
  for (const char* word : {"GNUPLOT", "Gnuplot", "patchlevel", "\"Arial\""}) {
    EXPECT_THAT(first.svg, Not(HasSubstr(word)));
  }
}

TEST_P(EachChart, HasNoTextThatIsTooSmall) {
  const Element root = parse_xml(draw().svg);
  int texts = 0;
  for (const char* name : {"g", "text", "tspan"}) {
    for (const Element* element : root.all(name)) {
      if (element->attributes.count("font-size") == 0) continue;
      EXPECT_GE(element->number("font-size"), 11);
      ++texts;
    }
  }
  EXPECT_GE(texts, 15);
}

TEST_F(Charts, PutThePointsOfTheWorkersFigureAtTheirValues) {
  const std::vector<Json> reports = reports_for("workers");
  const Drawing drawing = figure("workers").draw(reports);
  const Element root = parse_xml(drawing.svg);
  // The line D is horizontal: 64 MiB; the other one is (N + 1)·D.
  const auto steep = ends(root, 1);
  const auto flat = ends(root, 2);
  EXPECT_DOUBLE_EQ(flat[0].y, flat[1].y);
  const double pixels_per_worker = (steep[1].x - steep[0].x) / 10.5;
  const double pixels_per_mib = (steep[0].y - steep[1].y) / (10.5 * 64);
  const double zero = flat[0].y + 64 * pixels_per_mib;
  const auto expect = [&](int number, double parent, double worker,
                          double server, int step = 1) {
    const auto places = points(root, number);
    ASSERT_EQ(places.size(), step == 1 ? 10U : 4U);
    for (int N = 1; N <= 10; N += step) {
      const Place& place = places[static_cast<std::size_t>((N - 1) / step)];
      EXPECT_NEAR(place.x, steep[0].x + N * pixels_per_worker, .1);
      EXPECT_NEAR(place.y,
                  zero - (parent + N * worker + server) * pixels_per_mib, .1);
    }
  };
  expect(3, 13, 77, 0);     // pass_self
  expect(4, 65, 64.5, 0);   // spawn
  expect(5, 14, 13, 0);     // global
  expect(6, 1, 13, 13.5);   // fork server
  expect(7, 14, 13, 0, 3);  // memfd, N = 1, 4, 7, 10
  EXPECT_THAT(drawing.alt, HasSubstr("01 pass_self: 90.0 MiB at N = 1,"));
  EXPECT_THAT(drawing.alt, HasSubstr("07 fork server: 27.5 MiB at N = 1,"));
  EXPECT_THAT(drawing.alt, HasSubstr("144.5 MiB at N = 10."));
}

TEST_F(Charts, PutThePointsOfTheNodesFigureAtTheirValues) {
  const Drawing drawing = figure("nodes").draw(reports_for("nodes"));
  const Element root = parse_xml(drawing.svg);
  const auto flat = ends(root, 1);   // N·D
  const auto steep = ends(root, 2);  // K·D, from the origin on
  EXPECT_DOUBLE_EQ(flat[0].y, flat[1].y);
  const double pixels_per_node = (steep[1].x - steep[0].x) / (1.03 * 8);
  const double pixels_per_mib = (steep[0].y - steep[1].y) / (1.03 * 256);
  EXPECT_NEAR(flat[0].y, steep[0].y - 256 * pixels_per_mib, .1);
  const auto copies = points(root, 3);
  const auto windows = points(root, 4);
  ASSERT_EQ(copies.size(), 4U);
  ASSERT_EQ(windows.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const double K = std::exp2(i);  // 1, 2, 4, 8
    for (const Place& place : {copies[i], windows[i]}) {
      EXPECT_NEAR(place.x, steep[0].x + K * pixels_per_node, .1);
    }
    EXPECT_NEAR(copies[i].y, flat[0].y, .1);
    EXPECT_NEAR(windows[i].y, steep[0].y - K * 32 * pixels_per_mib, .1);
  }
  EXPECT_THAT(drawing.alt,
              HasSubstr("a window on each node: 32.0 MiB at K = 1"));
}

TEST_F(Charts, PutThePointsOfTheWritingFigureAtTheirValues) {
  const Drawing drawing = figure("writing").draw(reports_for("writing"));
  const Element root = parse_xml(drawing.svg);
  const auto steep = ends(root, 1);  // D·(1 + N·f)
  const auto flat = ends(root, 2);   // D·f, from the origin on
  const double pixels_per_f = (flat[1].x - flat[0].x) / 1.03;
  const double pixels_per_mib = (flat[0].y - flat[1].y) / (64 * 1.03);
  EXPECT_NEAR(steep[0].y, flat[0].y - 64 * pixels_per_mib, .1);
  EXPECT_NEAR(steep[1].y, flat[0].y - 64 * (1 + 4 * 1.03) * pixels_per_mib, .1);
  const auto sums = points(root, 3);
  const auto parents = points(root, 4);
  const std::vector<double> parts = {0, 1. / 16384, 1. / 16, .25, 1};
  ASSERT_EQ(sums.size(), parts.size());
  ASSERT_EQ(parents.size(), parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double written = parts[i] * 64;
    EXPECT_NEAR(sums[i].x, flat[0].x + parts[i] * pixels_per_f, .1);
    EXPECT_NEAR(sums[i].y,
                flat[0].y - (14 + 4 * (13 + written * .8)) * pixels_per_mib,
                .1);
    EXPECT_NEAR(parents[i].y, flat[0].y - (written + .5) * pixels_per_mib, .1);
  }
  EXPECT_THAT(drawing.alt, HasSubstr("66.0 MiB at f = 0,"));
  EXPECT_THAT(drawing.alt, HasSubstr("16.5 MiB at f = 1/4,"));
}

// A report with a chart of two curves and one point measured on each.
Json with_chart(double x, double high, double low) {
  return {{"lesson", "10_density"},
          {"charts",
           {{{"title", "Little is much"},
             {"subtitle", "Copied pages: points measured, curves the formula."},
             {"x", {{"label", "q, in %"}, {"symbol", "q"}, {"unit", "%"}}},
             {"y_unit", "MiB"},
             {"curves",
              {{{"name", "s = 32"},
                {"formula", {{0, 0}, {1, 60}, {2, 90}}},
                {"measured", {{x, high}}}},
               {{"name", "s = 64"},
                {"formula", {{0, 0}, {1, 50}, {2, 89}}},
                {"measured", {{x, low}}}}}}}}}};
}

TEST_F(Charts, OfALessonHaveTheCurvesAndThePointsOfAllReports) {
  const Drawing drawing =
      draw_chart({with_chart(1, 61, 45), with_chart(2, 88, 80)});
  const Element root = parse_xml(drawing.svg);
  const auto paths = plot(root, 1).all("path");
  ASSERT_EQ(paths.size(), 1U);
  std::vector<Place> curve(3);
  ASSERT_EQ(std::sscanf(paths[0]->at("d").c_str(), "M%lf,%lf L%lf,%lf L%lf,%lf",
                        &curve[0].x, &curve[0].y, &curve[1].x, &curve[1].y,
                        &curve[2].x, &curve[2].y),
            6);
  const double pixels_per_percent = curve[1].x - curve[0].x;
  const double pixels_per_mib = (curve[0].y - curve[1].y) / 60;
  EXPECT_NEAR(curve[2].x, curve[0].x + 2 * pixels_per_percent, .1);
  EXPECT_NEAR(curve[2].y, curve[0].y - 90 * pixels_per_mib, .1);
  const auto high = points(root, 3);
  const auto low = points(root, 4);
  ASSERT_EQ(high.size(), 2U);
  ASSERT_EQ(low.size(), 2U);
  EXPECT_NEAR(high[0].x, curve[1].x, .1);
  EXPECT_NEAR(high[0].y, curve[0].y - 61 * pixels_per_mib, .1);
  EXPECT_NEAR(low[1].x, curve[2].x, .1);
  EXPECT_NEAR(low[1].y, curve[0].y - 80 * pixels_per_mib, .1);
  EXPECT_THAT(drawing.alt, HasSubstr("s = 32: 61 MiB at q = 1 %, "
                                     "88 MiB at q = 2 %. s = 64: 45 MiB"));
}

TEST_F(Charts, OfALessonRoundLargeFiguresToThreeDigits) {
  const Drawing drawing = draw_chart({with_chart(1, 22512, 999.6)});
  EXPECT_THAT(drawing.alt, HasSubstr("s = 32: 22,500 MiB at q = 1 %."));
  EXPECT_THAT(drawing.alt, HasSubstr("s = 64: 1,000 MiB"));
}

// The two curves end almost at the same height.
TEST_F(Charts, PutNamesOfCurvesBelowEachOther) {
  const Drawing drawing = draw_chart({with_chart(1, 61, 45)});
  const Element root = parse_xml(drawing.svg);
  std::map<std::string, double> heights;
  for (const Element* group : root.all("g")) {
    const auto transform = group->attributes.find("transform");
    const auto texts = group->all("text");
    double x = 0;
    double y = 0;
    if (transform == group->attributes.end() || texts.size() != 1 ||
        std::sscanf(transform->second.c_str(), "translate(%lf,%lf)", &x, &y) !=
            2) {
      continue;
    }
    std::string text = texts[0]->text;
    for (const Element* part : texts[0]->all("tspan")) text += part->text;
    heights[text] = y;
  }
  ASSERT_EQ(heights.count("s = 32"), 1U);
  ASSERT_EQ(heights.count("s = 64"), 1U);
  EXPECT_NEAR(heights["s = 64"], heights["s = 32"] + 19, .5);
}

TEST(ChartsOfLessons, RefuseCurvesThatDiffer) {
  Json other = with_chart(2, 88, 80);
  other["charts"][0]["curves"][1]["formula"][1][1] = 51;
  EXPECT_THROW(draw_chart({with_chart(1, 61, 45), other}), FigureError);
}

TEST(ChartsOfLessons, RefuseMoreCurvesThanColours) {
  Json many = with_chart(1, 61, 45);
  Json& curves = many["charts"][0]["curves"];
  for (int i = 0; i < 3; ++i) curves.push_back(curves[0]);
  EXPECT_THROW(draw_chart({many}), FigureError);
  const Json none = {{"lesson", "10_density"}};
  EXPECT_THROW(draw_chart({none}), FigureError);
}

TEST_F(Charts, RefuseReportsOfUnequalData) {
  std::vector<Json> reports = reports_for("workers");
  reports[5]["parameters"]["data"] = 2 * kMiB;
  EXPECT_THAT(refusal("workers", reports), HasSubstr("same amount of data"));
}

TEST_F(Charts, ReportErrorsOfGnuplot) {
  try {
    gnuplot("plot nonsense", 100, 100);
    FAIL() << "it was drawn";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(),
                ::testing::AllOf(HasSubstr("gnuplot ended with exit status"),
                                 HasSubstr("undefined variable")));
  }
}

TEST(ChartsWithoutGnuplot, NameTheMissingProgram) {
  const std::string path = std::getenv("PATH");
  ASSERT_EQ(::setenv("PATH", "/nowhere", 1), 0);
  EXPECT_EQ(refusal("writing", reports_for("writing")),
            "the picture writing: gnuplot is not there: "
            "common/setup/packages.sh docs installs it");
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace book::testing

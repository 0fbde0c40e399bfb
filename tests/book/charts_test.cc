// The charts that gnuplot draws, read back.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "book/figure.h"
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
                         ::testing::Values("workers", "writing"),
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

TEST_P(EachChart, AreDocumentsWithWordsForLightAndDarkPages) {
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

TEST_P(EachChart, AreTheSameTwiceAndNameNoVersion) {
  const Drawing first = draw();
  EXPECT_EQ(first.svg, draw().svg);
  for (const char* word : {"GNUPLOT", "Gnuplot", "patchlevel", "\"Arial\""}) {
    EXPECT_THAT(first.svg, Not(HasSubstr(word)));
  }
}

TEST_P(EachChart, HaveNoTextThatIsTooSmall) {
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

TEST_F(Charts, OfWorkersHaveEachPointWhereItsFigureIs) {
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
                          double server) {
    const auto places = points(root, number);
    ASSERT_EQ(places.size(), 10U);
    for (int N = 1; N <= 10; ++N) {
      const Place& place = places[static_cast<std::size_t>(N - 1)];
      EXPECT_NEAR(place.x, steep[0].x + N * pixels_per_worker, .1);
      EXPECT_NEAR(place.y,
                  zero - (parent + N * worker + server) * pixels_per_mib, .1);
    }
  };
  expect(3, 13, 77, 0);    // pass_self
  expect(4, 65, 64.5, 0);  // spawn
  expect(5, 14, 13, 0);    // global
  expect(6, 1, 13, 13.5);  // fork server
  EXPECT_THAT(drawing.alt, HasSubstr("01 pass_self: 90.0 MiB at N = 1,"));
  EXPECT_THAT(drawing.alt, HasSubstr("07 fork server: 27.5 MiB at N = 1,"));
  EXPECT_THAT(drawing.alt, HasSubstr("144.5 MiB at N = 10."));
}

TEST_F(Charts, OfWritingHaveEachPointWhereItsFigureIs) {
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

TEST_F(Charts, OfUnequalDataAreNotDrawn) {
  std::vector<Json> reports = reports_for("workers");
  reports[5]["parameters"]["data"] = 2 * kMiB;
  EXPECT_THAT(refusal("workers", reports), HasSubstr("same amount of data"));
}

TEST_F(Charts, SayWhatGnuplotSaysOfAScript) {
  try {
    gnuplot("plot nonsense", 100, 100);
    FAIL() << "it was drawn";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(),
                ::testing::AllOf(HasSubstr("gnuplot ended with exit status"),
                                 HasSubstr("undefined variable")));
  }
}

TEST(ChartsWithoutGnuplot, SayThatItIsNotThere) {
  const std::string path = std::getenv("PATH");
  ASSERT_EQ(::setenv("PATH", "/nowhere", 1), 0);
  EXPECT_EQ(refusal("writing", reports_for("writing")),
            "the picture writing: gnuplot is not there: "
            "common/setup/packages.sh docs installs it");
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace book::testing

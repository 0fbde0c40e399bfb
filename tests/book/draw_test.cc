// Every picture from real runs: what the lessons write can be drawn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "book/figure.h"
#include "book/reports.h"
#include "book/xml.h"
#include "cow/memory/environment.h"
#include "support/lesson_json.h"
#include "support/programs.h"

namespace book::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class RealRuns : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Pictures, RealRuns,
                         ::testing::Values("course", "inversion", "messages",
                                           "start_methods", "page_map",
                                           "refcounts", "cures",
                                           "shared_memory", "writing"),
                         [](const auto& named) { return named.param; });

TEST_P(RealRuns, CanBeDrawn) {
  // NOLINTNEXTLINE(cert-env33-c): a constant command
  if (GetParam() == "writing" && std::system("gnuplot --version") != 0) {
    GTEST_SKIP() << "gnuplot is not installed";
  }
  if (GetParam() == "inversion" && !cow::has_zero_page()) {
    GTEST_SKIP() << "this kernel has no zero page";
  }
  std::vector<nlohmann::json> reports;
  for (const book::Run& run : figure(GetParam()).runs) {
    // The question's own size takes 9 GiB; the default is enough here.
    const bool large = run.flags == std::vector<std::string>{"--full-scale"};
    reports.push_back(cow::testing::run_lesson_json(
        run.program, large ? std::vector<std::string>() : run.flags));
  }
  const Drawing drawing = figure(GetParam()).draw(reports);
  const Element root = parse_xml(drawing.svg);
  EXPECT_EQ(root.child_text("desc"), drawing.alt);
}

TEST(RealRunsOfWorkers, CanBeDrawn) {
  // NOLINTNEXTLINE(cert-env33-c): a constant command
  if (std::system("gnuplot --version") != 0) {
    GTEST_SKIP() << "gnuplot is not installed";
  }
  // Each lesson is run once, with one worker, and stands for all its runs.
  std::map<std::string, nlohmann::json> first;
  std::vector<nlohmann::json> reports;
  for (const book::Run& run : figure("workers").runs) {
    if (!first.contains(run.program)) {
      first[run.program] =
          cow::testing::run_lesson_json(run.program, run.flags);
    }
    reports.push_back(first[run.program]);
  }
  EXPECT_THAT(figure("workers").draw(reports).alt,
              AllOf(HasSubstr("07 fork server: 6"), HasSubstr("13 memfd: 6")));
}

}  // namespace
}  // namespace book::testing

// Lesson 08: each bound derived again from the raw figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Counts = std::vector<std::int64_t>;

constexpr const char* kWorkers = "pages of workers";
constexpr const char* kParent = "pages of parent";
constexpr const char* kOwn = "pages of their own";

// The values of the figure called `what` of a moment.
Counts counted(const nlohmann::json& report, const std::string& moment,
               const std::string& what) {
  for (const auto& claim : report.at("claims")) {
    const auto& figure = claim.at("figure");
    if (figure.at("moment") == moment && figure.at("what") == what) {
      return figure.at("values").get<Counts>();
    }
  }
  ADD_FAILURE() << moment << " has no figure " << what;
  return {};
}

// Within 1 %, or within the dozens of pages that a process may have more or
// less than it had over nothing.
void expect_about(std::int64_t measured, std::int64_t expected,
                  std::int64_t least_slack = 128 * kKiB) {
  const std::int64_t slack = std::max(expected / 100, least_slack);
  EXPECT_GE(measured, expected - slack);
  EXPECT_LE(measured, expected + slack);
}

// What the processes of one pool have of D, in bytes.
struct Shares {
  std::int64_t worker_uss;
  std::int64_t worker_pss;
  std::int64_t parent_uss;
  std::int64_t total_pss;
};

// Each of N workers wrote w bytes: f·D in the course's formulas.
Shares of_the_same_pages(std::int64_t D, std::int64_t w, std::int64_t N) {
  return {.worker_uss = w,
          .worker_pss = w + (D - w) / (N + 1),
          .parent_uss = w,
          .total_pss = D + N * w};
}

Shares of_pages_of_their_own(std::int64_t D, std::int64_t w, std::int64_t N) {
  return {.worker_uss = w,
          .worker_pss = w + (D - N * w) / (N + 1) + (N - 1) * w / N,
          .parent_uss = N > 1 ? 0 : w,
          .total_pss = D + N * w};
}

std::int64_t own_pss(const Row& row) { return row.pss - row.pss_file; }

void expect_shares(const Held& nothing, const Held& held,
                   const Shares& expected) {
  Row base{};
  for (const Row& worker : nothing.workers) {
    base.uss = std::max(base.uss, worker.uss);
    base.pss = std::max(base.pss, own_pss(worker));
  }
  for (const Row& worker : held.workers) {
    expect_about(worker.uss - base.uss, expected.worker_uss);
    expect_about(own_pss(worker) - base.pss, expected.worker_pss);
  }
  // Pages of the program that the parent alone has used are its own, unless the
  // same program runs a second time just now.
  expect_about(held.parent.uss - nothing.parent.uss, expected.parent_uss,
               2 * kMiB);
  expect_about(held.sum(&Row::pss) - pss_base(nothing, held),
               expected.total_pss);
}

// One pool of lesson 08: how many pages each worker wrote.
struct Pool {
  std::string moment;
  std::int64_t written;
};

class PageMap : public ::testing::TestWithParam<std::int64_t> {
 protected:
  static constexpr std::int64_t D = 64 * kMiB;

  std::int64_t N() const { return GetParam(); }
  std::int64_t R() const { return D / page(); }
  std::int64_t page() const {
    return report_.at("environment").at("page_size");
  }

  std::vector<Pool> of_the_same() const {
    return {{"the same pages, f = 0", 0},
            {"the same pages, f = 1/R", 1},
            {"the same pages, f = 1/16", R() / 16},
            {"the same pages, f = 1/4", R() / 4},
            {"the same pages, f = 1", R()}};
  }

  void expect_faults_exclusive_and_private_pages_as_written() const;
  void expect_old_pages_with_the_parent_alone() const;
  void expect_memory_by_the_formulas() const;

  nlohmann::json report_ =
      report_of("08_page_map", {"--workers", std::to_string(GetParam())});
};

void PageMap::expect_faults_exclusive_and_private_pages_as_written() const {
  std::vector<Pool> pools = of_the_same();
  pools.push_back({kOwn, R() / 16});
  for (const auto& [moment, written] : pools) {
    const auto all = static_cast<std::size_t>(3 * N());
    EXPECT_THAT(counted(report_, moment, kWorkers),
                AllOf(SizeIs(all), Each(written)))
        << moment;
  }
}

void PageMap::expect_old_pages_with_the_parent_alone() const {
  EXPECT_EQ(counted(report_, "the same pages, f = 1/16", kParent),
            Counts(2, R() / 16));
  EXPECT_EQ(counted(report_, kOwn, kParent),
            Counts(2, N() == 1 ? R() / 16 : 0));
}

void PageMap::expect_memory_by_the_formulas() const {
  const Held nothing = moment_of(report_, kNothing);
  for (const auto& [moment, written] : of_the_same()) {
    SCOPED_TRACE(moment);
    expect_shares(nothing, moment_of(report_, moment),
                  of_the_same_pages(D, written * page(), N()));
  }
  SCOPED_TRACE(kOwn);
  expect_shares(nothing, moment_of(report_, kOwn),
                of_pages_of_their_own(D, D / 16, N()));
}

// One run, looked at from all sides.
TEST_P(PageMap, CopiesOnlyThePagesThatAreWritten) {
  expect_faults_exclusive_and_private_pages_as_written();
  expect_old_pages_with_the_parent_alone();
  expect_memory_by_the_formulas();
}

INSTANTIATE_TEST_SUITE_P(Workers, PageMap, ::testing::Values(1, 2, 4, 10));

// The file's tags are closed in their order, so that it is XML.
void expect_well_formed(const std::string& svg) {
  std::vector<std::string> open;
  for (std::size_t at = svg.find('<'); at != std::string::npos;
       at = svg.find('<', at)) {
    const std::size_t end = svg.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(at + 1, end - at - 1);
    at = end;
    if (tag.ends_with('/')) continue;
    if (!tag.starts_with('/')) {
      open.push_back(tag.substr(0, tag.find(' ')));
      continue;
    }
    ASSERT_FALSE(open.empty());
    EXPECT_EQ(open.back(), tag.substr(1));
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

TEST(PageMapPicture, IsDrawnInTheReportAndInAFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "map.svg";
  const Outcome outcome =
      run({program("08_page_map"), "--data", "4MiB", "--svg", file});
  ASSERT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("  parent    oooo"));
  EXPECT_THAT(outcome.out, HasSubstr("  worker 1  ####"));
  EXPECT_THAT(outcome.out, HasSubstr("the same: worker 2, worker 3, worker 4"));

  std::ifstream in(file);
  const std::string svg(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(svg, StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, EndsWith("</svg>\n"));
  expect_well_formed(svg);
  for (const char* row :
       {"parent · 1,024 shared", "parent · 960 shared · 64 now its own",
        "worker 4 · 960 shared · 64 copied"}) {
    EXPECT_THAT(svg, HasSubstr(std::string("<title>") + row + "</title>"));
  }
}

// The pages of each row of the picture, as kinds.
using Drawn = std::map<std::string, Counts>;  // by "group, label"

Drawn drawn(const nlohmann::json& report) {
  Drawn rows;
  for (const auto& row : report.at("pictures").at(0).at("rows")) {
    Counts& pages = rows[row.at("group").get<std::string>().substr(0, 22) +
                         ", " + row.at("label").get<std::string>()];
    for (const auto& run : row.at("runs")) {
      pages.insert(pages.end(), run.at(1).get<std::size_t>(), run.at(0));
    }
  }
  return rows;
}

TEST(PageMapPicture, ShowsEachPageOfEveryProcessBeforeAndAfterWrites) {
  const nlohmann::json report = report_of("08_page_map", {"--data", "4MiB"});
  const std::int64_t page = report.at("environment").at("page_size");
  Drawn rows = drawn(report);
  ASSERT_EQ(rows.size(), 15U);
  constexpr std::int64_t kShared = 0;
  constexpr std::int64_t kCopied = 1;
  constexpr std::int64_t kNowItsOwn = 2;
  const auto pages = [&](std::int64_t begin, std::int64_t kind) {
    Counts all(static_cast<std::size_t>(4 * kMiB / page), kShared);
    const auto size = std::ssize(all);
    std::fill_n(all.begin() + begin * size / 16, size / 16, kind);
    return all;
  };
  const Counts shared = pages(0, kShared);
  EXPECT_EQ(rows["After: every worker ha, parent"], pages(0, kNowItsOwn));
  EXPECT_EQ(rows["After: each worker has, parent"], shared);
  EXPECT_EQ(rows["Before: nobody has wri, parent"], shared);
  for (const std::int64_t i : {0, 1, 2, 3}) {
    const std::string worker = ", worker " + std::to_string(i + 1);
    EXPECT_EQ(rows["Before: nobody has wri" + worker], shared);
    EXPECT_EQ(rows["After: every worker ha" + worker], pages(0, kCopied));
    EXPECT_EQ(rows["After: each worker has" + worker], pages(4 * i, kCopied));
  }
}

TEST(PageMapItems, MayOutnumberTheWorkers) {
  const nlohmann::json report =
      report_of("08_page_map", {"--data", "4MiB", "--items", "40"});
  EXPECT_EQ(moment_of(report, kOwn).batches, 40);
  EXPECT_THAT(counted(report, kOwn, kWorkers), SizeIs(3U * 4));
}

TEST(PageMapWorkers, DivideTheRegionEvenly) {
  const nlohmann::json report =
      report_of("08_page_map", {"--data", "4MiB", "--workers", "20"});
  const std::int64_t page = report.at("environment").at("page_size");
  EXPECT_THAT(counted(report, kOwn, kWorkers),
              AllOf(SizeIs(3U * 20), Each(4 * kMiB / page / 20)));
}

}  // namespace
}  // namespace cow::testing

// The two reports of a run: for a person, and for programs.
#include "cow/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "cow/report/table.h"

namespace cow {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

Process process(pid_t pid, Bytes rss_size, Bytes pss_size, Bytes uss_size) {
  Process process;
  process.pid = pid;
  process.command = "04_global";
  process.usage.rss = rss_size;
  process.usage.pss = pss_size;
  process.usage.private_dirty = uss_size;
  return process;
}

Result result() {
  Moment moment;
  moment.name = "every worker holds its task";
  moment.parent = process(10, 68_MiB, 15_MiB, 2_MiB);
  moment.workers = {process(11, 65_MiB, 13_MiB, 68_KiB)};
  moment.batches = 1;
  moment.to_workers = 60_B;
  Result result;
  result.about = {.name = "04_global",
                  .question = "Is it shared?",
                  .answer = "It is.",
                  .next = "05"};
  result.flags.workers = 1;
  result.flags.items = 1;
  result.chunk_size = 1;
  result.environment.kernel = "Linux 6.1";
  result.environment.swap = 0_B;
  result.moments = {moment};
  result.claims = {{.says = "it is in the pipe",
                    .measured = moment.pipe_bytes(),
                    .expected = {Formula("h", 60_B), 60, 60}},
                   {.says = "it is shared",
                    .measured = moment.each_worker(uss),
                    .expected = {Formula("b", 72_KiB), 4 << 10, 256 << 10},
                    .hint = "somebody writes to it"}};
  return result;
}

TEST(TextReport, ShowsProcessesClaimsAndTheAnswer) {
  const std::string text = to_text(result(), false);
  EXPECT_THAT(text, HasSubstr("Is it shared?"));
  EXPECT_THAT(text, HasSubstr("D = 64.0 MiB of data · N = 1 worker · n = 1"));
  EXPECT_THAT(text,
              HasSubstr("   11  worker     65.0 MiB  13.0 MiB   68 KiB\n"));
  EXPECT_THAT(text,
              HasSubstr("       together  133.0 MiB  28.0 MiB  2.1 MiB\n"));
  EXPECT_THAT(text, HasSubstr("  holds  it is in the pipe  "));
  EXPECT_THAT(text,
              HasSubstr("   60 bytes  60 bytes\n           h, exactly\n"));
  EXPECT_THAT(text, HasSubstr("     72 KiB    68 KiB\n"
                              "           b, from 4 KiB to 256 KiB\n"));
  EXPECT_THAT(text, HasSubstr("\n  h = 60 bytes · b = 72 KiB\n"));
  EXPECT_THAT(text, HasSubstr("It is.\nNext: 05\n"));
  EXPECT_THAT(text, EndsWith("\n\n2 of 2 claims hold\n"));
  EXPECT_THAT(text, Not(HasSubstr("FAILS")));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(TextReport, ExplainsAClaimThatFails) {
  Result failing = result();
  failing.claims[1].measured.values = {1000, 300'000'000};
  const std::string text = to_text(failing, false);
  EXPECT_THAT(text, HasSubstr("FAILS it is shared\n"));
  EXPECT_THAT(text,
              HasSubstr("  read        every worker holds its task, worker "
                        "uss: 1,000 bytes, 300,000,000\n"
                        "              bytes\n"));
  EXPECT_THAT(text, HasSubstr("b = 72 KiB = 73,728 bytes\n"));
  EXPECT_THAT(text, HasSubstr("from 4,096 bytes to 262,144 bytes\n"));
  EXPECT_THAT(text, HasSubstr("somebody writes to it\n"));
  EXPECT_THAT(text, Not(HasSubstr("It is.")));
  EXPECT_THAT(text, EndsWith("\n\n1 of 2 claims hold\n"));
  EXPECT_FALSE(failing.holds());
}

TEST(TextReport, IsNoWiderThanATerminal) {
  Result wide = result();
  const std::string words =
      "one two three four five six seven eight nine ten "
      "eleven twelve thirteen fourteen fifteen sixteen";
  wide.about.question = wide.about.answer = wide.about.next = words;
  wide.environment.kernel = "Linux " + std::string(30, '6');
  wide.flags.data = 1024_GiB;
  const Formula D("D", 100'000'000'000_B);
  wide.claims.push_back(
      {.says = words,
       .measured = {.moment = words,
                    .what = "to_workers",
                    .values = std::vector<std::int64_t>(100, D.value() + 1)},
       .expected = {D + D + D + D + D + D + D + D + D + D + D + D + D + D + D,
                    1, D.value()},
       .hint = words});
  wide.exhibits = {};
  std::istringstream lines(to_text(wide, false));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), 80U) << line;
  }
}

TEST(TextReport, NeedsNoFormulaForAPlainNumber) {
  Result plain = result();
  plain.claims[0].expected = {60_B, 60, 60};
  EXPECT_THAT(to_text(plain, false), Not(HasSubstr("exactly")));
}

TEST(TextReport, ShowsSumsForSeveralMoments) {
  Result several = result();
  several.moments.push_back(several.moments[0]);
  several.moments[1].name = "another moment";
  const std::string text = to_text(several, false);
  EXPECT_THAT(text, HasSubstr("ΣRSS"));
  EXPECT_THAT(text, HasSubstr("another moment"));
  EXPECT_THAT(text, HasSubstr("133.0 MiB"));
}

TEST(TextReport, ShowsAddedTextAndThePictureAfterTheProcesses) {
  Result shown = result();
  shown.exhibits.push_back({"A message", "  01 02\n"});
  shown.picture =
      PagePicture{.title = "Pages",
                  .kinds = {{.name = "shared", .sign = ".", .color = kGrey}},
                  .rows = {{.label = "parent", .pages = {0, 0}}}};
  const std::string text = to_text(shown, false);
  const std::size_t exhibit = text.find("A message\n  01 02\n");
  ASSERT_NE(exhibit, std::string::npos) << text;
  EXPECT_GT(exhibit, text.find("together"));
  EXPECT_GT(text.find("Pages"), exhibit);
  EXPECT_LT(text.find("Pages"), text.find("Claims"));
}

TEST(TextReport, ShowsAChartAsATableOfItsPoints) {
  const Chart chart{.title = "",
                    .subtitle = "",
                    .y_unit = "µs",
                    .x = {"D, MiB", "D", "MiB"},
                    .curves = {{"fork", {}, {{4, 99.6}, {64, 1234}}},
                               {"spawn", {}, {{4, 7}, {64, 8}}}}};
  EXPECT_EQ(to_text(chart),
            "  µs     4 MiB  64 MiB\n"
            "  fork     100   1,234\n"
            "  spawn      7       8\n");
}

TEST(TextReport, ExplainsASymbolOnceWithAllItsValues) {
  Result shown = result();
  for (const std::int64_t base : {3, 5}) {
    shown.claims.push_back(
        {.says = "something",
         .measured = {.moment = "now", .what = "worker uss", .values = {base}},
         .expected = {Formula("b_x", Bytes(base)), base, base}});
  }
  const std::string text = to_text(shown, false);
  EXPECT_NE(text.find("b_x = 3 bytes, 5 bytes"), std::string::npos) << text;
}

TEST(TextReport, ShowsTheForkServerAmongTheProcesses) {
  Result shown = result();
  shown.moments.back().server = shown.moments.back().parent;
  EXPECT_NE(to_text(shown, false).find("fork server"), std::string::npos);
  EXPECT_NE(to_json(shown).find("\"role\": \"fork server\""),
            std::string::npos);
}

TEST(Result, DoesNotHoldWithoutClaims) {
  Result empty = result();
  empty.claims.clear();
  EXPECT_FALSE(empty.holds());
}

TEST(JsonReport, HasTheDocumentedFields) {
  const auto json = nlohmann::json::parse(to_json(result()));
  EXPECT_EQ(json.at("lesson"), "04_global");
  EXPECT_EQ(json.at("parameters").at("data"), 64 << 20);
  EXPECT_EQ(json.at("parameters").at("workers"), 1);
  EXPECT_EQ(json.at("parameters").at("items"), 1);
  EXPECT_EQ(json.at("parameters").at("chunk_size"), 1);
  EXPECT_EQ(json.at("parameters").at("start_method"), "fork");
  EXPECT_EQ(json.at("environment").at("swap"), 0);
  const auto& moment = json.at("moments").at(0);
  EXPECT_EQ(moment.at("name"), "every worker holds its task");
  EXPECT_EQ(moment.at("processes").at(0).at("role"), "parent");
  const auto& worker = moment.at("processes").at(1);
  EXPECT_EQ(worker.at("role"), "worker");
  EXPECT_EQ(worker.at("pid"), 11);
  EXPECT_EQ(worker.at("rss"), 65 << 20);
  EXPECT_EQ(worker.at("pss"), 13 << 20);
  EXPECT_EQ(worker.at("uss"), 68 << 10);
  EXPECT_EQ(json.at("transfer").at("batches"), 1);
  EXPECT_EQ(json.at("transfer").at("to_workers"), 60);
  const auto& claim = json.at("claims").at(1);
  EXPECT_EQ(claim.at("formula"), "b");
  EXPECT_EQ(claim.at("unit"), "bytes");
  EXPECT_EQ(claim.at("predicted"), 72 << 10);
  EXPECT_EQ(claim.at("low"), 4 << 10);
  EXPECT_EQ(claim.at("high"), 256 << 10);
  EXPECT_EQ(claim.at("measured"), 68 << 10);
  EXPECT_EQ(claim.at("holds"), true);
  EXPECT_EQ(claim.at("likely"), "somebody writes to it");
  EXPECT_FALSE(json.at("claims").at(0).contains("likely"));
}

TEST(JsonReport, SaysWhatTheSymbolsOfAFormulaStandFor) {
  Result shown = result();
  shown.claims[0].expected.formula =
      Formula("T", 4) * (Formula("h", 56_B) + Formula("D", 64_MiB));
  const auto json = nlohmann::json::parse(to_json(shown));
  EXPECT_EQ(json.at("claims").at(0).at("symbols"),
            nlohmann::json({{"T", 4}, {"h", 56}, {"D", 64 << 20}}));
}

TEST(JsonReport, StoresThePictureAsRunsOfPages) {
  Result shown = result();
  EXPECT_FALSE(nlohmann::json::parse(to_json(shown)).contains("pictures"));
  PagePicture picture{"Pages",
                      {{"shared", ".", kGrey, kDarkGrey}, {"own", "#", kBlue}},
                      {{"nothing", {}}}};
  picture.add("after", {{"worker 1", {0, 0, 1, 1, 1, 0}}});
  picture.note = "Blue: its own.";
  shown.picture = picture;
  EXPECT_EQ(nlohmann::json::parse(to_json(shown)).at("pictures"),
            nlohmann::json::parse(R"([{
              "title": "Pages", "note": "Blue: its own.",
              "kinds": [{"name": "shared", "sign": ".", "color": "#D9D9D9",
                         "dark": "#3A424B"},
                        {"name": "own", "sign": "#", "color": "#0072B2"}],
              "rows": [{"label": "nothing", "runs": []},
                       {"label": "worker 1", "group": "after",
                        "runs": [[0, 2], [1, 3], [0, 1]]}]}])"));
}

TEST(JsonReport, IsValidForAnyProcessName) {
  Result called = result();
  // 15 bytes of a longer name: the last character is cut.
  called.moments[0].workers[0].command = "fifteen_bytes_\xc3";
  const auto json = nlohmann::json::parse(to_json(called));
  EXPECT_EQ(json.at("moments").at(0).at("processes").at(1).at("command"),
            "fifteen_bytes_\uFFFD");
}

TEST(JsonReport, OmitsUnreadableFigures) {
  const auto json = nlohmann::json::parse(to_json(result()));
  EXPECT_FALSE(json.at("environment").contains("thp"));
  EXPECT_FALSE(json.at("environment").contains("available"));
  const auto& worker = json.at("moments").at(0).at("processes").at(1);
  EXPECT_FALSE(worker.contains("peak_rss"));
  EXPECT_FALSE(worker.contains("page_tables"));
}

}  // namespace
}  // namespace cow

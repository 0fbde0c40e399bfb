// What is on the screen: made-up looks, laid out for screens of every size.
#include "cowtop/layout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>

#include "cowtop/samples.h"

namespace cowtop {
namespace {

using namespace cow::literals;
using cow::Bytes;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::make_row;
using testing::make_sample;
using ::testing::Not;
using ::testing::StartsWith;

class Layout : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) {
      GTEST_SKIP() << "there is no locale C.UTF-8 here";
    }
    view_.title = "python3 job.py";
  }

  // As the screen does: the view gets what the picture says.
  Picture lay_out(const Sample& sample, Size size) {
    keep_selected(sample, view_);
    const Scene scene{.sample = sample,
                      .mappings = &mappings_,
                      .why = &why_,
                      .output = &output_};
    Picture picture = cowtop::lay_out(scene, view_, size);
    view_.first = picture.first;
    view_.shown = picture.shown;
    view_.total = picture.total;
    view_.widths = picture.widths;
    return picture;
  }

  std::string text(const Sample& sample, Size size) {
    std::string text;
    for (const Line& line : lay_out(sample, size).lines) {
      text += to_string(line) + "\n";
    }
    return text;
  }

  // The line that has `part`; empty if none has.
  std::string line_with(const Sample& sample, Size size,
                        std::string_view part) {
    for (const Line& line : lay_out(sample, size).lines) {
      if (to_string(line).find(part) != std::string::npos) {
        return to_string(line);
      }
    }
    return "";
  }

  View view_;
  cow::Reading<std::vector<NamedMappings>> mappings_ = cow::Absent{"not read"};
  std::vector<std::string> why_;
  std::vector<std::string> output_;
};

constexpr Size kScreen{.columns = 80, .lines = 24};

TEST_F(Layout, ShowsTheTwoTotalsOneAboveTheOther) {
  const std::string shown = text(make_sample(4), kScreen);
  EXPECT_THAT(shown, HasSubstr("\nwhat top adds up       332.0 MiB  ΣRSS  ━"));
  EXPECT_THAT(shown, HasSubstr("\nwhat the machine pays   66.0 MiB  ΣPSS  ━"));
}

TEST_F(Layout, DrawsTheBarsToOneScale) {
  Sample sample = make_sample(0);
  sample.totals.rss = 400_MiB;
  sample.totals.pss = 100_MiB;
  const auto length = [&](std::string_view name) {
    const std::string line = line_with(sample, kScreen, name);
    return cells(line.substr(line.find("━")));
  };
  EXPECT_EQ(length("ΣRSS"), 40U);
  EXPECT_EQ(length("ΣPSS"), 10U);
}

TEST_F(Layout, ShowsTheTreeWithItsFiguresInColumns) {
  Sample sample = make_sample(2);
  sample.rows.push_back(make_row(120, 2, "grandchild", 2_GiB, 1_MiB, 36_KiB));
  sample.rows.push_back(make_row(130, 1, "last", 1_MiB, 512_KiB, Bytes()));
  const std::string shown = text(sample, {.columns = 100, .lines = 24});
  EXPECT_THAT(
      shown,
      HasSubstr(
          " PID         RSS       PSS       USS  swap  new private  per second"
          "  command\n"));
  EXPECT_THAT(
      shown,
      HasSubstr(
          "▸100    68.0 MiB  14.0 MiB   1.0 MiB     0            0           0"
          "  python3 job.py\n"));
  EXPECT_THAT(shown, HasSubstr("  ├─ worker 1\n"));
  EXPECT_THAT(shown, HasSubstr("  ├─ worker 2\n"));
  EXPECT_THAT(shown, HasSubstr("  │  └─ grandchild\n"));
  EXPECT_THAT(shown, HasSubstr("  └─ last\n"));
  EXPECT_THAT(shown, HasSubstr("2048.0 MiB"));
}

TEST_F(Layout, ShowsTheReasonInPlaceOfMissingFigures) {
  Sample sample = make_sample(1);
  sample.rows.push_back(
      testing::unreadable_row(140, 1, "sshd", "permission denied"));
  EXPECT_THAT(
      line_with(sample, kScreen, "sshd"),
      AllOf(StartsWith(" 140  permission denied  "), HasSubstr("└─ sshd")));
  EXPECT_THAT(line_with(sample, {.columns = 40, .lines = 12}, "└─"),
              StartsWith(" 140  permission denied "));
}

TEST_F(Layout, ShowsGrowthWithASign) {
  Sample sample = make_sample(1);
  sample.rows[0].became_private = Bytes() - 4_KiB;
  sample.rows[0].private_per_second = 61_MiB;
  const std::string line =
      line_with(sample, {.columns = 100, .lines = 24}, "▸");
  EXPECT_THAT(line, HasSubstr("  -4 KiB   +61.0 MiB  python3"));
}

TEST_F(Layout, FitsAnyScreenSize) {
  for (const int workers : {0, 1, 12, 1000}) {
    Sample sample = make_sample(workers);
    sample.rows.back().command = "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字";
    sample.rows.back().usage = cow::Absent{"a reason that is rather long 漢字"};
    for (const Page page : {Page::kTable, Page::kHelp, Page::kMappings}) {
      view_.page = page;
      for (std::size_t columns = 1; columns <= 200; columns += 3) {
        for (const std::size_t lines : {1U, 2U, 5U, 12U, 24U, 70U}) {
          const Picture picture =
              lay_out(sample, {.columns = columns, .lines = lines});
          ASSERT_LE(picture.lines.size(), lines);
          for (const Line& line : picture.lines) {
            ASSERT_LE(cells(to_string(line)), columns) << to_string(line);
          }
        }
      }
    }
  }
}

TEST_F(Layout, DropsTheLeastImportantColumnsFirst) {
  const Sample sample = make_sample(2);
  const auto headings = [&](std::size_t columns) {
    return line_with(sample, {.columns = columns, .lines = 24}, "command");
  };
  EXPECT_THAT(headings(100), HasSubstr("swap  new private  per second"));
  EXPECT_THAT(headings(80), AllOf(HasSubstr("USS  new private  per second"),
                                  Not(HasSubstr("swap"))));
  EXPECT_THAT(headings(66),
              AllOf(HasSubstr("USS  new private  command"), HasSubstr("RSS")));
  EXPECT_THAT(headings(50), AllOf(HasSubstr("RSS"), HasSubstr("PSS"),
                                  HasSubstr("USS  command")));
  EXPECT_THAT(headings(40), AllOf(HasSubstr("PID"), HasSubstr("PSS"),
                                  HasSubstr("USS"), Not(HasSubstr("RSS"))));
  EXPECT_THAT(headings(20), AllOf(HasSubstr("USS"), Not(HasSubstr("PID"))));
}

TEST_F(Layout, KeepsTheSortedColumn) {
  view_.order = Order::kRss;
  EXPECT_THAT(
      line_with(make_sample(2), {.columns = 40, .lines = 24}, "command"),
      HasSubstr("RSS"));
  view_.order = Order::kPrivate;
  EXPECT_THAT(
      line_with(make_sample(2), {.columns = 40, .lines = 24}, "command"),
      HasSubstr("new private"));
}

TEST_F(Layout, ShowsSwapWhereThereIsSome) {
  Sample sample = make_sample(2);
  cow::Usage usage = *sample.rows[1].usage;
  usage.swap = 5_MiB;
  sample.rows[1].usage = usage;
  testing::add_up(sample);
  EXPECT_THAT(text(sample, kScreen),
              AllOf(HasSubstr("swap"), HasSubstr("5.0 MiB")));
}

TEST_F(Layout, CutsLongCommands) {
  Sample sample = make_sample(0);
  sample.rows[0].command = std::string(5000, 'x');
  const std::string line = line_with(sample, kScreen, "▸");
  EXPECT_EQ(cells(line), 80U);
  EXPECT_TRUE(line.ends_with("x…")) << line;
}

TEST_F(Layout, LeavesOutTheFolderOfAProgram) {
  Sample sample = make_sample(2);
  sample.rows[0].command = "/usr/bin/python3 /tmp/job.py";
  sample.rows[1].command = "/bin/";
  sample.rows[2].command = "[kworker/0:1]";
  const std::string shown = text(sample, kScreen);
  EXPECT_THAT(shown, HasSubstr("  python3 /tmp/j"));
  EXPECT_THAT(shown, HasSubstr("├─ /bin/\n"));
  EXPECT_THAT(shown, HasSubstr("└─ [kworker/0:1]\n"));
}

TEST_F(Layout, ReplacesControlCharactersInCommands) {
  Sample sample = make_sample(0);
  sample.rows[0].command = "evil\x1b[2J\n\x07";
  view_.title = "also\x1b]0;evil\x07";
  const std::string shown = text(sample, kScreen);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(shown.find('\x07'), std::string::npos);
  EXPECT_THAT(shown, HasSubstr("evil?[2J??"));
}

TEST_F(Layout, SaysHowManyProcessesAreAboveAndBelow) {
  Sample sample = make_sample(1000);
  std::string shown = text(sample, kScreen);
  EXPECT_THAT(shown, Not(HasSubstr(" above")));
  EXPECT_THAT(shown, HasSubstr(" below, PSS "));
  EXPECT_THAT(shown, HasSubstr("1001 processes"));

  press(Key::kEnd, sample, view_);
  shown = text(sample, kScreen);
  EXPECT_THAT(shown, HasSubstr("worker 1000"));
  EXPECT_THAT(shown, HasSubstr(" above, PSS "));
  EXPECT_THAT(shown, Not(HasSubstr(" below")));
}

TEST_F(Layout, CountsEachHiddenProcessEitherAboveOrBelow) {
  const Sample sample = make_sample(1000);
  for (int i = 0; i < 3; ++i) {
    lay_out(sample, kScreen);
    press(Key::kPageDown, sample, view_);
  }
  const Picture picture = lay_out(sample, kScreen);
  const std::size_t below = 1001 - picture.first - picture.shown;
  EXPECT_GT(picture.first, 0U);
  EXPECT_THAT(line_with(sample, kScreen, " below"),
              HasSubstr(fmt::format(" {} above, PSS ", picture.first)));
  EXPECT_THAT(line_with(sample, kScreen, " above"),
              HasSubstr(fmt::format(" {} below, PSS ", below)));
}

TEST_F(Layout, KeepsTheSelectedProcessOnTheScreen) {
  const Sample sample = make_sample(1000);
  const Size size{.columns = 40, .lines = 12};
  for (const Key key : {Key::kDown, Key::kPageDown, Key::kPageDown, Key::kUp,
                        Key::kEnd, Key::kPageUp, Key::kUp, Key::kHome}) {
    lay_out(sample, size);
    press(key, sample, view_);
    EXPECT_THAT(line_with(sample, size, "▸"),
                HasSubstr(fmt::format("{} ", view_.selected)));
  }
}

TEST_F(Layout, ShowsTheWholeTableIfItFits) {
  const std::string shown = text(make_sample(10), kScreen);
  EXPECT_THAT(shown, HasSubstr("└─ worker 10"));
  EXPECT_THAT(shown, HasSubstr("evidence two"));
  EXPECT_THAT(shown, Not(HasSubstr(" below")));
}

TEST_F(Layout, DropsTheEvidenceBeforeTheTable) {
  const std::string shown = text(make_sample(10), {.columns = 80, .lines = 12});
  EXPECT_THAT(shown, HasSubstr("copy-on-write works."));
  EXPECT_THAT(shown, Not(HasSubstr("evidence")));
}

TEST_F(Layout, ShowsAsMuchEvidenceAsFits) {
  Sample sample = make_sample(3);
  sample.diagnosis.evidence.assign(30, "one of many");
  const std::string shown = text(sample, kScreen);
  EXPECT_THAT(shown, HasSubstr("└─ worker 3"));
  EXPECT_THAT(shown, HasSubstr("  · one of many\n  · one of many …\n"));
}

TEST_F(Layout, KeepsSomeEvidenceBesideManyProcesses) {
  Sample sample = make_sample(100);
  sample.diagnosis.evidence.assign(30, "one of many");
  EXPECT_THAT(text(sample, {.columns = 80, .lines = 30}),
              HasSubstr("  · one of many …\n"));
  EXPECT_THAT(text(sample, {.columns = 80, .lines = 18}),
              Not(HasSubstr("one of many")));
}

TEST_F(Layout, WrapsTheSentenceAtTheScreenWidth) {
  const std::string shown = text(make_sample(10), {.columns = 40, .lines = 14});
  EXPECT_THAT(shown, HasSubstr("\nAbout 64.0 MiB is shared by all\n"
                               "processes: copy-on-write works.\n"));
}

TEST_F(Layout, PutsNotesAndKeysAtTheBottom) {
  const Picture picture = lay_out(make_sample(2), kScreen);
  ASSERT_EQ(picture.lines.size(), 24U);
  EXPECT_EQ(to_string(picture.lines[22]), "· a note at the bottom");
  EXPECT_THAT(to_string(picture.lines[23]), StartsWith("q quit   h help"));
}

TEST_F(Layout, LimitsTheNotes) {
  Sample sample = make_sample(10);
  sample.notes.assign(50, "one of many notes");
  const std::string shown = text(sample, kScreen);
  EXPECT_THAT(shown, HasSubstr("one of many notes …\nq quit"));
  EXPECT_THAT(shown, HasSubstr("└─ worker 10"));
}

TEST_F(Layout, NamesTheSortOrderAndThePause) {
  const Sample sample = make_sample(2);
  EXPECT_THAT(line_with(sample, kScreen, "cowtop"),
              AllOf(HasSubstr("3 processes · "), HasSubstr(" · every 2 s"),
                    Not(HasSubstr("by "))));
  view_.paused = true;
  view_.order = Order::kUss;
  EXPECT_THAT(line_with(sample, kScreen, "cowtop"),
              HasSubstr("paused · by USS · 3 processes · "));
  EXPECT_THAT(line_with(sample, {.columns = 40, .lines = 12}, "cowtop"),
              HasSubstr("paused · by USS"));
}

TEST_F(Layout, ShowsTheControlGroupInTheFirstLine) {
  Sample sample = make_sample(2);
  sample.group = cow::CgroupMemory{300_MiB, 512_MiB};
  EXPECT_THAT(line_with(sample, kScreen, "cowtop"),
              HasSubstr("3 processes · cgroup 300.0 MiB of 512.0 MiB · "));
}

TEST_F(Layout, SortsEachColumnWithTheLargestFirst) {
  const Sample sample = make_sample(3);
  const auto top = [&](Order order) {
    return sample.rows[ordered(sample, order).front()].pid;
  };
  EXPECT_EQ(top(Order::kTree), 100);
  EXPECT_EQ(top(Order::kRss), 100);
  EXPECT_EQ(top(Order::kPss), 100);
  EXPECT_EQ(top(Order::kUss), 103);
  EXPECT_EQ(top(Order::kPrivate), 101);
}

TEST_F(Layout, SortsUnreadableProcessesLast) {
  Sample sample = make_sample(2);
  sample.rows[0].usage = cow::Absent{"permission denied"};
  sample.rows[1].became_private = Bytes() - 1_GiB;
  EXPECT_EQ(ordered(sample, Order::kPrivate),
            (std::vector<std::size_t>{2, 1, 0}));
}

TEST_F(Layout, DrawsNoTreeIfSortedByAColumn) {
  view_.order = Order::kPss;
  EXPECT_THAT(text(make_sample(2), kScreen), Not(HasSubstr("├─")));
}

TEST_F(Layout, KeepsColumnsInPlaceWhenAFigureGetsShorter) {
  Sample sample = make_sample(2);
  sample.rows[1] = make_row(101, 1, "worker 1", 2_GiB, 1_MiB, 1_MiB);
  const std::string wide = line_with(sample, kScreen, "command");
  EXPECT_EQ(line_with(make_sample(2), kScreen, "command"), wide);
}

TEST_F(Layout, LeavesRoomForCommandsInADeepTree) {
  Sample sample = make_sample(0);
  for (int depth = 1; depth < 60; ++depth) {
    sample.rows.push_back(
        make_row(200 + depth, depth, "deep", 1_MiB, 1_MiB, 1_MiB));
  }
  view_.position = 59;
  view_.chosen = true;
  view_.selected = 259;
  EXPECT_THAT(line_with(sample, kScreen, "▸259"), HasSubstr("└─ deep"));
}

TEST_F(Layout, UsesWordsForATerminalWithoutUtf8) {
  view_.charset = Charset::kAscii;
  Sample sample = make_sample(1000);
  sample.rows[1].command = "größe";
  sample.diagnosis.sentence = "ΣPSS is 1 MiB…";
  const std::string shown = text(sample, kScreen);
  EXPECT_TRUE(std::all_of(shown.begin(), shown.end(), [](char c) {
    return c == '\n' || (c >= ' ' && c < 0x7F);
  })) << shown;
  EXPECT_THAT(shown, HasSubstr("sum of PSS"));
  EXPECT_THAT(shown, HasSubstr("> 100"));
  EXPECT_THAT(shown, HasSubstr("|- gr??e"));
}

TEST_F(Layout, SaysIfThereIsNoProcess) {
  Sample sample;
  EXPECT_THAT(text(sample, kScreen),
              AllOf(HasSubstr("0 processes"), HasSubstr(" no process\n")));
  EXPECT_EQ(press(Key::kMappings, sample, view_), Action::kNothing);
  EXPECT_EQ(view_.page, Page::kTable);
}

TEST_F(Layout, ShowsMappingsByName) {
  std::vector<NamedMappings> mappings(3);
  mappings[0] = {.name = "(anonymous)", .count = 12, .usage = {}};
  mappings[0].usage.private_dirty = 61_MiB;
  mappings[0].usage.rss = 64_MiB;
  mappings[1] = {.name = "[heap]", .count = 1, .usage = {}};
  mappings[1].usage.private_clean = 4_MiB;
  mappings[2] = {.name = "/lib/libc.so", .count = 5, .usage = {}};
  mappings_ = mappings;
  const Sample sample = make_sample(1);
  lay_out(sample, kScreen);
  ASSERT_EQ(press(Key::kMappings, sample, view_), Action::kMappings);
  const std::string shown = text(sample, kScreen);
  EXPECT_THAT(shown, HasSubstr("mappings of 100  python3 job.py\n"
                               "65.0 MiB private in 18 mappings\n"));
  EXPECT_THAT(shown,
              HasSubstr("  private       RSS       PSS  mappings  name\n"
                        " 61.0 MiB  64.0 MiB         0        12  (anonymous)\n"
                        "  4.0 MiB         0         0         1  [heap]\n"
                        "        0         0         0         5  "
                        "/lib/libc.so\n"));
}

TEST_F(Layout, ShowsWhatOfAMappingWasInheritedCopiedAndMade) {
  std::vector<NamedMappings> mappings(2);
  mappings[0] = {.name = "(anonymous)", .count = 12, .usage = {}};
  mappings[0].pages = {.shared = 3_MiB, .copied = 2_MiB, .own = 1_MiB};
  mappings[1] = {.name = "[heap]", .count = 1, .usage = {}};
  mappings_ = mappings;
  const Sample sample = make_sample(1);
  lay_out(sample, kScreen);
  press(Key::kMappings, sample, view_);
  EXPECT_THAT(text(sample, {.columns = 60, .lines = 24}),
              HasSubstr("  private    shared    copied       own  name\n"
                        "        0   3.0 MiB   2.0 MiB   1.0 MiB  (anonymous)\n"
                        "        0         -         -         -  [heap]\n"));
}

TEST_F(Layout, SaysWhyThereAreNoMappings) {
  mappings_ = cow::Absent{"process 100: permission denied"};
  const Sample sample = make_sample(1);
  lay_out(sample, kScreen);
  press(Key::kMappings, sample, view_);
  EXPECT_THAT(text(sample, kScreen),
              HasSubstr("process 100: permission denied"));
}

TEST_F(Layout, ScrollsALongPage) {
  const Sample sample = make_sample(1);
  const Size size{.columns = 40, .lines = 12};
  press(Key::kHelp, sample, view_);
  EXPECT_THAT(text(sample, size),
              AllOf(HasSubstr("The columns"), HasSubstr(" below"),
                    Not(HasSubstr(" above"))));
  press(Key::kEnd, sample, view_);
  EXPECT_THAT(text(sample, size),
              AllOf(HasSubstr("back to the table"), HasSubstr(" above"),
                    Not(HasSubstr(" below"))));
  press(Key::kBack, sample, view_);
  EXPECT_THAT(text(sample, size), HasSubstr("worker 1"));
}

TEST_F(Layout, ShowsWhatHasChangedInCopiedPages) {
  why_ = {"PID 101 has copied 3.0 MiB.", "98 % hold \x1b[float"};
  const Sample sample = make_sample(1);
  EXPECT_EQ(press(Key::kWhy, sample, view_), Action::kWhy);
  EXPECT_THAT(text(sample, kScreen),
              HasSubstr("PID 101 has copied 3.0 MiB.\n98 % hold ?[float\n"));
}

TEST_F(Layout, ShowsTheOutputOfACommand) {
  view_.has_output = true;
  output_ = {"step 1 of 9", "step\t2"};
  const Sample sample = make_sample(1);
  EXPECT_THAT(text(sample, kScreen), HasSubstr("o output"));
  press(Key::kOutput, sample, view_);
  EXPECT_THAT(text(sample, kScreen), HasSubstr("step 1 of 9\nstep?2\n"));
}

}  // namespace
}  // namespace cowtop

// The live screen in a real terminal, over figures that are made up (stage.cc).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cowtop/tmux.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string stage(const std::string& flags = "") {
  return program("cowtop_stage").string() + " " + flags;
}

class Screen : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = no_tmux(); !reason.empty()) {
      GTEST_SKIP() << reason;
    }
  }
};

// The line of the screen that has `part`.
std::string line_with(const std::string& screen, std::string_view part) {
  const std::size_t at = screen.find(part);
  if (at == screen.npos) return "";
  const std::size_t begin = screen.rfind('\n', at) + 1;
  return screen.substr(begin, screen.find('\n', at) - begin);
}

TEST_F(Screen, ShowsTheTable) {
  Tmux terminal(100, 24);
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("└─ worker 4"));
  const std::string screen = terminal.screen();
  EXPECT_THAT(screen, HasSubstr("cowtop  stage"));
  EXPECT_THAT(screen, HasSubstr("5 processes"));
  EXPECT_THAT(screen, HasSubstr("what top adds up       272.0 MiB  ΣRSS  ━━━"));
  EXPECT_THAT(screen, HasSubstr("what the machine pays   56.0 MiB  ΣPSS  ━━━"));
  EXPECT_THAT(screen, HasSubstr("copy-on-write works."));
  EXPECT_THAT(screen, HasSubstr("▸1000  68.0 MiB  14.0 MiB    80 KiB"));
  EXPECT_THAT(screen, HasSubstr(" 1003  permission denied"));
  EXPECT_THAT(screen, HasSubstr("q quit   h help"));
  EXPECT_EQ(terminal.ask("#{cursor_flag}"), "0");
}

TEST_F(Screen, KeepsSampling) {
  Tmux terminal;
  terminal.type(stage());
  EXPECT_TRUE(terminal.wait_for("look 3,"));
}

TEST_F(Screen, ChangesTheSortOrderWhenSIsPressed) {
  Tmux terminal(100, 24);
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("processes"));
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_for("by RSS"));
  EXPECT_TRUE(terminal.wait_for("▸1004"));
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_for("by PSS"));
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_for("by USS"));
  EXPECT_TRUE(terminal.wait_for("▸1002"));
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_for("by new private"));
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_until([](const std::string& screen) {
    return screen.find("by new private") == screen.npos &&
           screen.find("▸1000") != screen.npos;
  }));
}

TEST_F(Screen, StandsStillWhilePaused) {
  Tmux terminal;
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("look 2"));
  terminal.press("p");
  ASSERT_TRUE(terminal.wait_for("paused"));
  const std::string look = line_with(terminal.screen(), "look ");
  // Keys are answered while nothing is read.
  terminal.press("s");
  ASSERT_TRUE(terminal.wait_for("by RSS"));
  terminal.press("s");
  ASSERT_TRUE(terminal.wait_for("by PSS"));
  EXPECT_EQ(line_with(terminal.screen(), "look "), look);
  terminal.press("Space");
  EXPECT_TRUE(terminal.wait_until([&](const std::string& screen) {
    return screen.find("paused") == screen.npos &&
           line_with(screen, "look ") != look;
  }));
}

TEST_F(Screen, TakesNoSampleWhilePausedWhateverKeyIsPressed) {
  Tmux terminal;
  terminal.type(stage("--interval 500"));
  ASSERT_TRUE(terminal.wait_for("processes"));
  terminal.press("p");
  ASSERT_TRUE(terminal.wait_for("paused"));
  const std::string look = line_with(terminal.screen(), "look ");
  terminal.press("r");
  terminal.press("+");
  ASSERT_TRUE(terminal.wait_for("every 1 s"));
  terminal.press("-");
  ASSERT_TRUE(terminal.wait_for("every 0.5 s"));
  EXPECT_EQ(line_with(terminal.screen(), "look "), look);
  terminal.press("p");
  EXPECT_TRUE(terminal.wait_for("forgotten 1"));
}

TEST_F(Screen, ShowsHelpOnHAndGoesBackOnEsc) {
  Tmux terminal;
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("processes"));
  terminal.press("h");
  EXPECT_TRUE(terminal.wait_for("what the machine pays"));
  EXPECT_TRUE(terminal.wait_for("The columns"));
  terminal.press("Escape");
  EXPECT_TRUE(terminal.wait_for("worker 4"));
  terminal.press("?");
  EXPECT_TRUE(terminal.wait_for("The columns"));
}

TEST_F(Screen, MovesOnArrowsAndShowsMappings) {
  Tmux terminal;
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("▸1000"));
  terminal.press("Down");
  ASSERT_TRUE(terminal.wait_for("▸1001"));
  terminal.press("Enter");
  ASSERT_TRUE(terminal.wait_for("mappings of 1001"));
  EXPECT_THAT(terminal.screen(), HasSubstr("3.0 MiB private in 40 mappings"));
  EXPECT_THAT(terminal.screen(), HasSubstr("156 KiB"));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("lib1.so")));
  terminal.press("End");
  EXPECT_TRUE(terminal.wait_for("lib1.so"));
  terminal.press("Escape");
  ASSERT_TRUE(terminal.wait_for("▸1001"));
  terminal.press("Down");
  terminal.press("Down");
  terminal.press("m");
  EXPECT_TRUE(terminal.wait_for("mappings of 1003"));
  EXPECT_TRUE(terminal.wait_for("permission denied"));
}

TEST_F(Screen, ReadsCopiedPagesOncePerPressOfW) {
  Tmux terminal;
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  terminal.press("w");
  ASSERT_TRUE(terminal.wait_for("asked 1"));
  terminal.press("w");
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  terminal.press("w");
  EXPECT_TRUE(terminal.wait_for("asked 2"));
}

TEST_F(Screen, AsksWhatTheSelectedProcessHasChanged) {
  Tmux terminal;
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  terminal.press("Down");
  terminal.press("Down");
  terminal.press("w");
  EXPECT_TRUE(terminal.wait_for("copied by 1002"));
  EXPECT_TRUE(terminal.wait_for("asked 1 of 1002"));
}

TEST_F(Screen, ForgetsEarlierSamplesIfRIsPressed) {
  Tmux terminal;
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("forgotten 0"));
  terminal.press("r");
  EXPECT_TRUE(terminal.wait_for("forgotten 1"));
}

TEST_F(Screen, ChangesTheIntervalOnPlusAndMinus) {
  Tmux terminal;
  terminal.type(stage("--interval 10000"));
  ASSERT_TRUE(terminal.wait_for("every 10 s"));
  terminal.press("-");
  EXPECT_TRUE(terminal.wait_for("every 5 s"));
  terminal.press("+");
  EXPECT_TRUE(terminal.wait_for("every 10 s"));
}

TEST_F(Screen, ScrollsThroughAThousandProcesses) {
  Tmux terminal;
  terminal.type(stage("--rows 1000"));
  ASSERT_TRUE(terminal.wait_for("1000 processes"));
  EXPECT_THAT(terminal.screen(), HasSubstr(" below, PSS "));
  terminal.press("End");
  ASSERT_TRUE(terminal.wait_for("▸1999"));
  EXPECT_THAT(terminal.screen(), HasSubstr(" above, PSS "));
  terminal.press("PageUp");
  ASSERT_TRUE(terminal.wait_until([](const std::string& screen) {
    return screen.find("▸1999") == screen.npos &&
           screen.find(" below, PSS ") != screen.npos;
  }));
  terminal.press("Home");
  EXPECT_TRUE(terminal.wait_for("▸1000"));
}

TEST_F(Screen, WorksInANarrowTerminal) {
  Tmux terminal(40, 12);
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("▸1000  14.0 MiB    80 KiB  python3"));
  const std::string screen = terminal.screen();
  EXPECT_THAT(screen, HasSubstr("what top adds up       272.0 MiB"));
  EXPECT_THAT(screen, HasSubstr("About 64.0 MiB is shared by all\n"));
  EXPECT_THAT(screen, HasSubstr("q quit   h help"));
}

TEST_F(Screen, SurvivesATinyTerminal) {
  Tmux terminal(20, 5);
  terminal.type(stage());
  EXPECT_TRUE(terminal.wait_for("ΣPSS"));
  terminal.press("h");
  terminal.press("m");
  terminal.press("q");
  EXPECT_TRUE(terminal.wait_for("a person has quit"));
}

TEST_F(Screen, FollowsTheSizeOfTheTerminal) {
  Tmux terminal(100, 24);
  terminal.type(stage("--interval 60000"));
  ASSERT_TRUE(terminal.wait_for("per second"));
  terminal.resize(40, 12);
  EXPECT_TRUE(terminal.wait_until([](const std::string& screen) {
    return screen.find("per second") == screen.npos &&
           screen.find("q quit   h help") != screen.npos;
  }));
  terminal.resize(120, 30);
  EXPECT_TRUE(terminal.wait_for("per second"));
}

TEST_F(Screen, HasColoursUnlessNoColorIsSet) {
  // 32 is green, for "it is shared".
  constexpr std::string_view kGreen = "32m";
  Tmux with(80, 24);
  with.type(stage());
  ASSERT_TRUE(with.wait_for("copy-on-write works."));
  EXPECT_THAT(with.screen_with_attributes(), HasSubstr(kGreen));

  Tmux without(80, 24, "NO_COLOR=1");
  without.type(stage());
  ASSERT_TRUE(without.wait_for("copy-on-write works."));
  EXPECT_THAT(without.screen_with_attributes(),
              Not(::testing::ContainsRegex("\x1b\\[[0-9;]*3[0-7]")));
}

TEST_F(Screen, WorksOnASimpleTerminal) {
  Tmux terminal(80, 24, "TERM=vt100");
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  terminal.press("q");
  ASSERT_TRUE(terminal.wait_for("a person has quit"));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("worker 4")));
}

TEST_F(Screen, UsesWordsWhereThereIsNoUtf8) {
  Tmux terminal(80, 24, "LC_ALL=C");
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("sum of RSS"));
  EXPECT_TRUE(terminal.wait_for("`- worker 4"));
}

TEST_F(Screen, RefusesATerminalThatCannotShowIt) {
  Tmux terminal(100, 24, "TERM=dumb");
  terminal.type(stage() + "; echo ended with $?");
  ASSERT_TRUE(terminal.wait_for("ended with 1"));
  EXPECT_THAT(terminal.screen(),
              AllOf(HasSubstr("TERM=dumb"), HasSubstr("cowtop --once")));
}

std::string content(const std::filesystem::path& path) {
  const Reading<std::string> text = read_file(path);
  return text ? *text : "(not there: " + path.string() + ")";
}

// A way to end the screen, and what the shell sees then.
struct Way {
  const char* name;
  const char* flags;
  std::function<void(Tmux&, pid_t stage, const Child& watched)> end;
  int status;
  const char* text;
};

std::ostream& operator<<(std::ostream& out, const Way& way) {
  return out << way.name;
}

Child park() {
  return Child::fork([] {
    ::pause();
    return 0;
  });
}

class WaysToEnd : public Screen, public ::testing::WithParamInterface<Way> {};

// After it the terminal has to be as before.
TEST_P(WaysToEnd, LeaveTheTerminalAsItWas) {
  Tmux terminal;
  terminal.type("stty -g > before; echo what was there before");
  ASSERT_TRUE(terminal.wait_for("\nwhat was there before"));
  Child watched = park();
  terminal.type(fmt::format("sh -c 'echo $$ > pid; exec {}--watches {} {}'",
                            stage(), watched.pid(), GetParam().flags));
  if (*GetParam().flags == '\0' && terminal.wait_for("processes")) {
    const pid_t pid = std::stoi(content(terminal.file("pid")));
    GetParam().end(terminal, pid, watched);
  }
  // A new prompt, and nothing of the screen.
  terminal.wait_until([](const std::string& screen) {
    return screen.find("what was there before\n") != screen.npos &&
           screen.rfind("\nready>") > screen.rfind("exec ");
  });
  terminal.type("echo ended with $?; stty -g > after; echo compared");
  terminal.wait_for("\ncompared");
  const std::string screen = terminal.screen();
  EXPECT_THAT(screen, HasSubstr("\nwhat was there before"));
  EXPECT_THAT(screen,
              HasSubstr(fmt::format("ended with {}", GetParam().status)));
  EXPECT_THAT(screen, HasSubstr(GetParam().text));
  EXPECT_THAT(screen, Not(HasSubstr("what the machine pays")));
  EXPECT_EQ(terminal.ask("#{alternate_on} #{cursor_flag}"), "0 1");
  EXPECT_EQ(terminal.ask("#{keypad_cursor_flag} #{keypad_flag}"), "0 0");
  EXPECT_EQ(content(terminal.file("after")), content(terminal.file("before")));
  watched.kill(SIGKILL);
  watched.wait();
}

INSTANTIATE_TEST_SUITE_P(
    , WaysToEnd,
    ::testing::Values(
        Way{"Q", "",
            [](Tmux& terminal, pid_t, const Child&) { terminal.press("q"); }, 0,
            "a person has quit"},
        Way{"ControlC", "",
            [](Tmux& terminal, pid_t, const Child&) { terminal.press("C-c"); },
            128 + SIGINT, ""},
        Way{"Terminate", "",
            [](Tmux&, pid_t stage, const Child&) { ::kill(stage, SIGTERM); },
            128 + SIGTERM, ""},
        Way{"HangUp", "",
            [](Tmux&, pid_t stage, const Child&) { ::kill(stage, SIGHUP); },
            128 + SIGHUP, ""},
        Way{"TheEndOfWhatIsWatched", "",
            [](Tmux&, pid_t, const Child& watched) { watched.kill(SIGKILL); },
            0, "the process has ended"},
        Way{"NothingMoreToWatch", "--over 5", [](Tmux&, pid_t, const Child&) {},
            0, "the process has ended"},
        Way{"AnException", "--throws 5", [](Tmux&, pid_t, const Child&) {}, 1,
            "cowtop: made to fail"}),
    [](const auto& way) { return way.param.name; });

TEST_F(Screen, CanBeStoppedAndContinued) {
  Tmux terminal;
  terminal.type("stty -g > before; echo what was there before");
  ASSERT_TRUE(terminal.wait_for("\nwhat was there before"));
  terminal.type(stage());
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  terminal.press("C-z");
  ASSERT_TRUE(terminal.wait_for("what was there before"));
  EXPECT_EQ(terminal.ask("#{alternate_on} #{cursor_flag}"), "0 1");
  terminal.type("stty -g > stopped; echo comp''ared");
  ASSERT_TRUE(terminal.wait_for("\ncompared"));
  EXPECT_EQ(content(terminal.file("stopped")),
            content(terminal.file("before")));
  terminal.type("fg");
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  EXPECT_EQ(terminal.ask("#{alternate_on} #{cursor_flag}"), "1 0");
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_for("by RSS"));
  terminal.press("q");
  EXPECT_TRUE(terminal.wait_for("a person has quit"));
}

TEST_F(Screen, IsDrawnAgainAfterSigstop) {
  Tmux terminal;
  // By a short name: the shell repeats the command where the screen's cursor
  // was, and its prompt would be broken over two lines by a long one.
  std::filesystem::create_symlink(program("cowtop_stage"),
                                  terminal.file("stage"));
  terminal.type("sh -c 'echo $$ > pid; exec ./stage'");
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  const pid_t pid = std::stoi(content(terminal.file("pid")));
  ::kill(pid, SIGSTOP);
  ASSERT_TRUE(terminal.wait_for("ready>"));
  // The terminal is as the screen had it: Enter is no end of a line there.
  terminal.press("f");
  terminal.press("g");
  terminal.press("C-j");
  ASSERT_TRUE(terminal.wait_until([](const std::string& screen) {
    return screen.find("worker 4") != screen.npos &&
           screen.find("ready>") == screen.npos;
  }));
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_for("by RSS"));
  terminal.press("q");
  EXPECT_TRUE(terminal.wait_for("a person has quit"));
}

// Whether what `process` refers to ends, however long that takes.
bool ends(const Descriptor& process) {
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 15'000) == 1;
}

TEST_F(Screen, IgnoresHangUpsIfItsShellIgnoredThem) {
  Tmux terminal;
  terminal.type("trap '' HUP; sh -c 'echo $$ > pid; exec " + stage() + "'");
  ASSERT_TRUE(terminal.wait_for("worker 4"));
  ::kill(std::stoi(content(terminal.file("pid"))), SIGHUP);
  terminal.press("s");
  EXPECT_TRUE(terminal.wait_for("by RSS"));
}

TEST_F(Screen, EndsWithItsTerminalEvenIfHangUpsAreIgnored) {
  Descriptor process;
  {
    Tmux terminal;
    terminal.type("trap '' HUP; sh -c 'echo $$ > pid; exec " +
                  stage("--interval 60000") + "'");
    ASSERT_TRUE(terminal.wait_for("worker 4"));
    process = open_pidfd(std::stoi(content(terminal.file("pid"))));
  }
  EXPECT_TRUE(ends(process));
}

}  // namespace
}  // namespace cow::testing

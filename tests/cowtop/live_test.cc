// cowtop itself in a real terminal, over real processes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "cow/memory/region.h"
#include "cow/os/bytes.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cowtop/tmux.h"

namespace cow::testing {
namespace {

using namespace literals;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::string cowtop(const std::string& arguments) {
  return program("cowtop").string() + " " + arguments;
}

class LiveCowtop : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = no_tmux(); !reason.empty()) {
      GTEST_SKIP() << reason;
    }
  }
};

// A process that has written 32 MiB, and a child that has written half of them
// again; both wait to be killed.
class ParkedTree {
 public:
  ParkedTree() {
    Pipe ready = make_pipe();
    root_ = Child::fork([&] { return park(ready.writer.get()); });
    ready.writer.close();
    read_fully(ready.reader.get(), &child_, sizeof(child_));
  }
  ParkedTree(const ParkedTree&) = delete;
  ParkedTree& operator=(const ParkedTree&) = delete;
  ~ParkedTree() { end(); }

  pid_t root() const { return root_.pid(); }
  pid_t child() const { return child_; }
  // The child first: what remains of it is reaped by the root's reaper.
  void end() {
    if (!root_) return;
    ::kill(child_, SIGKILL);
    root_.kill(SIGKILL);
    root_.wait();
  }

 private:
  static int park(int ready) {
    const Region region(to_pages(32_MiB));
    region.write(Pages(0), region.pages());
    const pid_t child = ::fork();
    if (child == 0) {
      region.write(Pages(0), to_pages(16_MiB));
      const pid_t self = ::getpid();
      write_fully(ready, &self, sizeof(self));
    }
    for (;;) ::pause();
  }

  Child root_;
  pid_t child_ = 0;
};

TEST_F(LiveCowtop, ShowsATreeOfRealProcesses) {
  const ParkedTree tree;
  Tmux terminal(110, 24);
  terminal.type(cowtop(std::to_string(tree.root())));
  ASSERT_TRUE(terminal.wait_for("2 processes"));
  EXPECT_THAT(
      terminal.screen(),
      AllOf(HasSubstr(fmt::format("process {}", tree.root())),
            HasSubstr(fmt::format("▸{}", tree.root())),
            HasSubstr(fmt::format(" {}", tree.child())), HasSubstr("└─ ")));
}

TEST_F(LiveCowtop, ShowsTheMappingsOfAProcess) {
  const ParkedTree tree;
  Tmux terminal(110, 24);
  terminal.type(cowtop(std::to_string(tree.root())));
  ASSERT_TRUE(terminal.wait_for("2 processes"));
  terminal.press("Down");
  terminal.press("m");
  ASSERT_TRUE(terminal.wait_for(fmt::format("mappings of {}", tree.child())));
  ASSERT_TRUE(terminal.wait_for("(anonymous)"));
  EXPECT_THAT(terminal.screen(),
              ContainsRegex("copied .*\n *16.0 MiB +16.0 MiB +16.0 MiB "));
}

TEST_F(LiveCowtop, CutsTheCommandsOfATableOnlyInATerminal) {
  const std::string name(200, '/');
  Child child =
      Child::spawn("/usr/bin/tail", {"tail", "-f", name + "dev/null"}, {}, {});
  Tmux terminal(90, 40);
  const std::string once = cowtop(fmt::format("--once {}", child.pid()));
  terminal.type(once + " > whole; " + once + "; echo ended with $?");
  EXPECT_TRUE(terminal.wait_for("\nended with 0"));
  EXPECT_THAT(*read_file(terminal.file("whole")),
              HasSubstr("  tail -f " + name + "dev/null\n"));
  EXPECT_THAT(terminal.screen(),
              AllOf(HasSubstr("  tail -f ///"), HasSubstr("///…\n")));
  child.kill(SIGKILL);
  child.wait();
}

TEST_F(LiveCowtop, EndsWhenTheWatchedProcessEnds) {
  ParkedTree tree;
  Tmux terminal(110, 40);
  terminal.type("stty -g > before");
  terminal.type(cowtop(
      fmt::format("{} --interval 0.1; echo ended with $?", tree.root())));
  ASSERT_TRUE(terminal.wait_for("2 processes"));
  const pid_t root = tree.root();
  tree.end();
  ASSERT_TRUE(terminal.wait_for("ended with 0"));
  EXPECT_THAT(terminal.screen(),
              AllOf(HasSubstr(fmt::format("process {} has ended", root)),
                    HasSubstr("What the machine pays")));
  terminal.type("stty -g > after; cmp before after && echo as be''fore");
  EXPECT_TRUE(terminal.wait_for("as before"));
  EXPECT_EQ(terminal.ask("#{alternate_on} #{cursor_flag}"), "0 1");
}

// A command that prints, waits for a file, prints again and ends with 7.
constexpr std::string_view kCommand =
    "-- sh -c 'echo first; echo error >&2; mkfifo go; read x < go; echo last; "
    "exit 7'; echo ended with $?; stty -g > after; echo compared";

TEST_F(LiveCowtop, KeepsTheOutputAndTheStatusOfItsCommand) {
  Tmux terminal(110, 40);
  terminal.type("stty -g > before");
  terminal.type(cowtop(std::string(kCommand)));
  ASSERT_TRUE(terminal.wait_for("1 process "));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("\nfirst")));
  terminal.press("o");
  ASSERT_TRUE(terminal.wait_for("\nfirst\nerror\n"));
  terminal.press("Escape");
  write_file(terminal.file("go"), "x\n");
  ASSERT_TRUE(terminal.wait_for("\ncompared"));
  EXPECT_THAT(
      terminal.screen(),
      AllOf(HasSubstr("\nfirst\nerror\nlast\n"),
            HasSubstr("cowtop: sh has ended; the machine paid most at "),
            HasSubstr("\nended with 7\n")));
  EXPECT_EQ(*read_file(terminal.file("after")),
            *read_file(terminal.file("before")));
  EXPECT_EQ(terminal.ask("#{alternate_on} #{cursor_flag}"), "0 1");
}

TEST_F(LiveCowtop, LetsTheCommandGoOnAfterQuit) {
  Tmux terminal(110, 40);
  terminal.type(cowtop(std::string(kCommand)));
  ASSERT_TRUE(terminal.wait_for("1 process "));
  terminal.press("q");
  // What was kept comes now, what follows as it is printed.
  ASSERT_TRUE(terminal.wait_for("\nfirst\nerror\n"));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("\nlast")));
  write_file(terminal.file("go"), "x\n");
  ASSERT_TRUE(terminal.wait_for("\nended with 7\n"));
  EXPECT_THAT(terminal.screen(), HasSubstr("\nfirst\nerror\nlast\nended"));
}

TEST_F(LiveCowtop, DoesNotCaptureRedirectedOutput) {
  Tmux terminal(110, 40);
  terminal.type(
      cowtop("-- sh -c 'echo to the file >&2; mkfifo go; read x < go'"
             " 2> errors; echo ended with $?"));
  ASSERT_TRUE(terminal.wait_for("1 process "));
  EXPECT_EQ(*read_file(terminal.file("errors")), "to the file\n");
  write_file(terminal.file("go"), "x\n");
  EXPECT_TRUE(terminal.wait_for("ended with 0"));
}

TEST_F(LiveCowtop, EndsTheCommandWhenItIsTerminated) {
  Tmux terminal(110, 40);
  terminal.type(
      "sh -c 'echo $$ > pid; exec " +
      cowtop("-- sh -c \"echo said before; echo \\$\\$ > command; mkfifo go; "
             "read x < go\"'; echo ended with $?"));
  ASSERT_TRUE(terminal.wait_for("1 process "));
  const Descriptor command =
      open_pidfd(std::stoi(*read_file(terminal.file("command"))));
  ::kill(std::stoi(*read_file(terminal.file("pid"))), SIGTERM);
  EXPECT_TRUE(terminal.wait_for("ended with 143"));
  EXPECT_THAT(terminal.screen(), HasSubstr("\nsaid before\n"));
  pollfd ended{.fd = command.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ended, 1, 15'000), 1);
}

TEST_F(LiveCowtop, ShowsNoScreenForAMissingProcess) {
  Child gone = Child::fork([] { return 0; });
  const pid_t pid = gone.pid();
  gone.wait();
  Tmux terminal(110, 24);
  terminal.type(cowtop(fmt::format("{}; echo ended with $?", pid)));
  ASSERT_TRUE(terminal.wait_for("ended with 1"));
  EXPECT_THAT(terminal.screen(),
              HasSubstr(fmt::format("cowtop: There is no process {}.", pid)));
}

TEST_F(LiveCowtop, ShowsNoScreenIfNothingIsReadable) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  Child child = Child::fork([] {
    ::pause();
    return 0;
  });
  Tmux terminal(110, 24);
  terminal.type("setpriv --reuid 65534 --regid 65534 --clear-groups " +
                cowtop(fmt::format("{}; echo ended with $?", child.pid())));
  EXPECT_TRUE(terminal.wait_for("\nended with 1"));
  EXPECT_THAT(terminal.screen(), HasSubstr("cowtop: 1 process could not be"));
  child.kill(SIGKILL);
  child.wait();
}

TEST_F(LiveCowtop, SaysThatACommandIsMissingAndNothingElse) {
  Tmux terminal(110, 24);
  terminal.type(cowtop("-- /no/such/command; echo ended with $?"));
  EXPECT_TRUE(
      terminal.wait_for("\ncowtop: /no/such/command: No such file or "
                        "directory\nended with 127\n"));
}

TEST_F(LiveCowtop, RefusesATerminalThatIsTooSimple) {
  Tmux terminal(110, 24, "TERM=dumb");
  terminal.type(cowtop("-- touch started; echo ended with $?"));
  ASSERT_TRUE(terminal.wait_for("ended with 1"));
  EXPECT_THAT(terminal.screen(), HasSubstr("cowtop --once prints a"));
  EXPECT_FALSE(read_file(terminal.file("started")));
}

}  // namespace
}  // namespace cow::testing

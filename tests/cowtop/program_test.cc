// cowtop as a person runs it: what it prints, and how it ends.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cow/memory/process.h"
#include "cow/memory/region.h"
#include "cow/os/descriptor.h"
#include "memory/parked_child.h"
#include "support/programs.h"

namespace cowtop {
namespace {

using cow::Pages;
using cow::Region;
using cow::testing::Outcome;
using cow::testing::ParkedChild;
using cow::testing::program;
using cow::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

Outcome cowtop(std::vector<std::string> flags) {
  flags.insert(flags.begin(), program("cowtop"));
  return cow::testing::run(flags);
}

std::string parked_pid(const ParkedChild& child) {
  return std::to_string(child.pid());
}

// For a shell that cowtop has started: `look` returns when cowtop has looked
// once more, from the beginning to the end: it has slept twice.
constexpr const char* kLook =
    "slept() { while read -r name value; do "
    "[ \"$name\" = voluntary_ctxt_switches: ] && echo \"$value\"; "
    "done < /proc/$PPID/status; }; "
    "look() { before=$(slept); "
    "while [ \"$(slept)\" -lt $((before + 2)) ]; do :; done; }; ";

std::vector<std::string> shell(std::vector<std::string> flags,
                               const std::string& script) {
  for (const std::string& word :
       {std::string("--"), std::string("/bin/sh"), std::string("-c"),
        kLook + script, std::string(kLook)}) {
    flags.push_back(word);
  }
  return flags;
}

void only_park(const ParkedChild::Park& park) { park(0); }

TEST(Cowtop, PrintsTheTableOfAProcessAndEnds) {
  ParkedChild child(only_park);
  child.await();
  const Outcome outcome = cowtop({"--once", parked_pid(child)});
  EXPECT_EQ(outcome.status.code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr(parked_pid(child)), HasSubstr("RSS"),
                                 HasSubstr("What top adds up"),
                                 HasSubstr("What the machine pays")));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Cowtop, SaysWhatAWorkerHasChangedInItsCopies) {
  constexpr std::int64_t kSlack = 256;  // what else the two have written
  const Region region(Pages(3000));
  ParkedChild child([&](const ParkedChild::Park& park) {
    region.write(Pages(0), Pages(2000));  // as it was
    for (std::int64_t page = 0; page < 500; ++page) {
      *region.page(Pages(page)) = std::byte{7};
    }
    park(0);
  });
  child.await();
  const Outcome outcome =
      cowtop({"--json", "--why", std::to_string(::getpid())});
  const auto why = nlohmann::json::parse(outcome.out).at("why");
  const auto pages = [&](const char* field) {
    return why.at(field).get<std::int64_t>() / cow::page_size().count();
  };
  EXPECT_EQ(why.at("pid"), child.pid());
  EXPECT_EQ(why.at("relative"), ::getpid());
  EXPECT_GE(pages("identical"), 1500);
  EXPECT_LE(pages("identical"), 1500 + kSlack);
  EXPECT_GE(pages("data"), 500);
  EXPECT_LE(pages("data"), 500 + kSlack);
  EXPECT_EQ(pages("identical") + pages("data"), pages("compared"));
  const Outcome text = cowtop({"--why", std::to_string(::getpid())});
  EXPECT_THAT(text.out, AllOf(HasSubstr("identical: written and restored"),
                              HasSubstr("which cannot be told apart")));
  EXPECT_TRUE(child.end().success());
}

// Whatever its own forks have copied.
TEST(Cowtop, SaysWhatTheWorkerThatIsAskedForHasChanged) {
  const Region region(Pages(6000));
  ParkedChild worker([&](const ParkedChild::Park& park) {
    ParkedChild own([&](const ParkedChild::Park& park_too) {
      region.write(Pages(2000), Pages(4000));
      park_too(0);
    });
    own.await();
    region.write(Pages(0), Pages(1500));
    park(0);
  });
  worker.await();
  const Outcome outcome = cowtop({"--json", "--why", parked_pid(worker)});
  const auto why = nlohmann::json::parse(outcome.out).at("why");
  EXPECT_EQ(why.at("pid"), worker.pid());
  EXPECT_EQ(why.at("relative"), ::getpid());
  EXPECT_GE(why.at("copied"), to_bytes(Pages(1500)).count());
  EXPECT_LT(why.at("copied"), to_bytes(Pages(2000)).count());
  EXPECT_TRUE(worker.end().success());
}

TEST(Cowtop, TellsWrittenPagesOfAnInheritedFileFromThoseOfAnother) {
  const TemporaryFolder folder;
  const std::size_t size = to_bytes(Pages(1024)).size();
  const auto map = [&](const char* name) {
    const auto path = folder.path() / name;
    if (!std::filesystem::exists(path)) {
      cow::write_file(path, std::string(size, 'x'));
    }
    const cow::Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    return static_cast<char*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE, file.get(), 0));
  };
  const auto write = [](char* pages, std::int64_t count) {
    for (std::int64_t page = 0; page < count; ++page) {
      pages[to_bytes(Pages(page)).size()] = 'y';
    }
  };
  char* const inherited = map("inherited");
  map("own");
  ParkedChild child([&](const ParkedChild::Park& park) {
    write(inherited, 300);
    write(map("own"), 200);
    park(0);
  });
  child.await();
  const Outcome outcome = cowtop({"--json", "--mappings", parked_pid(child)});
  const auto json = nlohmann::json::parse(outcome.out);
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> pages;
  for (const auto& one : json.at("mappings")) {
    const std::filesystem::path path(one.at("name").get<std::string>());
    if (path.parent_path() != folder.path()) continue;
    pages[path.filename()] = {
        one.at("copied").get<std::int64_t>() / cow::page_size().count(),
        one.at("own").get<std::int64_t>() / cow::page_size().count()};
  }
  EXPECT_EQ(pages["inherited"], std::pair(std::int64_t{300}, std::int64_t{0}));
  EXPECT_EQ(pages["own"], std::pair(std::int64_t{0}, std::int64_t{200}));
  EXPECT_TRUE(child.end().success());
}

TEST(Cowtop, SaysIfNothingWasCopied) {
  cow::Child alone =
      cow::Child::spawn("/usr/bin/tail", {"tail", "-f", "/dev/null"}, {}, {});
  const Outcome outcome = cowtop({"--why", std::to_string(alone.pid())});
  alone.kill(SIGKILL);
  alone.wait();
  EXPECT_EQ(outcome.status.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("no process has copied pages"));
}

TEST(Cowtop, ReportsAMissingProcess) {
  const std::string nobody = std::to_string(INT32_MAX);
  for (const char* flag : {"--once", "--json", "--interval=1"}) {
    const Outcome outcome = cowtop({flag, nobody});
    EXPECT_EQ(outcome.status.code, 1) << flag;
    EXPECT_THAT(outcome.err, AllOf(StartsWith("cowtop: "), HasSubstr(nobody)))
        << flag;
    EXPECT_THAT(outcome.out, IsEmpty()) << flag;
  }
  EXPECT_EQ(cowtop({"--mappings", nobody}).status.code, 1);
  EXPECT_EQ(cowtop({"--pages", nobody, "largest"}).status.code, 1);
}

TEST(Cowtop, ReportsBadUsageInOneLine) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{
           {"--wrong"},
           {"x"},
           {"--"},
           {"--fail-if", "uss"},
           {"--csv", "/no/such/folder/f", "1"}}) {
    const Outcome outcome = cowtop(flags);
    EXPECT_EQ(outcome.status.code, 2);
    EXPECT_THAT(outcome.err, StartsWith("cowtop: "));
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1);
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST(Cowtop, PrintsItsVersionAndHelp) {
  EXPECT_THAT(cowtop({"--version"}).out, StartsWith("cowtop 0."));
  EXPECT_THAT(cowtop({"--help"}).out, HasSubstr("--once"));
}

TEST(Cowtop, PassesOnTheExitStatusOfItsCommand) {
  for (const char* mode : {"--once", "--json"}) {
    EXPECT_EQ(cowtop({mode, "--", "sh", "-c", "exit 0"}).status.code, 0);
    EXPECT_EQ(cowtop({mode, "--", "sh", "-c", "exit 7"}).status.code, 7);
    EXPECT_EQ(cowtop({mode, "--", "sh", "-c", "kill -9 $$"}).status.code,
              128 + SIGKILL);
    EXPECT_EQ(cowtop({mode, "--", "sh", "-c", "kill -2 $$"}).status.code,
              128 + SIGINT);
  }
  EXPECT_EQ(cowtop({"--", "sh", "-c", "exit 7"}).status.code, 7);
}

TEST(Cowtop, SaysWhatAForkHasCopiedOfEachMapping) {
  const Region inherited(Pages(2000));
  inherited.write(Pages(0), Pages(2000));
  ParkedChild child([&](const ParkedChild::Park& park) {
    inherited.write(Pages(0), Pages(500));
    const Region own(Pages(900));
    own.write(Pages(0), Pages(900));
    park(0);
  });
  child.await();
  const Outcome outcome = cowtop({"--mappings", parked_pid(child), "--json"});
  const auto json = nlohmann::json::parse(outcome.out);
  std::map<std::string, std::int64_t> pages;
  for (const auto& mapping : json.at("mappings")) {
    if (mapping.at("name") != "(anonymous)") continue;
    for (const char* kind : {"shared", "copied", "own", "undecided"}) {
      const std::int64_t bytes = mapping.at(kind);
      pages[kind] = cow::to_pages(cow::Bytes(bytes)).count();
    }
  }
  EXPECT_GE(pages["shared"], 1500);
  EXPECT_GE(pages["copied"], 500);
  EXPECT_LE(pages["copied"], 700) << "the own ones are not among them";
  EXPECT_GE(pages["own"], 900);
  EXPECT_LE(pages["undecided"], 200);
}

TEST(Cowtop, FailsIfALimitIsExceeded) {
  ParkedChild child(only_park);
  child.await();
  const std::vector<std::string> exceeded{"--once", "--fail-if",
                                          "uss>0,sum-pss>1TiB"};
  const auto with = [](std::vector<std::string> flags,
                       const std::vector<std::string>& more) {
    flags.insert(flags.end(), more.begin(), more.end());
    return cowtop(flags);
  };
  Outcome outcome = with(exceeded, {parked_pid(child)});
  EXPECT_EQ(outcome.status.code, 3);
  EXPECT_THAT(outcome.err, StartsWith("cowtop: --fail-if uss>0: PID " +
                                      parked_pid(child) + " ("));
  EXPECT_THAT(outcome.err, Not(HasSubstr("sum-pss")));
  EXPECT_THAT(outcome.out, HasSubstr("RSS")) << "the table is printed";
  outcome = cowtop({"--once", "--fail-if", "uss>1TiB", parked_pid(child)});
  EXPECT_EQ(outcome.status.code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(cowtop(shell(exceeded, "look")).status.code, 3);
  EXPECT_EQ(cowtop(shell(exceeded, "look; exit 7")).status.code, 7)
      << "the command's own failure is not hidden";
}

// What `fd` gives until the end of a line, however long that takes.
std::string line_of(int fd) {
  std::string line;
  pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
  char byte = 0;
  while (::poll(&readable, 1, 15'000) == 1 &&
         cow::read_fully(fd, &byte, 1) == 1 && byte != '\n') {
    line += byte;
  }
  return line;
}

// The command waits until the reason was read.
TEST(Cowtop, ReportsFailedWritesAtOnceAndKeepsTheStatus) {
  for (const std::string flag : {"--csv=/dev/full", "--interval=1"}) {
    cow::Pipe errors = cow::make_pipe();
    cow::Pipe input = cow::make_pipe();
    cow::Child meter = cow::run_program(
        {program("cowtop"), flag, "--", "sh", "-c", "read x; exit 3"}, [&] {
          ::dup2(errors.writer.get(), STDERR_FILENO);
          ::dup2(input.reader.get(), STDIN_FILENO);
          ::dup2(::open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        });
    errors.writer.close();
    EXPECT_THAT(line_of(errors.reader.get()),
                AllOf(StartsWith("cowtop: "), HasSubstr("No space left")))
        << flag;
    input.writer.close();
    EXPECT_EQ(meter.wait().code, 3) << flag;
  }
}

TEST(Cowtop, ExitsLikeAShellIfTheCommandIsMissing) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "run.csv";
  for (const std::string& flag :
       {std::string("--once"), std::string("--json"), "--csv=" + file.string(),
        std::string("--interval=1")}) {
    const Outcome outcome = cowtop({flag, "--", "/no/such/command"});
    EXPECT_EQ(outcome.status.code, 127);
    EXPECT_EQ(outcome.err,
              "cowtop: /no/such/command: No such file or directory\n")
        << flag;
    EXPECT_THAT(outcome.out, IsEmpty()) << flag;
  }
}

TEST(Cowtop, KeepsItsStatusIfStandardErrorCannotBeWritten) {
  for (const char* where : {"2>&-", "2>/dev/full"}) {
    const std::string cowtop = program("cowtop");
    const auto status = [&](const std::string& flags) {
      return cow::testing::run(
                 {"/bin/sh", "-c", cowtop + " " + flags + " " + where})
          .status.code;
    };
    EXPECT_EQ(status("--wrong"), 2) << where;
    EXPECT_EQ(status("--once 99999999"), 1) << where;
    EXPECT_EQ(status("--once -- sh -c 'exit 5'"), 5) << where;
    EXPECT_EQ(status("--csv - -- sh -c 'exit 6'"), 6) << where;
  }
}

TEST(Cowtop, ReplacesControlCharactersInArgumentsThatItRepeats) {
  const Outcome outcome = cowtop({"--sort", "\x1b[31m\n\u202e"});
  EXPECT_EQ(outcome.status.code, 2);
  EXPECT_THAT(outcome.err,
              AllOf(StartsWith("cowtop: --sort \uFFFD[31m\uFFFD"),
                    Not(HasSubstr("\u202e")), HasSubstr(": expected tree")));
}

TEST(Cowtop, RefusesAFifoThatNobodyReads) {
  const TemporaryFolder folder;
  const std::string fifo = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const Outcome outcome = cowtop({"--csv", fifo, "--", "true"});
  EXPECT_EQ(outcome.status.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("a FIFO that somebody reads"));
}

// As a daemon does: the process that started it has ended, too.
TEST(Cowtop, SaysThatTheCommandLeftADaemonBehind) {
  for (int i = 0; i < 10; ++i) {
    const Outcome outcome =
        cowtop({"--once", "--", "/bin/sh", "-c",
                "(sleep 600 > /dev/null 2>&1 & echo $! >&2)"});
    const pid_t daemon = std::stoi(outcome.err);
    EXPECT_EQ(::kill(daemon, SIGKILL), 0);
    EXPECT_THAT(outcome.err, HasSubstr("the command has ended and left"));
  }
}

// Sometimes cowtop is fast enough to read it. But it never prints a table
// without figures.
TEST(Cowtop, SaysInEachModeThatACommandEndedTooSoon) {
  constexpr const char* kSentence =
      "cowtop: the command ended before it could be read";
  for (const char* flag : {"--once", "--json", "--csv=-", "--interval=1"}) {
    for (int i = 0; i < 20; ++i) {
      const Outcome outcome = cowtop({flag, "--", "true"});
      EXPECT_EQ(outcome.status.code, 0);
      if (outcome.err.starts_with(kSentence)) {
        EXPECT_THAT(outcome.out, Not(HasSubstr("What top"))) << flag;
      } else {
        EXPECT_THAT(outcome.out, Not(IsEmpty())) << flag;
      }
    }
  }
}

TEST(Cowtop, SeparatesItsOutputFromThatOfTheCommand) {
  const Outcome outcome = cowtop(shell({"--json"}, "echo printed; look"));
  EXPECT_EQ(outcome.err, "printed\n");
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_GE(json.at("processes").size(), 1U);
}

// The command has 32 MiB while it is looked at, and then a program that has
// not.
TEST(Cowtop, ReportsTheMomentOfLargestPss) {
  const Outcome outcome =
      cowtop(shell({"--json", "--interval", "0.02"},
                   "export LOOK=\"$0\"; x=0123456789abcdef; i=0; while [ $i "
                   "-lt 21 ]; do x=$x$x; "
                   "i=$((i+1)); done; look; exec /bin/sh -c \"$LOOK look\""));
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_GE(json.at("totals").at("pss"), 32 << 20);
}

TEST(Cowtop, WritesARunOverTimeAsCsv) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "run.csv";
  const Outcome outcome = cowtop(
      shell({"--csv", file, "--interval", "0.02"}, "echo printed; look; look"));
  EXPECT_EQ(outcome.status.code, 0);
  EXPECT_EQ(outcome.out, "printed\n") << "the command keeps its output";
  std::istringstream lines(*cow::read_file(file));
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, StartsWith("time,pid,ppid,rss,pss,uss,swap,"));
  int processes = 0;
  int sums = 0;
  while (std::getline(lines, line)) {
    const bool sum = line.find(",,,") == line.find(',');
    EXPECT_THAT(line, ::testing::EndsWith(sum ? "\"" : "\",,"));
    ++(sum ? sums : processes);
  }
  EXPECT_GE(processes, 2);
  EXPECT_GE(sums, 2);
  EXPECT_THAT(outcome.err,
              AllOf(StartsWith("The sums since "), HasSubstr("\nhighest ")));
}

TEST(Cowtop, KeepsTheOldCsvUntilItWritesALine) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "keep.csv";
  const std::string earlier(1 << 16, 'x');
  cow::write_file(file, earlier);
  EXPECT_EQ(cowtop({"--csv", file, std::to_string(INT32_MAX)}).status.code, 1);
  EXPECT_EQ(*cow::read_file(file), earlier);
  EXPECT_EQ(cowtop(shell({"--csv", file}, "look")).status.code, 0);
  EXPECT_THAT(*cow::read_file(file),
              AllOf(StartsWith("time,pid,"), Not(HasSubstr("x\n")),
                    Not(HasSubstr("xxxx"))));
}

TEST(Cowtop, WritesCsvToStandardOutput) {
  const TemporaryFolder folder;
  std::vector<std::string> flags = shell({"--csv", "-"}, "echo printed; look");
  flags.insert(flags.begin(), program("cowtop"));
  const Outcome outcome =
      cow::testing::run(flags, [&] { ::chdir(folder.path().c_str()); });
  EXPECT_EQ(outcome.status.code, 0);
  EXPECT_THAT(outcome.err, StartsWith("printed\n"))
      << "standard output is for the lines";
  EXPECT_THAT(outcome.out, AllOf(StartsWith("time,pid,"), HasSubstr("\"\n"),
                                 Not(HasSubstr("\nprinted"))));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// As >> does it: what was there before is not cowtop's.
TEST(Cowtop, AppendsCsvIfStandardOutputAppends) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "all.csv";
  cow::write_file(file, "before\n");
  const std::vector<std::string> command{
      "sh", "-c", "exec \"$0\" \"$@\" >> " + file.string(), program("cowtop")};
  std::vector<std::string> flags = shell({"--csv", "-"}, "look");
  flags.insert(flags.begin(), command.begin(), command.end());
  EXPECT_EQ(cow::testing::run(flags).status.code, 0);
  EXPECT_THAT(*cow::read_file(file), StartsWith("before\ntime,pid,"));
}

TEST(Cowtop, FollowsAProcessToItsEnd) {
  ParkedChild child(only_park);
  child.await();
  const TemporaryFolder folder;
  const auto file = folder.path() / "run.csv";
  cow::Child meter =
      cow::run_program({program("cowtop"), "--csv", file, "--interval", "0.01",
                        parked_pid(child)});
  // Until it has been seen.
  for (;;) {
    const auto text = cow::read_file(file);
    if (text && text->find(parked_pid(child) + ",") != std::string::npos) break;
    ::poll(nullptr, 0, 1);
  }
  EXPECT_TRUE(child.end().success());
  EXPECT_EQ(meter.wait().code, 0);
}

TEST(Cowtop, PrintsTheSummaryWhenStoppedBySignal) {
  ParkedChild child(only_park);
  child.await();
  cow::Pipe out = cow::make_pipe();
  cow::Pipe errors = cow::make_pipe();
  cow::Child meter =
      cow::run_program({program("cowtop"), "--csv", "-", "--interval", "0.01",
                        parked_pid(child)},
                       [&] {
                         ::dup2(out.writer.get(), STDOUT_FILENO);
                         ::dup2(errors.writer.get(), STDERR_FILENO);
                       });
  errors.writer.close();
  line_of(out.reader.get());
  line_of(out.reader.get());  // a process was seen
  meter.kill(SIGINT);
  EXPECT_THAT(line_of(errors.reader.get()), StartsWith("The sums since "));
  EXPECT_EQ(meter.wait().signal, SIGINT);
}

// A pipe that a process holds, and whoever it starts: it ends with the last.
class Alive {
 public:
  std::function<void()> inherit() {
    return [this] { ::dup2(pipe_.writer.get(), 9); };
  }
  // Waits until nobody holds it any more.
  void until_nobody() {
    pipe_.writer.close();
    char nothing = 0;
    EXPECT_EQ(cow::read_fully(pipe_.reader.get(), &nothing, 1), 0U);
  }

 private:
  cow::Pipe pipe_ = cow::make_pipe();
};

TEST(Cowtop, EndsItsCommandWhenKilled) {
  Alive alive;
  cow::Pipe out = cow::make_pipe();
  cow::Child meter =
      cow::run_program({program("cowtop"), "--once", "--", "sh", "-c",
                        "echo running >&2; exec sleep 1000"},
                       [&] {
                         alive.inherit()();
                         ::dup2(out.writer.get(), STDERR_FILENO);
                       });
  out.writer.close();
  char byte = 0;
  cow::read_fully(out.reader.get(), &byte, 1);
  meter.kill(SIGKILL);
  EXPECT_EQ(meter.wait().signal, SIGKILL);
  alive.until_nobody();
}

TEST(Cowtop, LeavesCtrlCToItsCommand) {
  cow::Pipe out = cow::make_pipe();
  cow::Child meter = cow::run_program(
      {program("cowtop"), "--once", "--", "sh", "-c",
       "trap 'exit 5' INT; echo running >&2; while :; do :; done"},
      [&] {
        ::setpgid(0, 0);
        ::dup2(out.writer.get(), STDERR_FILENO);
      });
  out.writer.close();
  char byte = 0;
  cow::read_fully(out.reader.get(), &byte, 1);
  ::kill(-meter.pid(), SIGINT);  // as a terminal does: to all of the group
  EXPECT_EQ(meter.wait().code, 5);
}

TEST(Cowtop, NamesTheProcessThatTheCommandLeftBehind) {
  const Outcome outcome =
      cowtop(shell({"--once"}, "sleep 1000 >/dev/null 2>&1 & look"));
  EXPECT_EQ(outcome.status.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("left a process behind"));
  const std::string see = "see cowtop ";
  const std::size_t at = outcome.err.find(see);
  ASSERT_NE(at, std::string::npos) << outcome.err;
  ::kill(std::stoi(outcome.err.substr(at + see.size())), SIGKILL);
}

// It would look for ever: there is no figure in any look.
TEST(Cowtop, EndsIfNothingIsReadable) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  ParkedChild child(only_park);
  child.await();
  const TemporaryFolder folder;
  const auto file = folder.path() / "run.csv";
  cow::write_file(file, "");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  std::filesystem::permissions(file, std::filesystem::perms::all);
  for (const std::string flag : {"--interval=0.1", "--csv="}) {
    const Outcome outcome = cow::testing::run(
        {"timeout", "60", program("cowtop"),
         flag + (flag == "--csv=" ? file.string() : ""), parked_pid(child)},
        [] {
          if (::setuid(65534) != 0) ::_exit(99);
        });
    EXPECT_EQ(outcome.status.code, 1) << flag;
    EXPECT_THAT(outcome.err, AllOf(StartsWith("cowtop: 1 process"),
                                   HasSubstr("Permission denied")));
    EXPECT_THAT(outcome.out, IsEmpty()) << flag;
  }
}

TEST(Cowtop, SaysHowManyProcessesOfAUserItMayNotRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  for (const std::string flag : {"--once", "--json", "--interval=0.1"}) {
    const Outcome outcome = cow::testing::run(
        {"timeout", "60", program("cowtop"), flag, "--user=0"}, [] {
          if (::setuid(65534) != 0) ::_exit(99);
        });
    EXPECT_EQ(outcome.status.code, 1) << flag;
    EXPECT_THAT(outcome.err, MatchesRegex("cowtop: [0-9]+ process(es)? of user "
                                          "0 may not be read: .*\n"));
    EXPECT_THAT(outcome.out, IsEmpty()) << flag;
  }
}

TEST(Cowtop, ReportsProcessesThatItMayNotRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  ParkedChild child([](const ParkedChild::Park& park) {
    ParkedChild other([](const ParkedChild::Park& park_again) {
      park_again(::setuid(65534));
    });
    other.await();
    if (::setuid(65533) != 0) ::_exit(1);
    park(0);
  });
  child.await();
  // Seen by one who may read neither.
  std::vector<std::string> arguments{program("cowtop"), "--once",
                                     parked_pid(child)};
  const Outcome outcome = cow::testing::run(arguments, [] {
    if (::setuid(65534) != 0) ::_exit(99);
  });
  EXPECT_EQ(outcome.status.code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("Permission denied"));
}

}  // namespace
}  // namespace cowtop

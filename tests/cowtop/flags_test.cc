// The command line of cowtop, without running anything.
#include "cowtop/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cow/lesson/flags.h"

namespace cowtop {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Arguments = std::vector<std::string>;

TEST(Flags, DefaultToWatchingAllTrees) {
  const Flags flags = parse_flags({});
  EXPECT_EQ(flags.mode, Mode::kLive);
  EXPECT_THAT(flags.pids, IsEmpty());
  EXPECT_EQ(flags.budget, 2);
  EXPECT_THAT(flags.command, IsEmpty());
  EXPECT_EQ(flags.interval, milliseconds(1000));
}

TEST(Flags, TakeProcesses) {
  EXPECT_THAT(parse_flags({"123"}).pids, ElementsAre(123));
  EXPECT_THAT(parse_flags({"123", "--once", "7"}).pids, ElementsAre(123, 7));
  EXPECT_EQ(parse_flags({"--once", "123"}).mode, Mode::kOnce);
  EXPECT_EQ(parse_flags({"123", "--json"}).mode, Mode::kJson);
  EXPECT_EQ(parse_flags({"--once", "--json"}).mode, Mode::kJson);
}

TEST(Flags, LeaveWordsAfterTheDashesToTheCommand) {
  const Flags flags =
      parse_flags({"--once", "--", "python3", "--json", "--", "-x"});
  EXPECT_EQ(flags.mode, Mode::kOnce);
  EXPECT_THAT(flags.command, ElementsAre("python3", "--json", "--", "-x"));
}

TEST(Flags, TakeAnIntervalInSeconds) {
  EXPECT_EQ(parse_flags({"--interval", "0.25"}).interval, milliseconds(250));
  EXPECT_EQ(parse_flags({"--interval", "3"}).interval, milliseconds(3000));
}

TEST(Flags, TakeABudgetInPercent) {
  EXPECT_EQ(parse_flags({"--budget", "0.5"}).budget, 0.5);
  EXPECT_EQ(parse_flags({"--budget", "100"}).budget, 100);
}

TEST(Flags, TakeANameOrAUser) {
  EXPECT_EQ(parse_flags({"--name", "job.py"}).name, "job.py");
  EXPECT_EQ(parse_flags({"--user", "root"}).user, 0U);
  const Flags both = parse_flags({"--user", "1000", "--name", "a*"});
  EXPECT_EQ(both.user, 1000U);
  EXPECT_EQ(both.name, "a*");
}

TEST(Flags, TakeTheColumnToSortBy) {
  EXPECT_EQ(parse_flags({}).order, Order::kTree);
  EXPECT_EQ(parse_flags({"--sort", "uss"}).order, Order::kUss);
  EXPECT_EQ(parse_flags({"--sort", "new"}).order, Order::kPrivate);
}

TEST(Flags, TakeLimits) {
  const auto limits =
      parse_flags({"--fail-if", "uss>500MiB,sum-pss>4GiB"}).limits;
  ASSERT_EQ(limits.size(), 2U);
  EXPECT_EQ(limits[1].column, "pss");
  EXPECT_TRUE(limits[1].sum);
  EXPECT_EQ(limits[1].most, cow::Bytes(std::int64_t{4} << 30));
}

TEST(Flags, TakeACsvFile) {
  const Flags flags = parse_flags({"--csv", "run.csv", "7"});
  EXPECT_EQ(flags.mode, Mode::kCsv);
  EXPECT_EQ(flags.csv, "run.csv");
}

TEST(Flags, TakeAProcessForMappingsOrPages) {
  const Flags mappings = parse_flags({"--mappings", "7", "--json"});
  EXPECT_EQ(mappings.mode, Mode::kMappings);
  EXPECT_EQ(mappings.pid, 7);
  EXPECT_TRUE(mappings.json);
  const Flags pages = parse_flags({"--pages", "7", "[heap]"});
  EXPECT_EQ(pages.mode, Mode::kPages);
  EXPECT_EQ(pages.pid, 7);
  EXPECT_EQ(pages.pages, "heap") << "CLI11 takes the brackets off";
}

TEST(Flags, TakeWhyOnlyForOneReport) {
  EXPECT_FALSE(parse_flags({"--once", "7"}).why);
  EXPECT_EQ(parse_flags({"--why", "7"}).mode, Mode::kOnce);
  EXPECT_TRUE(parse_flags({"--why", "--once", "7"}).why);
  const Flags json = parse_flags({"--json", "--why", "--", "true"});
  EXPECT_EQ(json.mode, Mode::kJson);
  EXPECT_TRUE(json.why);
  for (const Arguments& other :
       {Arguments{"--csv", "-"}, Arguments{"--mappings", "7"},
        Arguments{"--pages", "7", "largest"}}) {
    Arguments arguments = other;
    arguments.emplace_back("--why");
    EXPECT_THROW(parse_flags(arguments), cow::BadUsage) << other[0];
  }
}

TEST(Flags, TakeACommandOrAProcessForWriters) {
  const Flags of_command = parse_flags({"--writers", "--json", "--", "x"});
  EXPECT_EQ(of_command.mode, Mode::kWriters);
  EXPECT_TRUE(of_command.json);
  EXPECT_THAT(parse_flags({"--writers", "7"}).pids, ElementsAre(7));
  EXPECT_THROW(parse_flags({"--writers", "7", "8"}), cow::BadUsage);
  EXPECT_THROW(parse_flags({"--writers"}), cow::BadUsage);
  EXPECT_THROW(parse_flags({"--writers", "--once", "7"}), cow::BadUsage);
}

TEST(Flags, AskForHelpDespiteOtherFlags) {
  EXPECT_EQ(parse_flags({"--help", "--once", "--csv", "x"}).mode, Mode::kHelp);
  EXPECT_EQ(parse_flags({"-h"}).mode, Mode::kHelp);
  EXPECT_EQ(parse_flags({"--version"}).mode, Mode::kVersion);
}

TEST(Flags, RefuseBadUseAndSayWhatIsAccepted) {
  struct Case {
    Arguments arguments;
    const char* names;
    const char* accepts;
  };
  for (const Case& one : std::vector<Case>{
           {{"--wrong"}, "--wrong", "--help"},
           {{"x"}, "PID x", "whole number"},
           {{"ls"}, "PID ls", "a command comes after --"},
           {{"ls", "-l"}, "-l", "a command comes after --"},
           {{"0"}, "PID 0", "from 1"},
           {{"-5"}, "PID -5", "from 1"},
           {{"99999999999"}, "PID 99999999999", "whole number"},
           {{"1", "ls"}, "PID ls", "a command comes after --"},
           {{"--"}, "--", "a command"},
           {{"7", "--", "ls"}, "PID and -- COMMAND", "only one"},
           {{"--json", "--csv", "f"}, "--json and --csv", "only one"},
           {{"--csv", "f", "--once"}, "--once and --csv", "only one"},
           {{"--csv", ""}, "--csv", "a file"},
           {{"--csv"}, "--csv", "--help"},
           {{"--interval", "0"}, "--interval 0", "from 0.01"},
           {{"--interval", "nan"}, "--interval nan", "from 0.01"},
           {{"--interval", "1s"}, "--interval 1s", "from 0.01"},
           {{"--budget", "0"}, "--budget 0", "percent from 0.1 to 100"},
           {{"--budget", "101"}, "--budget 101", "from 0.1"},
           {{"--user", "no such"}, "--user no such", "/etc/passwd"},
           {{"--user", "0", "7"}, "PID and --user", "only one"},
           {{"--name", "x", "7"}, "PID and --name", "only one"},
           {{"--name", ""}, "--name ''", "a part of a command"},
           {{"--sort", "size"}, "--sort size", "tree, rss, pss, uss or new"},
           {{"--mappings", "x"}, "--mappings x", "whole number"},
           {{"--fail-if", "uss>1", "--mappings", "7"},
            "--fail-if and --mappings",
            "only one"},
           {{"--sort", "uss", "--pages", "7", "heap"},
            "--sort and --pages",
            "only one"},
           {{"--mappings", "1", "2"}, "PID and --mappings", "only one"},
           {{"--pages", "1"}, "--pages", "--help"},
           {{"--pages", "x", "y"}, "--pages x", "whole number"}}) {
    try {
      parse_flags(one.arguments);
      ADD_FAILURE() << "taken: " << ::testing::PrintToString(one.arguments);
    } catch (const cow::BadUsage& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr(one.names), HasSubstr(one.accepts)));
      EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("\n")));
    }
  }
}

TEST(Flags, AreRefusedWithoutMentioningACommand) {
  for (const Arguments& arguments : std::vector<Arguments>{
           {"--wrong"}, {"--mappings", "x"}, {"--pages", "x", "y"}}) {
    try {
      parse_flags(arguments);
      ADD_FAILURE() << "taken: " << ::testing::PrintToString(arguments);
    } catch (const cow::BadUsage& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("a command")));
    }
  }
}

TEST(Flags, AreNamedInTheHelpAsTheyAreTyped) {
  const std::string help = help_text();
  EXPECT_THAT(
      help, HasSubstr("\nUsage: cowtop [OPTIONS] [PID... | -- COMMAND...]\n"));
  EXPECT_THAT(help, HasSubstr("\n  PID     "));
  EXPECT_THAT(help, HasSubstr("\n  --pages PID WHICH   "));
  EXPECT_THAT(help, HasSubstr("\n  --csv FILE   "));
  EXPECT_THAT(help, HasSubstr("\n  --once    "));
  for (const char* of_the_library : {"TEXT", " x 2", "\n\n\n"}) {
    EXPECT_THAT(help, Not(HasSubstr(of_the_library)));
  }
}

TEST(Flags, AreInAHelpOfAtMost80Columns) {
  std::istringstream help(help_text());
  for (std::string line; std::getline(help, line);) {
    EXPECT_LE(line.size(), 80U) << line;
  }
  EXPECT_THAT(
      help_text(),
      HasSubstr("\n                              A-B in hex, [heap], a "));
}

TEST(Flags, AreAllInTheHelp) {
  const std::string help = help_text();
  for (const char* flag :
       {"--once", "--json", "--interval", "--csv", "--mappings", "--pages",
        "--help", "--version", "-- COMMAND", "Exit status"}) {
    EXPECT_THAT(help, HasSubstr(flag));
  }
}

}  // namespace
}  // namespace cowtop

// Programs that are run as children.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::HasSubstr;

testing::Outcome shell(const std::string& script) {
  return testing::run({"sh", "-c", script});
}

TEST(RunProgram, GivesTheExitStatusOfTheProgram) {
  EXPECT_EQ(shell("exit 0").status.code, 0);
  EXPECT_EQ(shell("exit 7").status.code, 7);
  EXPECT_EQ(shell("kill -9 $$").status.signal, SIGKILL);
}

TEST(RunProgram, GivesStatus127AndTheNameOfAMissingProgram) {
  const testing::Outcome outcome =
      testing::run({"/no/such/program", "argument"});
  EXPECT_EQ(outcome.status.code, kExecFailed);
  EXPECT_EQ(kExecFailed, 127);
  EXPECT_THAT(outcome.err, HasSubstr("/no/such/program"));
  EXPECT_EQ(outcome.out, "");
}

TEST(RunProgram, PassesArgumentsAsTheyAre) {
  const testing::Outcome outcome =
      testing::run({"printf", "<%s>", "two words", "", "$HOME", "*"});
  EXPECT_EQ(outcome.out, "<two words><><$HOME><*>");
}

TEST(RunProgram, CallsThePreparationOnlyInTheChild) {
  constexpr const char* kName = "COWPOOL_TEST_PREPARED";
  const testing::Outcome outcome =
      testing::run({"sh", "-c", std::string("printf %s \"$") + kName + "\""},
                   [] { ::setenv(kName, "yes", 1); });
  EXPECT_EQ(outcome.out, "yes");
  EXPECT_EQ(std::getenv(kName), nullptr);
}

TEST(RunProgram, RunsNothingIfThePreparationThrows) {
  const testing::Outcome outcome = testing::run(
      {"echo", "it ran"}, [] { throw std::runtime_error("not prepared"); });
  EXPECT_EQ(outcome.status.code, kChildThrew);
  EXPECT_THAT(outcome.err, HasSubstr("not prepared"));
  EXPECT_EQ(outcome.out, "");
}

TEST(RunProgram, ClosesDescriptorsMarkedCloseOnExec) {
  const Pipe pipe = make_pipe();
  const Descriptor inherited(::open("/dev/null", O_RDONLY));
  const auto is_there = [](int number) {
    return shell("test -e /proc/$$/fd/" + std::to_string(number))
        .status.success();
  };
  EXPECT_TRUE(is_there(inherited.get()));  // the question can be answered
  EXPECT_FALSE(is_there(pipe.reader.get()));
  EXPECT_FALSE(is_there(pipe.writer.get()));
}

}  // namespace
}  // namespace cow

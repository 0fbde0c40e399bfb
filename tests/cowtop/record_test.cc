// cowtop --record: what it writes, and how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cow/memory/region.h"
#include "cow/os/descriptor.h"
#include "memory/parked_child.h"
#include "support/programs.h"

namespace cowtop {
namespace {

using cow::testing::Outcome;
using cow::testing::ParkedChild;
using cow::testing::program;
using cow::testing::TemporaryFolder;
using nlohmann::json;
using ::testing::HasSubstr;

json read_json(const std::string& file) {
  std::ifstream stream(file);
  return json::parse(stream);
}

TEST(CowtopRecord, WritesAWholeRecordingOfACommandThatHasEnded) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  const Outcome outcome =
      cow::testing::run({program("cowtop"), "--record", file, "--",
                         program("04_global"), "--data", "8MiB"});
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("6 of 6 claims hold"));
  const json it = read_json(file);
  EXPECT_EQ(it.at("format"), "cowpool recording");
  EXPECT_THAT(it.at("program").get<std::string>(), HasSubstr("04_global"));
  EXPECT_FALSE(it.contains("report"));
  EXPECT_EQ(it.at("processes").at(0).at("role"), "parent");
  EXPECT_TRUE(it.at("events").back().at("figures").empty());
}

TEST(CowtopRecord, EndsWithTheStatusOfItsCommand) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  const Outcome outcome = cow::testing::run(
      {program("cowtop"), "--record", file, "--", "/bin/sh", "-c", "exit 5"});
  EXPECT_EQ(outcome.status.code, 5);
}

TEST(CowtopRecord, CountsThePagesOfAProcessUntilAnInterrupt) {
  const cow::Region region(cow::Pages(1024));
  ParkedChild child([&](const ParkedChild::Park& park) {
    region.write(cow::Pages(0), cow::Pages(512));
    park(0);
  });
  child.await();
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  cow::Child cowtop = cow::run_program(
      {program("cowtop"), "--record", file, std::to_string(child.pid())});
  // It has opened the file, and so it waits for signals or will soon.
  while (::access(file.c_str(), F_OK) != 0) {
  }
  while (true) {  // until signals are held back
    const auto status =
        cow::read_file("/proc/" + std::to_string(cowtop.pid()) + "/status");
    ASSERT_TRUE(status) << status.reason();
    const std::size_t blocked = status->find("SigBlk:\t");
    if (status->substr(blocked + 8, 16) != std::string(16, '0')) break;
  }
  cowtop.kill(SIGINT);
  EXPECT_EQ(cowtop.wait().code, 0);
  const json it = read_json(file);
  ASSERT_FALSE(it.at("events").empty());
  std::int64_t exclusive = 0;
  for (const json& change : it.at("events").at(0).at("pages")) {
    const json& drawn =
        it.at("regions").at(change.at("region").get<std::size_t>());
    if (drawn.at("pages") != 1024) continue;
    for (const json& run : change.at("runs")) {
      if (run.at(2) == "x") exclusive += run.at(1).get<int>();
    }
  }
  EXPECT_EQ(exclusive, 512);
}

TEST(CowtopRecord, SaysThatTheProgramHasEndedOnlyIfAllProcessesHave) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  const Outcome outcome = cow::testing::run(
      {program("cowtop"), "--record", file, "--", "/bin/sh", "-c",
       "sleep 100 >/dev/null 2>&1 & sleep 0.5; echo $!"});
  ::kill(std::stoi(outcome.out), SIGKILL);
  const json last = read_json(file).at("events").back();
  EXPECT_EQ(last.at("figures").size(), 1U);
  EXPECT_THAT(last.at("what").get<std::string>(), HasSubstr(" ended"));
  EXPECT_NE(last.at("what"), "the program has ended");
}

TEST(CowtopRecord, RefusesAFileThatCannotBeWritten) {
  const Outcome outcome = cow::testing::run(
      {program("cowtop"), "--record", "/nowhere/file", "--", "/bin/true"});
  EXPECT_EQ(outcome.status.code, 2);
  EXPECT_EQ(outcome.err,
            "cowtop: --record /nowhere/file: expected a file that can be "
            "written\n");
}

TEST(CowtopRecord, SaysThatAProcessIsNotThere) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  const Outcome outcome =
      cow::testing::run({program("cowtop"), "--record", file, "999999999"});
  EXPECT_EQ(outcome.status.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("999999999"));
  EXPECT_NE(::access(file.c_str(), F_OK), 0);
}

TEST(CowtopRecord, SaysAtOnceThatAProcessCannotBeRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  ParkedChild child([](const ParkedChild::Park& park) { park(0); });
  child.await();
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  std::ofstream(file).close();
  std::filesystem::permissions(file, std::filesystem::perms::all);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const Outcome outcome = cow::testing::run(
      {program("cowtop"), "--record", file, std::to_string(child.pid())}, [] {
        constexpr uid_t kNobody = 65534;
        ::setresuid(kNobody, kNobody, kNobody);
      });
  EXPECT_EQ(outcome.status.code, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("smaps_rollup"));
}

}  // namespace
}  // namespace cowtop

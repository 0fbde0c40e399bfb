// cowtop --writers over programs whose writers are known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cow/faults/rings.h"
#include "cow/faults/symbols.h"
#include "cow/memory/region.h"
#include "cow/os/descriptor.h"
#include "memory/parked_child.h"
#include "support/programs.h"

namespace cowtop {
namespace {

using cow::testing::Outcome;
using cow::testing::ParkedChild;
using cow::testing::program;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> writers_of(std::vector<std::string> command) {
  command.insert(command.begin(),
                 {program("cowtop"), "--writers", "--json", "--"});
  return command;
}

// The faults of one function, or of all that have no symbol.
std::int64_t faults_of(const json& report, const std::string& function) {
  std::int64_t sum = 0;
  for (const json& writer : report.at("writers")) {
    if (writer.value("function", "") != function) continue;
    if (writer.at("system_call")) continue;
    sum += writer.at("faults").get<std::int64_t>();
  }
  return sum;
}

class Writers : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto rings = cow::FaultRings::of_next_children();
    if (!rings) GTEST_SKIP() << rings.reason();
  }

  static json run(const std::vector<std::string>& command) {
    const Outcome outcome = cow::testing::run(writers_of(command));
    EXPECT_EQ(outcome.status.code, 7) << outcome.err;
    return json::parse(outcome.out);
  }
};

TEST_F(Writers, AreNamedWithAllPagesThatTheyWroteFirst) {
  if (!cow::Symbols::available()) GTEST_SKIP() << "built without libdw";
  const json report = run({program("known_writers"), "2", "300", "700"});
  EXPECT_EQ(report.at("lost"), 0);
  EXPECT_EQ(faults_of(report, "write_first"), 2 * 300);
  EXPECT_EQ(faults_of(report, "write_second"), 2 * 700);
  EXPECT_EQ(faults_of(report, "make_data"), 0);
  EXPECT_EQ(faults_of(report, "only_read"), 0);
  for (const json& writer : report.at("writers")) {
    if (writer.value("function", "") != "write_first") continue;
    EXPECT_EQ(writer.at("mapping"), program("known_writers").string());
    EXPECT_EQ(writer.at("memory"), "");
    EXPECT_EQ(writer.at("pids").size(), 2U);
  }
}

TEST_F(Writers, AreCompleteAtFiftyThousandFaults) {
  if (!cow::Symbols::available()) GTEST_SKIP() << "built without libdw";
  const json report = run({program("known_writers"), "1", "20000", "30000"});
  EXPECT_EQ(report.at("lost"), 0);
  EXPECT_EQ(faults_of(report, "write_first"), 20'000);
  EXPECT_EQ(faults_of(report, "write_second"), 30'000);
}

// Each instruction that stores is a row, and none is named after another
// function.
TEST_F(Writers, OfAStrippedProgramHaveNoSymbol) {
  const json report =
      run({program("known_writers_stripped"), "2", "300", "700"});
  EXPECT_EQ(faults_of(report, "nearest_symbol"), 0);
  std::int64_t faults = 0;
  for (const json& writer : report.at("writers")) {
    if (writer.value("mapping", "") !=
        program("known_writers_stripped").string()) {
      continue;
    }
    EXPECT_FALSE(writer.contains("function")) << writer;
    EXPECT_TRUE(writer.contains("offset"));
    faults += writer.at("faults").get<std::int64_t>();
  }
  EXPECT_GE(faults, 2 * 1000);
}

TEST_F(Writers, OfAStrippedProgramAreNamedByItsDebugFile) {
  if (!cow::Symbols::available()) GTEST_SKIP() << "built without libdw";
  const cow::testing::TemporaryFolder folder;
  const std::string stripped = folder.path() / "stripped";
  const std::string debug = folder.path() / "stripped.debug";
  const std::string whole = program("known_writers");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"--only-keep-debug", whole, debug},
           {"--strip-all", "--add-gnu-debuglink=" + debug, whole, stripped}}) {
    std::vector<std::string> command{"objcopy"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Outcome outcome = cow::testing::run(command);
    if (outcome.status.code == cow::kExecFailed) GTEST_SKIP() << "no objcopy";
    ASSERT_TRUE(outcome.status.success()) << outcome.err;
  }
  const json report = run({stripped, "1", "300", "700"});
  EXPECT_EQ(faults_of(report, "write_first"), 300);
  EXPECT_EQ(faults_of(report, "write_second"), 700);
}

// As a user who is not root, if this one is.
TEST_F(Writers, NeedNoPrivilege) {
  if (!cow::Symbols::available()) GTEST_SKIP() << "built without libdw";
  const Outcome outcome = cow::testing::run(
      writers_of({program("known_writers"), "1", "300", "700"}), [] {
        if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(99);
      });
  if (outcome.err.find("perf_event_paranoid") != std::string::npos) {
    GTEST_SKIP() << outcome.err;
  }
  ASSERT_EQ(outcome.status.code, 7) << outcome.err;
  const json report = json::parse(outcome.out);
  EXPECT_EQ(faults_of(report, "write_first"), 300);
  EXPECT_EQ(faults_of(report, "write_second"), 700);
}

// What cowtop reports of a child that writes 100 inherited pages while it is
// watched. `end` is to end the recording; it gets the child and the meter.
json record_child(const std::function<void(ParkedChild&, cow::Child&)>& end) {
  cow::Region data(cow::Pages(100));
  ParkedChild child([&](const ParkedChild::Park& park) {
    park(0);
    data.write(cow::Pages(0), data.pages());
    park(0);
  });
  child.await();
  cow::Pipe out = cow::make_pipe();
  cow::Child meter = cow::run_program(
      {program("cowtop"), "--writers", "--json", std::to_string(child.pid())},
      [&] { ::dup2(out.writer.get(), STDOUT_FILENO); });
  out.writer.close();
  // It has this descriptor as soon as it records.
  const auto recording = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(
             "/proc/" + std::to_string(meter.pid()) + "/fd")) {
      std::error_code closed;
      if (std::filesystem::read_symlink(entry.path(), closed) ==
          "anon_inode:[signalfd]") {
        return true;
      }
    }
    return false;
  };
  while (!recording()) {
    if (cow::wait_readable(meter.descriptor(), 1)) break;
  }
  child.go_on();
  child.await();
  end(child, meter);
  std::string text(1 << 20, '\0');
  text.resize(cow::read_fully(out.reader.get(), text.data(), text.size()));
  EXPECT_EQ(meter.wait().code, 0);
  return json::parse(text);
}

TEST_F(Writers, OfARunningProcessAreRecordedUntilItEnds) {
  const json report = record_child([](ParkedChild& child, cow::Child&) {
    EXPECT_TRUE(child.end().success());
  });
  EXPECT_GE(report.at("inherited").at("faults"), 100);
}

TEST_F(Writers, OfARunningProcessAreRecordedUntilCtrlC) {
  const json report =
      record_child([](ParkedChild&, cow::Child& meter) { meter.kill(SIGINT); });
  EXPECT_GE(report.at("inherited").at("faults"), 100);
}

// From now on perf_event_open(2) fails in this process, as it does where
// perf_event_paranoid is 3.
void forbid_perf_events() {
  std::vector<sock_filter> code{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog filter{static_cast<unsigned short>(code.size()),
                          code.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) ::_exit(99);
}

TEST(WritersWithoutPerfEvents, AreReplacedByOneSentenceBesideTheOtherFigures) {
  const Outcome outcome = cow::testing::run(
      writers_of({program("known_writers"), "1", "300", "700"}),
      forbid_perf_events);
  EXPECT_EQ(outcome.status.code, 7);
  EXPECT_THAT(outcome.err, StartsWith("cowtop: who wrote cannot be recorded"));
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1);
  EXPECT_TRUE(json::parse(outcome.out).contains("totals")) << outcome.out;
}

TEST(WritersFlag, NeedsAProcessOrACommand) {
  const Outcome outcome = cow::testing::run({program("cowtop"), "--writers"});
  EXPECT_EQ(outcome.status.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--writers: expected"));
}

TEST_F(Writers, ReportAMissingProcess) {
  const Outcome outcome = cow::testing::run(
      {program("cowtop"), "--writers", std::to_string(INT32_MAX)});
  EXPECT_EQ(outcome.status.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(std::to_string(INT32_MAX)));
  EXPECT_THAT(outcome.out, IsEmpty());
}

}  // namespace
}  // namespace cowtop

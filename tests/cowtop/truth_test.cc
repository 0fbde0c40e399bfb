// The figures of cowtop against the kernel's own files, to the page, on
// processes that stand still.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/memory/region.h"
#include "cow/memory/usage.h"
#include "cow/os/descriptor.h"
#include "memory/parked_child.h"
#include "support/programs.h"

namespace cowtop {
namespace {

using cow::Bytes;
using cow::Pages;
using cow::Region;
using cow::testing::Outcome;
using cow::testing::ParkedChild;
using cow::testing::program;
using cow::testing::run;

nlohmann::json json_of(const std::vector<std::string>& flags) {
  std::vector<std::string> arguments{program("cowtop"), "--json"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out);
}

// A line "Name:  123 kB" of smaps_rollup, read without the project's parser.
std::int64_t rollup(pid_t pid, const std::string& name) {
  const std::string text =
      *cow::read_file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  const std::size_t at = text.find("\n" + name + ":");
  EXPECT_NE(at, text.npos);
  return std::stoll(text.substr(at + name.size() + 2)) * 1024;
}

bool near(std::int64_t a, std::int64_t b, std::int64_t kilobytes) {
  return std::abs(a - b) <= kilobytes * 1024;
}

// A child that parks, and another one below it that has copied a quarter.
class ParkedProcesses : public ::testing::Test {
 protected:
  ParkedProcesses()
      : child_([this](const ParkedChild::Park& park) {
          ParkedChild grandchild([this](const ParkedChild::Park& park_again) {
            data_.write(Pages(0), Pages(1024));
            park_again(0);
          });
          grandchild.await();
          park(grandchild.pid());
        }) {
    grandchild_ = static_cast<pid_t>(child_.await());
  }

  Region data_{Pages(4096)};
  ParkedChild child_;
  pid_t grandchild_ = 0;
};

TEST_F(ParkedProcesses, AreShownWithTheFiguresOfSmapsRollup) {
  const auto json = json_of({std::to_string(child_.pid())});
  const auto& processes = json.at("processes");
  ASSERT_EQ(processes.size(), 2U);
  std::int64_t pss = 0;
  std::int64_t rss = 0;
  std::int64_t uss = 0;
  for (const auto& process : processes) {
    const pid_t pid = process.at("pid");
    // Pages of files are shared with other processes of the machine, whose
    // number may change between two looks; anonymous ones are only theirs.
    EXPECT_EQ(process.at("rss"), rollup(pid, "Rss"));
    EXPECT_EQ(process.at("anonymous"), rollup(pid, "Anonymous"));
    EXPECT_EQ(process.at("swap"), rollup(pid, "Swap"));
    EXPECT_TRUE(
        near(process.at("uss"),
             rollup(pid, "Private_Clean") + rollup(pid, "Private_Dirty"), 64));
    EXPECT_TRUE(near(process.at("pss"), rollup(pid, "Pss"), 256));
    EXPECT_LT(process.at("uss"), process.at("pss"));
    EXPECT_LT(process.at("pss"), process.at("rss"));
    rss += process.at("rss").get<std::int64_t>();
    pss += process.at("pss").get<std::int64_t>();
    uss += process.at("uss").get<std::int64_t>();
  }
  EXPECT_EQ(json.at("totals").at("rss"), rss);
  EXPECT_EQ(json.at("totals").at("pss"), pss);
  EXPECT_EQ(json.at("totals").at("uss"), uss);
}

TEST_F(ParkedProcesses, AreShownWithTheirParents) {
  const auto processes =
      json_of({std::to_string(child_.pid())}).at("processes");
  EXPECT_EQ(processes.at(0).at("pid"), child_.pid());
  EXPECT_EQ(processes.at(0).at("ppid"), ::getpid());
  EXPECT_EQ(processes.at(1).at("pid"), grandchild_);
  EXPECT_EQ(processes.at(1).at("ppid"), child_.pid());
}

TEST_F(ParkedProcesses, AreShownWithMappingsThatAddUp) {
  const auto json = json_of({"--mappings", std::to_string(grandchild_)});
  EXPECT_EQ(json.at("pid"), grandchild_);
  std::int64_t rss = 0;
  std::int64_t uss = 0;
  std::int64_t before = INT64_MAX;
  for (const auto& mapping : json.at("mappings")) {
    rss += mapping.at("rss").get<std::int64_t>();
    uss += mapping.at("uss").get<std::int64_t>();
    EXPECT_LE(mapping.at("uss").get<std::int64_t>(), before);
    before = mapping.at("uss");
  }
  EXPECT_EQ(rss, rollup(grandchild_, "Rss"));
  EXPECT_TRUE(near(uss,
                   rollup(grandchild_, "Private_Clean") +
                       rollup(grandchild_, "Private_Dirty"),
                   64));
}

TEST_F(ParkedProcesses, AreShownWithTheCountsOfTheirPages) {
  const auto begin = reinterpret_cast<std::uintptr_t>(data_.data());
  const std::string range =
      fmt::format("{:x}-{:x}", begin, begin + data_.size().size());
  const auto json =
      json_of({"--pages", std::to_string(grandchild_), range}).at("pages");
  EXPECT_EQ(json.at("exclusive"), 1024);
  EXPECT_EQ(json.at("shared"), 3072);
  EXPECT_EQ(json.at("untouched"), 0);
  EXPECT_EQ(json.at("swapped"), 0);
  const Outcome picture =
      run({program("cowtop"), "--pages", std::to_string(grandchild_), range});
  EXPECT_EQ(picture.status.code, 0);
  EXPECT_THAT(picture.out, ::testing::HasSubstr("3,072"));
}

}  // namespace
}  // namespace cowtop

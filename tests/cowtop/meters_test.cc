// Other meters, where they are installed, read the same of parked processes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cow/memory/region.h"
#include "memory/parked_child.h"
#include "support/programs.h"

namespace cowtop {
namespace {

using cow::Pages;
using cow::Region;
using cow::testing::Outcome;
using cow::testing::ParkedChild;
using cow::testing::program;
using cow::testing::run;

constexpr std::int64_t kKiB = 1024;

// The system's own: python3-psutil and smem are packages for that one.
constexpr const char* kPython = "/usr/bin/python3";

constexpr const char* kPsutil =
    "import psutil, sys\n"
    "m = psutil.Process(int(sys.argv[1])).memory_full_info()\n"
    "print(m.rss, m.pss, m.uss, m.swap)\n";

class Meters : public ::testing::Test {
 protected:
  Meters()
      : child_([this](const ParkedChild::Park& park) {
          data_.write(Pages(0), Pages(1024));
          park(0);
        }) {
    child_.await();
  }

  std::string pid() const { return std::to_string(child_.pid()); }

  nlohmann::json ours() const {
    const Outcome outcome = run({program("cowtop"), "--json", pid()});
    return nlohmann::json::parse(outcome.out).at("processes").at(0);
  }

  // Files that are mapped are shared with other processes of the machine, which
  // come and go; all else stands still.
  static bool near(std::int64_t a, std::int64_t b) {
    return std::abs(a - b) <= 256 * kKiB;
  }

  Region data_{Pages(4096)};
  ParkedChild child_;
};

TEST_F(Meters, CowtopReadsTheSameAsPsutil) {
  const Outcome theirs = run({kPython, "-c", kPsutil, pid()});
  if (theirs.status.code != 0) GTEST_SKIP() << "no psutil: " << theirs.err;
  std::int64_t rss = 0;
  std::int64_t pss = 0;
  std::int64_t uss = 0;
  std::int64_t swap = -1;
  std::istringstream(theirs.out) >> rss >> pss >> uss >> swap;
  const auto json = ours();
  EXPECT_TRUE(near(json.at("rss"), rss)) << rss << json;
  EXPECT_TRUE(near(json.at("pss"), pss)) << pss << json;
  EXPECT_TRUE(near(json.at("uss"), uss)) << uss << json;
  EXPECT_EQ(json.at("swap"), swap);
  EXPECT_GE(json.at("uss"), 4096 * kKiB);
}

// The line of process `pid`: "1234 64 5000 7000 16000", in kB.
bool find_line(const std::string& text, const std::string& pid,
               std::istringstream& line) {
  std::istringstream lines(text);
  std::string one;
  while (std::getline(lines, one)) {
    std::istringstream words(one);
    std::string first;
    words >> first;
    if (first != pid) continue;
    line.str(one.substr(one.find(pid) + pid.size()));
    return true;
  }
  return false;
}

TEST_F(Meters, CowtopReadsTheSameAsSmem) {
  const Outcome theirs = run({"smem", "-H", "-c", "pid swap uss pss rss"});
  if (theirs.status.code != 0) GTEST_SKIP() << "no smem: " << theirs.err;
  std::istringstream line;
  if (!find_line(theirs.out, pid(), line)) {
    GTEST_SKIP() << "smem does not list the process: " << theirs.out;
  }
  std::int64_t swap = -1;
  std::int64_t uss = 0;
  std::int64_t pss = 0;
  std::int64_t rss = 0;
  line >> swap >> uss >> pss >> rss;
  const auto json = ours();
  EXPECT_TRUE(near(json.at("rss"), rss * kKiB)) << rss << json;
  EXPECT_TRUE(near(json.at("pss"), pss * kKiB)) << pss << json;
  EXPECT_TRUE(near(json.at("uss"), uss * kKiB)) << uss << json;
  EXPECT_EQ(json.at("swap"), swap * kKiB);
}

}  // namespace
}  // namespace cowtop

// Which functions of the interpreter write to what a worker has inherited.
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "cow/faults/rings.h"
#include "cow/lesson/twin.h"
#include "cow/os/bytes.h"
#include "support/programs.h"

namespace cowtop {
namespace {

using nlohmann::json;

class PythonWriters : public ::testing::Test {
 protected:
  void SetUp() override {
    const cow::Reading<std::string> found = cow::find_python();
    if (!found) GTEST_SKIP() << found.reason();
    python_ = *found;
    const auto rings = cow::FaultRings::of_next_children();
    if (!rings) GTEST_SKIP() << rings.reason();
  }

  // Of a program whose forked child runs `body`, over a list of 200,000 lists
  // or of 400,000 floats: 12,800,000 bytes of objects.
  json run(const std::string& body) {
    const cow::testing::Outcome outcome =
        cow::testing::run({cow::testing::program("cowtop"), "--writers",
                           "--json", "--", python_, "-c",
                           "import gc, os\n"
                           "gc.disable()\n"
                           "lists = [[None] for i in range(200_000)]\n"
                           "floats = [float(i) for i in range(400_000)]\n"
                           "gc.collect()\n"
                           "if os.fork() == 0:\n"
                           "    " +
                               body +
                               "\n"
                               "    os._exit(0)\n"
                               "os.wait()\n"});
    EXPECT_EQ(outcome.status.code, 0) << outcome.err;
    return json::parse(outcome.out);
  }

  std::string python_;
};

constexpr std::int64_t kObjects = 12'800'000;

// The pages that the function with most of them has written, or those that have
// no symbol.
std::int64_t pages_of_the_first(const json& report) {
  const json& first = report.at("writers").at(0);
  if (first.contains("function")) return first.at("faults");
  std::int64_t pages = 0;
  for (const json& writer : report.at("writers")) {
    if (writer.contains("function")) continue;
    pages += writer.at("faults").get<std::int64_t>();
  }
  return pages;
}

void expect_one_writer_of_the_objects(const json& report) {
  EXPECT_EQ(report.at("lost"), 0);
  const std::int64_t objects = cow::to_pages(cow::Bytes(kObjects)).count();
  EXPECT_GE(pages_of_the_first(report), objects * 9 / 10) << report.dump(2);
  EXPECT_LE(pages_of_the_first(report), objects * 12 / 10) << report.dump(2);
}

TEST_F(PythonWriters, NameOneFunctionIfAListIsRead) {
  expect_one_writer_of_the_objects(run("sum(floats)"));
}

TEST_F(PythonWriters, NameTheCollectorIfItVisitsTheObjects) {
  const json report = run("gc.collect()");
  expect_one_writer_of_the_objects(report);
  const std::string name = report.at("writers").at(0).value("function", "");
  if (name.empty()) GTEST_SKIP() << "this Python is stripped";
  EXPECT_TRUE(name.find("gc") != name.npos ||
              name.find("reachable") != name.npos ||
              name.find("refs") != name.npos)
      << name;
}

TEST_F(PythonWriters, ListFewFaultsIfTheWorkerUsesNothing) {
  const json report = run("pass");
  EXPECT_LE(report.at("inherited").at("faults"),
            cow::to_pages(cow::Bytes(kObjects)).count() / 4)
      << report.dump(2);
}

}  // namespace
}  // namespace cowtop

// The benchmarks run, and their table and JSON have every row. What they
// measure is never asserted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cow/lesson/twin.h"
#include "cow/os/descriptor.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Outcome bench(std::vector<std::string> arguments,
              const std::function<void()>& prepare = {}) {
  arguments.insert(arguments.begin(), program("bench"));
  return run(arguments, [&] {
    if (::chdir(source("").c_str()) != 0) ::_exit(99);
    if (prepare) prepare();
  });
}

// What each benchmark compares itself with: 'l' the limit, 'p' CPython.
const std::vector<std::pair<std::string, std::string>> kRows = {
    {"round_trip", "lp"},
    {"map/chunk_size_1", "p"},
    {"map/default_chunks", "p"},
    {"payload/there", "lp"},
    {"payload/back", "lp"},
    {"payload/both", "lp"},
    {"string/there", "l"},
    {"string/back", "l"},
    {"start", "lp"},
    {"start_on_demand", "l"},
    {"idle_worker/after_one_task", "lp"},
    {"idle_worker/after_many_items", "lp"},
    {"idle_worker/after_many_gaps", "lp"},
    {"imap/memory", "l"},
    {"grow_n/1", "p"},
    {"grow_n/10", "p"},
    {"grow_N/1", "p"},
    {"grow_N/2", "p"},
    {"grow_D/0", "lp"},
    {"grow_D/1048576", "lp"},
    {"start_many", "l"},
    {"many_workers", "l"}};

void expect_figure(const nlohmann::json& row, const std::string& name) {
  ASSERT_TRUE(row.contains(name)) << row.dump(2);
  EXPECT_GT(row.at(name).get<double>(), 0) << row.dump(2);
}

// A ratio, and the two figures that it is made of (one round, so exactly).
void expect_ratio(const nlohmann::json& row, const std::string& above,
                  const std::string& below, const std::string& name) {
  for (const std::string& figure : {above, below, name}) {
    expect_figure(row, figure);
  }
  const double ratio =
      row.at(above).get<double>() / row.at(below).get<double>();
  EXPECT_DOUBLE_EQ(row.at(name), ratio);
  EXPECT_DOUBLE_EQ(row.at(name + "_min"), ratio);
  EXPECT_DOUBLE_EQ(row.at(name + "_max"), ratio);
  if (!row.contains(name + "_target")) return;
  const double target = row.at(name + "_target");
  const bool reached = name == "to_limit" ? ratio <= target : ratio >= target;
  EXPECT_EQ(row.at(name + "_reached"), reached ? 1 : 0) << row.dump(2);
}

TEST(Bench, GivesEveryRowInTheTableAndInTheJson) {
  const bool has_python = static_cast<bool>(find_python());
  const TemporaryFolder folder;
  const auto json = folder.path() / "bench.json";
  const Outcome outcome = bench({"--tiny", "--json", json});
  ASSERT_EQ(outcome.status.code, 0) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const auto rows = nlohmann::json::parse(*read_file(json)).at("benchmarks");
  ASSERT_EQ(rows.size(), kRows.size());
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const auto& [name, sides] = kRows[i];
    const auto& row = rows[i];
    EXPECT_THAT(row.at("name"), HasSubstr(name));
    EXPECT_THAT(outcome.out, HasSubstr(row.at("label").get<std::string>()));
    if (sides.find('l') != std::string::npos) {
      expect_ratio(row, "ours", "limit", "to_limit");
    }
    if (has_python && sides.find('p') != std::string::npos) {
      expect_ratio(row, "cpython", "ours", "to_cpython");
    }
  }
}

TEST(Bench, OmitsCPythonIfItIsMissing) {
  const Outcome outcome =
      bench({"--tiny", "--benchmark_filter=round_trip"},
            [] { ::setenv("COW_PYTHON", "/nowhere/python3", 1); });
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("no python3: column left out"));
  EXPECT_THAT(outcome.out, HasSubstr("one task there and back"));
}

TEST(Bench, RunsOnlyWhatTheFilterNames) {
  const Outcome outcome = bench({"--tiny", "--benchmark_filter=idle_worker"});
  EXPECT_THAT(outcome.out, HasSubstr("idle worker"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("there and back")));
}

TEST(Bench, RefusesUnknownAndBadFlags) {
  EXPECT_EQ(bench({"--rounds", "none"}).status.code, 2);
  EXPECT_EQ(bench({"--rounds"}).status.code, 2);
  EXPECT_EQ(bench({"--banana"}).status.code, 2);
  EXPECT_THAT(bench({"--rounds", "0"}).err, HasSubstr("at least 1"));
}

}  // namespace
}  // namespace cow::testing

// Recordings that are made from looks of the test's own.
#include "cow/record/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cow {
namespace {

using nlohmann::json;

LookedAtRange range(std::uint64_t begin, const std::string& states) {
  return {.begin = begin,
          .end = begin + states.size(),
          .name = "",
          .states = std::make_shared<const std::string>(states)};
}

LookedAt process(pid_t pid, pid_t parent, std::vector<LookedAtRange> ranges) {
  return {.id = {.pid = pid, .started = 1},
          .parent = parent,
          .image = {.code = 1, .stack = 1},
          .name = "program",
          .rss = Bytes(3),
          .pss = Bytes(2),
          .uss = Bytes(1),
          .ranges = std::move(ranges)};
}

RecordedLook look(double time, Tree tree) {
  return {.time = time,
          .what = {},
          .moment = {},
          .is_kept = true,
          .messages = {},
          .tree = std::move(tree)};
}

json written(const Recording& recording, const std::string& report = "") {
  return json::parse(recording.to_json(report));
}

TEST(Recording, WritesOnlyThePagesThatHaveChanged) {
  Recording recording("program");
  recording.add(look(0, {process(1, 0, {range(100, "xx..")})}));
  recording.add(look(1, {process(1, 0, {range(100, "xxx.")})}));
  const json it = written(recording);
  EXPECT_EQ(it.at("format"), "cowpool recording");
  EXPECT_EQ(it.at("regions"), json::parse(R"([{"name":"data","pages":4}])"));
  EXPECT_EQ(it.at("events").at(0).at("pages"),
            json::parse(R"([{"process":0,"region":0,"runs":[[0,2,"x"]]}])"));
  EXPECT_EQ(it.at("events").at(1).at("pages"),
            json::parse(R"([{"process":0,"region":0,"runs":[[2,1,"x"]]}])"));
  EXPECT_FALSE(it.contains("report"));
}

TEST(Recording, LeavesOutAProcessThatHasEnded) {
  Recording recording("program");
  const auto parent = [&](const char* states) {
    return process(1, 0, {range(100, states)});
  };
  recording.add(look(0, {parent("ssss"), process(2, 1, {range(100, "ssss")})}));
  recording.add(look(1, {parent("xxxx")}));
  recording.add(look(2, {}));
  const json it = written(recording);
  EXPECT_EQ(it.at("processes").at(1),
            json::parse(R"({"role":"worker 1","pid":2,"parent":0})"));
  EXPECT_EQ(it.at("events").at(0).at("figures").size(), 2U);
  EXPECT_EQ(it.at("events").at(1).at("figures"),
            json::parse(R"([{"process":0,"rss":3,"pss":2,"uss":1}])"));
  EXPECT_EQ(it.at("events").at(1).at("what"), "worker 1 has ended");
  EXPECT_TRUE(it.at("events").at(2).at("figures").empty());
}

TEST(Recording, EmptiesARegionThatHasGone) {
  Recording recording("program");
  recording.add(look(0, {process(1, 0, {range(100, "xxxx")})}));
  recording.add(look(1, {process(1, 0, {})}));
  const json it = written(recording);
  EXPECT_EQ(it.at("events").at(1).at("pages"),
            json::parse(R"([{"process":0,"region":0,"runs":[[0,4,"."]]}])"));
}

TEST(Recording, KeepsOneRegionForMemoryThatGrowsAtItsEnds) {
  Recording recording("program");
  recording.add(look(0, {process(1, 0, {range(100, "xx")})}));
  recording.add(look(1, {process(1, 0, {range(98, "xxxxxx")})}));
  const json it = written(recording);
  EXPECT_EQ(it.at("regions"), json::parse(R"([{"name":"data","pages":6}])"));
  EXPECT_EQ(it.at("events").at(0).at("pages").at(0).at("runs"),
            json::parse(R"([[2,2,"x"]])"));
}

TEST(Recording, DrawsThePagesThatItIsToldInsteadOfMappings) {
  Recording recording("program");
  recording.draw("chosen",
                 {{.begin = 101, .count = 1}, {.begin = 103, .count = 1}});
  recording.add(look(0, {process(1, 0, {range(100, "x.xsx")})}));
  const json it = written(recording);
  EXPECT_EQ(it.at("regions"), json::parse(R"([{"name":"chosen","pages":2}])"));
  EXPECT_EQ(it.at("events").at(0).at("pages").at(0).at("runs"),
            json::parse(R"([[1,1,"s"]])"));
}

TEST(Recording, DrawsPagesFromTheirExperimentOn) {
  Recording recording("program");
  const auto tree = [](pid_t worker) {
    return Tree{process(1, 0, {range(100, "sx")}),
                process(worker, 1, {range(100, "s.")})};
  };
  recording.add(look(0, tree(2)));
  recording.draw("chosen", {{.begin = 100, .count = 1}});
  recording.add(look(1, tree(2)));
  // No look has shown the first process alone.
  recording.see(tree(3));
  recording.draw("chosen", {{.begin = 101, .count = 1}});
  recording.add(look(2, tree(3)));
  const json it = written(recording);
  EXPECT_EQ(it.at("events").at(0).at("pages"), json::parse(R"([
      {"process":0,"region":0,"runs":[[0,1,"s"]]},
      {"process":1,"region":0,"runs":[[0,1,"s"]]}])"));
  EXPECT_TRUE(it.at("events").at(1).at("pages").empty());
  std::string last;
  for (const json& change : it.at("events").at(2).at("pages")) {
    for (const json& run : change.at("runs")) last += run.at(2);
  }
  EXPECT_THAT(last, ::testing::HasSubstr("x"));
}

TEST(Recording, DrawsTheProcessesThatLivedLongest) {
  Recording recording("program");
  constexpr auto kMost = static_cast<pid_t>(Recording::kMostProcesses);
  for (pid_t pid = 2; pid < 2 * kMost; ++pid) {
    Tree tree{process(1, 0, {range(100, "s")}), process(pid, 1, {})};
    if (pid > kMost) tree.push_back(process(2 * kMost, 1, {}));
    recording.add(look(pid, std::move(tree)));
  }
  const json it = written(recording);
  EXPECT_EQ(it.at("processes").size(), Recording::kMostProcesses);
  EXPECT_EQ(it.at("processes").at(0).at("pid"), 1);
  EXPECT_EQ(it.at("processes").back().at("pid"), 2 * kMost);
}

TEST(Recording, DrawsNothingOfPagesThatWereNotKept) {
  Recording recording("program");
  // In the fork, the kernel has joined both mappings of the parent.
  LookedAtRange joined = range(101, "s");
  joined.end = 108;
  joined.step = 4;  // only page 104 was kept
  recording.add(
      look(0, {process(1, 0, {range(100, "ss"), range(102, "ssssss")}),
               process(2, 1, {joined})}));
  const json it = written(recording);
  EXPECT_EQ(it.at("regions").at(1),
            json::parse(R"({"name":"data","pages":6})"));
  EXPECT_THAT(it.at("events").at(0).at("pages"),
              ::testing::Contains(json::parse(
                  R"({"process":1,"region":1,"runs":[[2,4,"s"]]})")));
}

TEST(Recording, CallsAProcessByWhatItHasExecutedLast) {
  const Image other{.code = 2, .stack = 2};
  LookedAt shell = process(1, 0, {});
  LookedAt program = process(1, 0, {});
  program.image = other;
  LookedAt fork = process(2, 1, {});
  fork.image = other;
  LookedAt before = process(3, 1, {});
  before.image = other;
  LookedAt after = process(3, 1, {});
  after.image = {.code = 3, .stack = 3};
  after.name = "ls";
  Recording recording("name");
  recording.add(look(0, {shell}));
  recording.add(look(1, {program, fork, before}));
  recording.add(look(2, {program, fork, after}));
  const json processes = written(recording).at("processes");
  EXPECT_EQ(processes.at(1).at("role"), "worker 1");
  EXPECT_EQ(processes.at(2).at("role"), "ls");
}

TEST(Recording, SpreadsAMessageOverTheLooksInWhichItWasRead) {
  Recording recording("program");
  const auto tree = [&](std::int64_t read) {
    Tree both{process(1, 0, {range(100, "ssss")}),
              process(2, 1, {range(100, "ssss")})};
    both[1].bytes_read = read;
    return both;
  };
  recording.add(look(0, tree(0)));
  recording.add(look(1, tree(40)));
  RecordedLook last = look(2, tree(100));
  last.messages = {{.from = 1, .to = 2, .bytes = Bytes(100), .count = 1}};
  recording.add(last);
  const json it = written(recording);
  EXPECT_EQ(it.at("events").at(1).at("messages"),
            json::parse(R"([{"from":0,"to":1,"bytes":40,"count":0}])"));
  EXPECT_EQ(it.at("events").at(2).at("messages"),
            json::parse(R"([{"from":0,"to":1,"bytes":60,"count":1}])"));
}

TEST(Recording, HasAtMostSoManyEventsThatNeedNotBeKept) {
  Recording recording("program");
  std::string states(1000, '.');
  for (std::size_t i = 0; i + 10 <= states.size(); i += 2) {
    states.replace(i, 10, 10, 'x');
    RecordedLook next =
        look(static_cast<double>(i), {process(1, 0, {range(100, states)})});
    next.is_kept = false;
    recording.add(std::move(next));
    states[i] = '.';
    states.replace(i, 10, 10, 's');
  }
  EXPECT_LE(written(recording).at("events").size(), Recording::kMostLooks);
}

TEST(Recording, DrawsFewerPagesIfItWouldGetTooLong) {
  Recording recording("program");
  for (int i = 0; i < 16; ++i) {
    std::string states(30'000, 'x');
    for (std::size_t page = static_cast<std::size_t>(i % 2);
         page < states.size(); page += 2 + static_cast<std::size_t>(i % 3)) {
      states[page] = 's';
    }
    recording.add(look(i, {process(1, 0, {range(1 << 15, states)})}));
  }
  const std::string text = recording.to_json("");
  EXPECT_LE(text.size(), Recording::kMostBytes);
  const json region = json::parse(text).at("regions").at(0);
  EXPECT_GT(region.at("every"), 1);
  const int every = region.at("every");
  EXPECT_EQ(region.at("pages"), (30'000 + every - 1) / every);
}

TEST(Recording, DrawsEachWorkersArrayWhereverItLies) {
  Recording recording("program");
  recording.add(look(0, {process(1, 0, {}), process(2, 1, {range(100, "xxxx")}),
                         process(3, 1, {range(300, "xxxx")})}));
  const json it = written(recording);
  EXPECT_EQ(it.at("regions").size(), 1U);
  EXPECT_EQ(it.at("events").at(0).at("pages"), json::parse(R"([
      {"process":1,"region":0,"runs":[[0,4,"x"]]},
      {"process":2,"region":0,"runs":[[0,4,"x"]]}])"));
}

TEST(Recording, DrawsWhatWasInheritedBeforeWhatIsLarger) {
  Recording recording("program");
  Tree tree{process(1, 0, {range(100, "ssss")}),
            process(2, 1, {range(100, "ssss")})};
  for (pid_t pid = 3; pid < 23; ++pid) {
    const auto more = static_cast<std::size_t>(pid);
    tree.push_back(
        process(pid, 1, {range(1000 * more, std::string(20 + more, 'x'))}));
  }
  recording.add(look(0, std::move(tree)));
  const json regions = written(recording).at("regions");
  EXPECT_EQ(regions.size(), 12U);
  EXPECT_THAT(regions,
              ::testing::Contains(json::parse(R"({"name":"data","pages":4})")));
}

TEST(Recording, DrawsEachPageHoweverManyProcessesThereAre) {
  Recording recording("program");
  for (int i = 0; i < 30; ++i) {
    Tree tree{process(1, 0, {range(100, "ssss")})};
    for (pid_t pid = 2; pid < 900; ++pid) tree.push_back(process(pid, 1, {}));
    recording.add(look(i, std::move(tree)));
  }
  const std::string text = recording.to_json("");
  EXPECT_GT(text.size(), Recording::kMostBytes);
  EXPECT_FALSE(json::parse(text).at("regions").at(0).contains("every"));
}

TEST(Recording, HasAllFiguresWhereNotAllPagesCanBeDrawn) {
  Recording recording("program");
  Tree tree;
  for (pid_t pid = 1; pid <= 900; ++pid) {
    tree.push_back(process(
        pid, pid == 1 ? 0 : 1,
        {range(100, "ssss"), range(200, "sssss"), range(300, "ssssss")}));
  }
  recording.add(look(0, std::move(tree)));
  const json event = written(recording).at("events").at(0);
  EXPECT_EQ(event.at("pages").size(), Recording::kMostMaps);
  EXPECT_EQ(event.at("figures").size(), 900U);
}

TEST(Recording, NamesAnExperimentOnlyByWholePartsOfItsMoments) {
  Recording recording("program");
  for (const char* moment : {"a copy, k = 1", "a copy, k = 2"}) {
    recording.add(look(0, {process(1, 0, {}), process(2, 1, {})}));
    RecordedLook held = look(1, {process(1, 0, {}), process(2, 1, {})});
    held.moment = moment;
    recording.add(std::move(held));
  }
  EXPECT_EQ(written(recording).at("events").at(0).at("what"),
            "a copy: the program has begun");
  RecordedLook held = look(2, {process(1, 0, {}), process(2, 1, {})});
  held.moment = "a window, k = 1";
  recording.add(std::move(held));
  EXPECT_EQ(written(recording).at("events").at(0).at("what"),
            "the program has begun");
}

TEST(Recording, CountsProcessesOfOneName) {
  Recording recording("program");
  recording.add(look(0, {process(1, 0, {})}));
  Tree tree{process(1, 0, {})};
  for (pid_t pid = 2; pid < 5; ++pid) {
    tree.push_back(process(pid, 1, {}));
    tree.back().image = {.code = 7, .stack = 7};
    tree.back().name = "sleep";
  }
  recording.add(look(1, std::move(tree)));
  EXPECT_EQ(written(recording).at("events").at(1).at("what"),
            "3 × sleep have begun");
}

TEST(Recording, HasTheReportAsItIs) {
  Recording recording("04_global");
  recording.add(look(0, {process(1, 0, {})}));
  EXPECT_EQ(written(recording, R"({"lesson": "04_global"})").at("report"),
            json::parse(R"({"lesson": "04_global"})"));
}

}  // namespace
}  // namespace cow

// Recordings of lessons: their figures are those of the report, and their pages
// are those of the claims, to the page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cow/lesson/recorder_link.h"
#include "cow/memory/process.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "lessons/report.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using nlohmann::json;
using Where = std::pair<std::size_t, std::size_t>;  // process, region

// Small enough that no page is left out.
constexpr const char* kData = "16MiB";
constexpr std::int64_t kPages = 4096;
// Pages of small mappings that the kernel has joined to one of malloc's.
constexpr std::int64_t kJoined = 8;

// What a player has drawn after some events.
class Picture {
 public:
  explicit Picture(const json& recording) : recording_(recording) {}

  void add(const json& event) {
    living_.clear();
    for (const json& figure : event.at("figures")) {
      living_.insert(figure.at("process").get<std::size_t>());
    }
    for (const json& change : event.at("pages")) {
      const std::size_t process = change.at("process");
      const std::size_t region = change.at("region");
      EXPECT_TRUE(living_.contains(process));
      const std::size_t pages = recording_.at("regions").at(region).at("pages");
      std::string& states = states_[{process, region}];
      states.resize(pages, '.');
      for (const json& run : change.at("runs")) {
        const std::size_t first = run.at(0);
        const std::size_t count = run.at(1);
        const std::string state = run.at(2);
        ASSERT_LE(first + count, pages);
        ASSERT_THAT(state, ::testing::AnyOf(".", "s", "x", "w"));
        for (std::size_t i = first; i < first + count; ++i) {
          EXPECT_NE(states[i], state[0]) << "page " << i << " did not change";
          states[i] = state[0];
        }
      }
    }
  }

  // How many pages of regions with this name have this state in a process.
  std::int64_t count(std::size_t process, const std::string& name,
                     char state) const {
    std::int64_t sum = 0;
    for (const auto& [where, states] : states_) {
      if (where.first != process || !is_named(where.second, name)) continue;
      sum += std::count(states.begin(), states.end(), state);
    }
    return sum;
  }

  // The pages that some living process has exclusively are in no other one that
  // was forked from it, and shared ones are in at least two.
  void expect_consistent() const {
    for (const auto& [where, states] : states_) {
      if (!living_.contains(where.first)) continue;
      for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i] != 's') continue;
        bool found = false;
        for (const auto& [other, pages] : states_) {
          found = found ||
                  (other.second == where.second && other.first != where.first &&
                   living_.contains(other.first) && pages[i] == 's');
        }
        ASSERT_TRUE(found) << "process " << where.first << " shares page " << i
                           << " with nobody";
      }
    }
  }

 private:
  bool is_named(std::size_t region, const std::string& name) const {
    return recording_.at("regions").at(region).at("name") == name;
  }

  const json& recording_;
  std::set<std::size_t> living_;
  std::map<Where, std::string> states_;
};

// A moment of a recording.
struct Shown {
  std::vector<std::size_t> workers;  // process numbers, as in the report
  std::size_t parent = 0;
  Picture picture;
};

void expect_equal_figures(const json& recording, const json& event,
                          const json& moment) {
  for (const json& process : moment.at("processes")) {
    bool found = false;
    for (const json& figure : event.at("figures")) {
      const json& listed =
          recording.at("processes").at(figure.at("process").get<std::size_t>());
      if (listed.at("pid") != process.at("pid")) continue;
      found = true;
      for (const char* name : {"rss", "pss", "uss"}) {
        EXPECT_EQ(figure.at(name), process.at(name)) << name;
      }
    }
    EXPECT_TRUE(found) << process;
  }
}

// Runs a lesson with --record. All that holds for every lesson is expected
// here. Returns its moments by their names.
class Recorded {
 public:
  explicit Recorded(const std::string& lesson,
                    std::vector<std::string> flags = {"--data", kData}) {
    const TemporaryFolder folder;
    const std::string file = folder.path() / "recording.json";
    flags.insert(flags.begin(), {"--record", file});
    report_ = report_of(lesson, flags);
    std::ifstream stream(file);
    recording_ = json::parse(stream);
    EXPECT_EQ(recording_.at("report"), report_);
    EXPECT_EQ(recording_.at("program"), lesson);
    for (const json& claim : report_.at("claims")) {
      EXPECT_TRUE(claim.at("holds").get<bool>()) << claim;
    }
    replay();
  }

  const json& report() const { return report_; }
  const json& recording() const { return recording_; }
  const Shown& at(const std::string& moment) const {
    EXPECT_TRUE(moments_.contains(moment)) << moment;
    return moments_.at(moment);
  }

  // The same of an array that malloc has mapped: its header takes a page more.
  // The kernel may join a small mapping or two to it: it depends on where it
  // has put them. From outside, nobody sees where the array ends then. So their
  // few pages are drawn, too, and workers write to some of them.
  void expect_arrays(const std::string& moment, const std::string& region,
                     char state) const {
    for (const std::size_t worker : at(moment).workers) {
      const std::int64_t pages =
          at(moment).picture.count(worker, region, state);
      EXPECT_GE(pages, kPages + 1) << moment << ", " << region;
      EXPECT_LE(pages, kPages + 1 + kJoined) << moment << ", " << region;
    }
  }

  void expect_hardly_any(const std::string& moment, const std::string& region,
                         char state) const {
    for (const std::size_t worker : at(moment).workers) {
      EXPECT_LE(at(moment).picture.count(worker, region, state), kJoined)
          << moment << ", " << region;
    }
  }

  // Each worker has so many pages of the region in this state.
  void expect_workers(const std::string& moment, const std::string& region,
                      char state, std::int64_t pages) const {
    for (const std::size_t worker : at(moment).workers) {
      EXPECT_EQ(at(moment).picture.count(worker, region, state), pages)
          << moment << ", " << region << ", worker " << worker;
    }
  }

  // What a claim has measured: the workers in the report's order.
  void expect_figure(const std::string& moment, const std::string& region,
                     const std::vector<std::int64_t>& pages) const {
    const Shown& shown = at(moment);
    ASSERT_EQ(pages.size(), shown.workers.size());
    for (std::size_t i = 0; i < pages.size(); ++i) {
      EXPECT_EQ(shown.picture.count(shown.workers[i], region, 'x'), pages[i])
          << moment << ", worker " << i;
    }
  }

 private:
  void replay() {
    Picture picture(recording_);
    double time = 0;
    std::size_t next = 0;
    const json& events = recording_.at("events");
    ASSERT_FALSE(events.empty());
    for (const json& event : events) {
      EXPECT_GE(event.at("time"), time);
      time = event.at("time");
      EXPECT_FALSE(event.at("what").get<std::string>().empty());
      picture.add(event);
      if (!event.contains("moment")) continue;
      // In a huge page the kernel's bits are imprecise.
      if (event.at("moment") != "2 MiB") picture.expect_consistent();
      const json& moment = next_moment(next);
      EXPECT_EQ(event.at("moment"), moment.at("name"));
      expect_equal_figures(recording_, event, moment);
      Shown shown{.workers = {}, .picture = picture};
      for (const json& process : moment.at("processes")) {
        const std::size_t number = number_of(process.at("pid"), event);
        if (process.at("role") == "worker") shown.workers.push_back(number);
        if (process.at("role") == "parent") shown.parent = number;
      }
      moments_.insert({moment.at("name"), std::move(shown)});
    }
    EXPECT_TRUE(events.back().at("figures").empty());
    std::size_t all = 0;
    for (const json& moment : report_.at("moments")) {
      if (moment.at("name") != kNothing) ++all;
    }
    EXPECT_EQ(moments_.size(), all);
  }

  // The moments of the report, without those over nothing.
  const json& next_moment(std::size_t& next) const {
    const json& moments = report_.at("moments");
    while (moments.at(next).at("name") == kNothing) ++next;
    return moments.at(next++);
  }

  std::size_t number_of(const json& pid, const json& event) const {
    for (const json& figure : event.at("figures")) {
      const std::size_t number = figure.at("process");
      if (recording_.at("processes").at(number).at("pid") == pid) return number;
    }
    ADD_FAILURE() << pid << " is not in the event";
    return 0;
  }

  json report_;
  json recording_;
  std::map<std::string, Shown> moments_;
};

std::int64_t bytes_to_workers(const json& recording) {
  std::int64_t sum = 0;
  for (const json& event : recording.at("events")) {
    for (const json& message : event.value("messages", json::array())) {
      if (message.at("from") == 0) sum += message.at("bytes").get<int>();
    }
  }
  return sum;
}

TEST(Recording, OfLesson01ShowsTheArrayThatAWorkerHasBuilt) {
  const Recorded run("01_pass_self");
  // The array and the block's header: one page more.
  run.expect_arrays(kHeld, "data", 's');
  run.expect_hardly_any(kHeld, "data", 'x');
  run.expect_arrays(kHeld, "rebuilt from the message", 'x');
  EXPECT_EQ(bytes_to_workers(run.recording()),
            moment_of(run.report(), kHeld).to_workers);
}

TEST(Recording, OfLesson04ShowsThatAllPagesAreShared) {
  const Recorded run("04_global");
  run.expect_arrays(kHeld, "data", 's');
  run.expect_hardly_any(kHeld, "data", 'x');
  EXPECT_EQ(bytes_to_workers(run.recording()),
            moment_of(run.report(), kHeld).to_workers);
}

TEST(Recording, OfLesson07ShowsWhoHasTheData) {
  const Recorded run("07_start_methods");
  run.expect_arrays("fork", "data", 's');
  run.expect_arrays("spawn", "data of its own", 'x');
  run.expect_workers("spawn", "data", 's', 0);
  run.expect_arrays("forkserver", "data", 's');
  const Shown& shown = run.at("forkserver");
  EXPECT_EQ(shown.picture.count(shown.parent, "data", 's'), 0);
}

TEST(Recording, OfLesson08ShowsExactlyThePagesThatWereWritten) {
  const Recorded run("08_page_map");
  for (const auto& [moment, written] :
       {std::pair<std::string, std::int64_t>{"the same pages, f = 0", 0},
        {"the same pages, f = 1/R", 1},
        {"the same pages, f = 1/16", kPages / 16},
        {"the same pages, f = 1/4", kPages / 4},
        {"the same pages, f = 1", kPages},
        {"pages of their own", kPages / 16}}) {
    run.expect_workers(moment, "data", 'x', written);
    run.expect_workers(moment, "data", 's', kPages - written);
    const Shown& shown = run.at(moment);
    // What all workers have copied, only the parent has.
    EXPECT_EQ(shown.picture.count(shown.parent, "data", 'x'),
              moment == "pages of their own" ? 0 : written);
  }
}

TEST(Recording, OfLesson09ShowsThatPagesWithCountsAreCopied) {
  const Recorded run("09_refcounts");
  for (const char* moment : {"floats", "one array", "shared_ptr by copy",
                             "shared_ptr by reference"}) {
    run.expect_figure(moment, "pages with counts",
                      figure_of(run.report(), moment, "with counts"));
    run.expect_workers(moment, "pages without counts", 'x', 0);
  }
  EXPECT_GT(run.at("floats").picture.count(run.at("floats").workers[0],
                                           "pages with counts", 'x'),
            kPages);
}

TEST(Recording, OfLesson10ShowsThePagesOfWhatWasDrawn) {
  const Recorded run("10_density");
  for (const char* moment : {"s = 4096", "s = 512", "s = 64", "s = 32"}) {
    // Thrice a worker: by the page map, by smaps, by its faults.
    const auto counts = figure_of(run.report(), moment, "pages of workers");
    const Shown& shown = run.at(moment);
    ASSERT_EQ(counts.size(), 3 * shown.workers.size());
    for (std::size_t i = 0; i < shown.workers.size(); ++i) {
      EXPECT_EQ(shown.picture.count(shown.workers[i], "data", 'x'),
                counts[2 * i])
          << moment;
    }
  }
}

TEST(Recording, OfLesson11ShowsWhatTheCollectorHasMarked) {
  const Recorded run("11_garbage_collector");
  for (const char* moment :
       {"no collection", "marks in headers", "marks in a table", "frozen"}) {
    run.expect_figure(moment, "pages with counts",
                      figure_of(run.report(), moment, "with counts"));
    run.expect_figure(moment, "pages without counts",
                      figure_of(run.report(), moment, "without"));
  }
}

TEST(Recording, OfLesson14ShowsThatTheParentCopiesBesideASnapshot) {
  const Recorded run("14_fork_cost");
  for (const char* moment : {"k = R/4", "k = R", "k = 4·R"}) {
    const Shown& shown = run.at(moment);
    for (const json& claim : run.report().at("claims")) {
      if (claim.at("name") !=
          std::string(moment) + ": pages that the parent copied") {
        continue;
      }
      EXPECT_EQ(shown.picture.count(shown.parent, "data", 'x'),
                claim.at("measured"));
    }
    run.expect_workers(moment, "data", 's', kPages);
  }
}

TEST(Recording, OfLesson15ShowsThatSharingDecays) {
  const Recorded run("15_in_production");
  std::int64_t before = 0;
  for (const char* k : {"16", "52", "64"}) {
    const std::string moment = std::string("forked once, k = ") + k;
    const Shown& shown = run.at(moment);
    std::vector<std::int64_t> measured;
    for (const json& claim : run.report().at("claims")) {
      if (claim.at("name") != moment + ": pages copied") continue;
      measured = claim.at("figure").at("values").get<decltype(measured)>();
    }
    std::vector<std::int64_t> counted;
    for (const std::size_t worker : shown.workers) {
      counted.push_back(shown.picture.count(worker, "pages with counts", 'x'));
    }
    // By the items, not by the workers.
    std::sort(measured.begin(), measured.end());
    std::sort(counted.begin(), counted.end());
    EXPECT_EQ(counted, measured) << moment;
    EXPECT_GT(counted.front(), before);
    before = counted.front();
  }
}

TEST(Recording, TakesNoMoreThanItsEventsAndBytes) {
  const Recorded run("08_page_map", {});
  EXPECT_LE(run.recording().at("events").size(), 200U);
  EXPECT_LE(run.recording().dump().size(), 1U << 20);
}

TEST(Recording, IntoAFileThatCannotBeWrittenIsRefused) {
  const Outcome outcome =
      run({program("04_global"), "--record", "/nowhere/file.json"});
  EXPECT_EQ(outcome.status.code, 2);
  EXPECT_EQ(outcome.err,
            "04_global: --record /nowhere/file.json: expected a file that can "
            "be written\n");
  EXPECT_EQ(outcome.out, "");
}

TEST(Recording, OfALessonWithAnotherRecorderInItsEnvironmentIsItsOwn) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  const Outcome outcome =
      run({program("04_global"), "--data", "4MiB", "--record", file}, [] {
        ::setenv(kRecorderVariable, "1,3", 1);
        // A chain of recorders would come to its end: each has one more.
        const rlimit descriptors{.rlim_cur = 64, .rlim_max = 64};
        ::setrlimit(RLIMIT_NOFILE, &descriptors);
      });
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  std::ifstream stream(file);
  EXPECT_TRUE(json::parse(stream).contains("report"));
}

TEST(Recording, HasWhatHappenedUntilAnInterrupt) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  Pipe out = make_pipe();
  Child lesson = run_program({program("15_in_production"), "--record", file},
                             [&] { ::dup2(out.writer.get(), STDOUT_FILENO); });
  out.writer.close();
  // The lesson, its recorder, and its workers: it has begun.
  while (processes_of(program("15_in_production")).size() < 4) {
  }
  lesson.kill(SIGINT);
  EXPECT_EQ(lesson.wait().signal, SIGINT);
  while (!processes_of(program("15_in_production")).empty()) {
  }
  std::ifstream stream(file);
  const json recording = json::parse(stream);
  EXPECT_FALSE(recording.contains("report"));
  EXPECT_TRUE(recording.at("events").is_array());
}

TEST(Recording, EndsByTheSignalThatHasEndedTheLesson) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const TemporaryFolder folder;
    const std::string file = folder.path() / "recording.json";
    Pipe out = make_pipe();
    Child recorder =
        run_program({program("15_in_production"), "--record", file},
                    [&] { ::dup2(out.writer.get(), STDOUT_FILENO); });
    out.writer.close();
    std::vector<pid_t> lesson;
    while ((lesson = children_of(recorder.pid())).empty()) {
    }
    ::kill(lesson.front(), signal);
    EXPECT_EQ(recorder.wait().signal, signal);
  }
}

TEST(Recording, IntoAFifoThatNobodyReadsIsEndedByAnInterrupt) {
  const TemporaryFolder folder;
  const std::string fifo = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  Pipe out = make_pipe();
  Child lesson =
      run_program({program("04_global"), "--data", "4MiB", "--record", fifo},
                  [&] { ::dup2(out.writer.get(), STDOUT_FILENO); });
  out.writer.close();
  // The lesson and its recorder.
  while (processes_of(program("04_global")).size() < 2) {
  }
  // The first one ends the lesson.
  do {
    lesson.kill(SIGTERM);
  } while (!wait_readable(lesson.descriptor(), 10));
  EXPECT_EQ(lesson.wait().signal, SIGTERM);
}

TEST(Recording, IsMadeWhateverItsEnvironmentNamesAsTheSocket) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "recording.json";
  const Outcome outcome =
      run({program("04_global"), "--data", "4MiB", "--record", file}, [] {
        const std::string nonsense = std::to_string(::getppid()) + ",0";
        ::setenv(kRecorderVariable, nonsense.c_str(), 1);
      });
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  EXPECT_TRUE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace cow::testing

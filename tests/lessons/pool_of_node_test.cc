// The program of "With MPI" in docs/use_the_library.md: a window and a pool on
// each node. What it prints, and what it leaves behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "cow/lesson/manifest.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kName = "docs/pool_of_node";
constexpr const char* kResults = "0.5 1.5 2.5 3.5 4.5 5.5 6.5 7.5";

#define SKIP_WITHOUT_MPI()                         \
  if (!lesson_named("16_many_machines").built()) { \
    GTEST_SKIP() << "no Open MPI here";            \
  }

// mpirun that is ended if it hangs: status 124.
std::vector<std::string> mpirun(int ranks, const fs::path& program,
                                const std::vector<std::string>& flags) {
  std::vector<std::string> command{"timeout",
                                   "-k",
                                   "10",
                                   "60",
                                   "mpirun",
                                   "--allow-run-as-root",
                                   "--oversubscribe",
                                   "--bind-to",
                                   "none",
                                   "-n",
                                   std::to_string(ranks),
                                   program};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

// A line "node 0: items 4, workers 2, each owns at most 64 KiB".
struct Node {
  int items = 0;
  int workers = 0;
  int owned = 0;
};

// The nodes that the program has told. Its last line has the results.
std::vector<Node> nodes_in(const Outcome& outcome) {
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  std::vector<Node> nodes;
  const std::regex form(
      "node ([0-9]+): items ([0-9]+), workers ([0-9]+), each owns at most "
      "([0-9]+) KiB");
  std::istringstream lines(outcome.out);
  std::string line;
  std::smatch parts;
  while (std::getline(lines, line) && std::regex_match(line, parts, form)) {
    EXPECT_EQ(std::stoul(parts[1]), nodes.size());
    nodes.push_back(
        {std::stoi(parts[2]), std::stoi(parts[3]), std::stoi(parts[4])});
  }
  EXPECT_EQ(line, kResults);
  EXPECT_FALSE(std::getline(lines, line)) << line;
  return nodes;
}

// A worker reads its rows, 512 KiB each, and has no copy of even one.
void expect_nodes(const Outcome& outcome, const std::vector<int>& items) {
  const std::vector<Node> nodes = nodes_in(outcome);
  ASSERT_EQ(nodes.size(), items.size()) << outcome.out;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    EXPECT_EQ(nodes[i].items, items[i]);
    EXPECT_GE(nodes[i].workers, 1);
    EXPECT_GT(nodes[i].owned, 0);
    EXPECT_LT(nodes[i].owned, 400);
  }
}

TEST(PoolOfNode, GathersTheResultsOfAllNodes) {
  SKIP_WITHOUT_MPI();
  expect_nodes(run(mpirun(2, program(kName), {"--cut"})), {4, 4});
  expect_nodes(run(mpirun(3, program(kName), {"--cut"})), {2, 3, 3});
}

TEST(PoolOfNode, IsMadeByTheFirstRankOnly) {
  SKIP_WITHOUT_MPI();
  expect_nodes(run(mpirun(2, program(kName), {})), {8});
}

TEST(PoolOfNode, IsMadeOnEachNodeThatMpiFinds) {
  SKIP_WITHOUT_MPI();
  const Outcome outcome = run({source("tests/lessons/two_machines.sh"), "2",
                               "timeout", "60", "mpirun", "--allow-run-as-root",
                               "--bind-to", "none", "-n", "4", program(kName)});
  if (outcome.status.code == 77) GTEST_SKIP() << outcome.err;
  expect_nodes(outcome, {4, 4});
}

// Gives this process, and what it starts, a /dev/shm of their own, and says so
// by a file in it. Without root that fails, and nothing is said.
void take_own_shm() {
  if (::unshare(CLONE_NEWNS) == 0 &&
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
      ::mount("own", "/dev/shm", "tmpfs", 0, "size=64m") == 0) {
    ::close(::open("/dev/shm/own", O_CREAT | O_CLOEXEC, 0600));
  }
}

// Waits for those processes that are just ending.
void await_ends(const fs::path& program) {
  constexpr int kMinute = 60'000;
  for (const pid_t pid : processes_of(program)) {
    try {
      EXPECT_TRUE(wait_readable(open_pidfd(pid).get(), kMinute)) << pid;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code().value(), ESRCH) << error.what();
    }
  }
}

// A copy of the program, because another test may run the program, too.
TEST(PoolOfNode, ReportsADeadNodeAndLeavesNothingBehind) {
  SKIP_WITHOUT_MPI();
  const TemporaryFolder place;
  const fs::path copy = place.path() / "program";
  fs::copy_file(program(kName), copy);
  const fs::path folder = place.path() / "segments";
  fs::create_directory(folder);
  std::vector<std::string> command{
      "sh", "-c",
      "\"$@\"; code=$?; [ ! -e /dev/shm/own ] || ls /dev/shm; exit $code",
      "sh"};
  for (const auto& word : mpirun(2, copy, {"--cut", "--die"})) {
    command.push_back(word);
  }
  const Outcome outcome = run(command, [&] {
    for (const char* variable :
         {"TMPDIR", "OMPI_MCA_btl_vader_backing_directory"}) {
      ::setenv(variable, folder.c_str(), 1);
    }
    take_own_shm();
  });
  await_ends(copy);
  EXPECT_THAT(processes_of(copy), IsEmpty());
  EXPECT_TRUE(fs::is_empty(folder));
  EXPECT_EQ(outcome.status.code, 128 + SIGKILL) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("mpirun noticed that process rank 1"));
  EXPECT_THAT(outcome.err, HasSubstr("exited on signal 9 (Killed)"));
  EXPECT_TRUE(outcome.out.empty() || outcome.out == "own\n") << outcome.out;
}

}  // namespace
}  // namespace cow::testing

// The control group of chapter 15's programs, over folders of the test's own
// with what the kernel has in them: this machine has one version only.
#include "programs/control_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/programs.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

class ControlGroupFiles : public ::testing::Test {
 protected:
  fs::path make(const std::string& group) {
    fs::create_directories(folder_.path() / group);
    return folder_.path() / group;
  }
  // The only group in `above`.
  static fs::path only_group(const fs::path& above) {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(above)) {
      if (entry.path().filename().string().starts_with("cowpool-")) {
        EXPECT_THAT(found.string(), IsEmpty());
        found = entry.path();
      }
    }
    return found;
  }
  static std::string text_of(const fs::path& file) { return *read_file(file); }

 private:
  TemporaryFolder folder_;
};

TEST_F(ControlGroupFiles, LieBelowTheGroupOfThisProcessInVersionOne) {
  const fs::path above = make("memory");
  const fs::path own = make("memory/a");
  const ControlGroup group({.version = 1, .groups = {own, above}});
  const fs::path made = only_group(own);
  write_file(made / "memory.usage_in_bytes", "274726912\n");
  EXPECT_EQ(group.usage(), 274726912);
  group.limit(160 << 20);
  EXPECT_EQ(text_of(made / "memory.limit_in_bytes"), "167772160\n");
  group.join();
  EXPECT_EQ(text_of(made / "cgroup.procs"), std::to_string(::getpid()) + "\n");
}

TEST_F(ControlGroupFiles, AreMadeInTheNearestV2GroupWithMemory) {
  const fs::path root = make("");
  const fs::path slice = make("system.slice");
  const fs::path own = make("system.slice/a.service");
  write_file(root / "cgroup.subtree_control", "cpu io memory pids\n");
  write_file(slice / "cgroup.subtree_control", "memory pids\n");
  write_file(own / "cgroup.subtree_control", "\n");
  const ControlGroup group({.version = 2, .groups = {own, slice, root}});
  const fs::path made = only_group(slice);
  write_file(made / "memory.current", "135266304\n");
  EXPECT_EQ(group.usage(), 135266304);
  group.limit(160 << 20);
  EXPECT_EQ(text_of(made / "memory.max"), "167772160\n");
}

TEST_F(ControlGroupFiles, AreRemovedByTheDestructor) {
  const fs::path own = make("memory/a");
  { const ControlGroup group({.version = 1, .groups = {own}}); }
  EXPECT_EQ(only_group(own), fs::path());
}

TEST_F(ControlGroupFiles, NeedAGroupThatEnablesTheMemoryController) {
  const fs::path own = make("a");
  write_file(own / "cgroup.subtree_control", "cpu\n");
  EXPECT_THROW(ControlGroup({.version = 2, .groups = {own}}),
               std::runtime_error);
  EXPECT_THROW(ControlGroup({.version = 2, .groups = {}}), std::runtime_error);
  EXPECT_THROW(ControlGroup({.version = 1, .groups = {own / "gone"}}),
               std::exception);
}

}  // namespace
}  // namespace cow::testing

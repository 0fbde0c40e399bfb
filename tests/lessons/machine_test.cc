// Lessons on machines that hide what they need: no /proc, and memory figures
// that may not be read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>

#include "cow/os/child.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kCannot = 99;

// Lays an empty folder over /proc, for this process and its children only.
void hide_proc() {
  if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) !=
          0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
    ::_exit(kCannot);
  }
}

bool can_hide_proc() {
  Child child = Child::fork([] {
    hide_proc();
    return ::access("/proc/self", F_OK) == 0 ? kCannot : 0;
  });
  return child.wait().success();
}

TEST(LessonWithoutProc, NamesWhatItCannotRead) {
  if (!can_hide_proc()) {
    GTEST_SKIP() << "this user may not mount a file system over /proc";
  }
  for (const char* lesson :
       {"01_pass_self", "02_read_the_meter", "04_global"}) {
    const Outcome outcome = run({program(lesson)}, hide_proc);
    EXPECT_EQ(outcome.status.code, 77);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr("/proc/meminfo: No such file"));
  }
}

TEST(LessonWithUnreadableFigures, NamesEachFigureAndTheReason) {
  // A program that its user may execute but not read is not dumpable, so its
  // /proc files belong to root: execve(2), proc(5).
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const auto copy = folder.path() / "04_global";
  std::filesystem::copy_file(program("04_global"), copy);
  std::filesystem::permissions(copy, std::filesystem::perms(0111));
  const Outcome outcome = run({copy, "--data", "4MiB"}, [] {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(kCannot);
  });
  if (outcome.status.code == 0) {
    GTEST_SKIP() << "this kernel lets a process read the figures all the same";
  }
  EXPECT_EQ(outcome.status.code, 77) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err,
              HasSubstr("the rendezvous cannot be reached: open(/proc/"));
  EXPECT_THAT(outcome.err, HasSubstr("Permission denied\n"));
}

}  // namespace
}  // namespace cow::testing

// Segments that cannot be made: one clear sentence, and nothing left behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <stdexcept>

#include "cow/shared/segment.h"
#include "shared/support.h"
#include "support/leaks.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using namespace cow::literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A /dev/shm of this process' own.
bool mount_shm(const char* options) {
  const int user = ::getuid() == 0 ? 0 : CLONE_NEWUSER;
  return ::unshare(user | CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", "/dev/shm", "tmpfs", 0, options) == 0;
}

// An empty /dev instead, in which there is no folder shm.
bool hide_shm() {
  const int user = ::getuid() == 0 ? 0 : CLONE_NEWUSER;
  return ::unshare(user | CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", "/dev", "tmpfs", 0, nullptr) == 0;
}

// As a sandbox does.
bool forbid_memfd() {
  std::array filter{
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                           offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool limit_files() {
  const struct rlimit limit { .rlim_cur = 4096, .rlim_max = 4096 };
  return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

// The refusal of a segment after `prepare`; its text ends with what is left
// behind, which is nothing.
Refusal refusal_after(const std::function<bool()>& prepare, Bytes size,
                      const Backing& backing) {
  return refusal_in_child(prepare, [&] {
    const Holdings before = holdings();
    const Refusal refusal = refusal_of([&] { Segment(size, backing); });
    throw std::system_error(refusal.error, std::generic_category(),
                            refusal.text + leaks_since(before) + " END");
  });
}

TEST(SharedMemory, OnAFullFileSystemIsRefusedBeforeItIsUsed) {
  const Refusal refusal = refusal_after([] { return mount_shm("size=1M"); },
                                        2_MiB, Backing::posix_shm(own_name()));
  if (refusal.error == -1) GTEST_SKIP() << "no /dev/shm can be mounted here";
  EXPECT_EQ(refusal.error, ENOSPC);
  EXPECT_THAT(refusal.text,
              HasSubstr("no room for 2.0 MiB in /dev/shm/" + own_name()));
  EXPECT_THAT(refusal.text,
              HasSubstr(", where 1.0 MiB are free: No space left on device"));
  EXPECT_THAT(refusal.text, HasSubstr("device END"));
}

TEST(SharedMemory, WithoutDevShmIsRefused) {
  const Refusal refusal =
      refusal_after(hide_shm, 1_MiB, Backing::posix_shm(own_name()));
  if (refusal.error == -1) GTEST_SKIP() << "/dev cannot be hidden here";
  EXPECT_EQ(refusal.error, ENOENT);
  EXPECT_THAT(refusal.text,
              HasSubstr("POSIX shared memory needs a file system at /dev/shm: "
                        "No such file or directory END"));
}

TEST(SharedMemory, WithoutMemfdIsRefused) {
  const Refusal refusal = refusal_after(forbid_memfd, 1_MiB, Backing::memfd());
  if (refusal.error == -1) GTEST_SKIP() << "no filter for system calls here";
  EXPECT_EQ(refusal.error, EPERM);
  EXPECT_THAT(refusal.text,
              HasSubstr("memory without a name cannot be made "
                        "(memfd_create): Operation not permitted END"));
}

TEST(SharedMemory, LargerThanTheLimitOnFilesIsRefused) {
  const TemporaryFolder folder;
  for (const Backing& backing : backings(folder.path())) {
    const Refusal refusal = refusal_after(limit_files, 1_MiB, backing);
    EXPECT_EQ(refusal.error, EFBIG);
    EXPECT_THAT(refusal.text,
                HasSubstr(": the limit on the size of files is smaller "
                          "(ulimit -f): File too large END"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SharedMemory, InAFolderThatIsMissingIsRefused) {
  const Refusal refusal = refusal_of(
      [] { Segment(1_MiB, Backing::file("/no/such/folder/segment")); });
  EXPECT_EQ(refusal.error, ENOENT);
  EXPECT_THAT(refusal.text,
              HasSubstr("/no/such/folder/segment cannot be made: No such"));
}

TEST(SharedMemory, WithABadSizeOrNameIsRefused) {
  EXPECT_THROW(Segment(0_B), std::invalid_argument);
  EXPECT_THROW(Segment(Bytes(-1)), std::invalid_argument);
  for (const char* name : {"", ".", "..", "a/b", "/a", "../a"}) {
    EXPECT_THAT(
        refusal_of([&] { Segment(1_MiB, Backing::posix_shm(name)); }).text,
        AllOf(HasSubstr("expected a name of shared memory, without a slash"),
              HasSubstr(std::string("\"") + name + "\"")));
  }
  EXPECT_THROW(Segment(1_MiB, Backing::file("")), std::invalid_argument);
}

TEST(SharedMemory, OfTooManyBytesIsRefused) {
  const TemporaryFolder folder;
  for (const Backing& backing : {Backing::posix_shm(own_name()),
                                 Backing::file(folder.path() / "segment")}) {
    const Holdings before = holdings();
    EXPECT_NE(refusal_of([&] {
                Segment(Bytes(1) * (std::int64_t{1} << 60), backing);
              }).error,
              0);
    EXPECT_EQ(leaks_since(before), "");
  }
}

}  // namespace
}  // namespace cow::testing

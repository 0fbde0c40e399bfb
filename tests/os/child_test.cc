// Child processes and their owner. What would end the test program runs inside
// a child of its own, and the test looks at how that one ended.
#include "cow/os/child.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "cow/os/descriptor.h"

namespace cow {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Reads until the last writer has closed its end.
std::string read_all(const Pipe& pipe) {
  std::string text;
  std::array<char, 256> part;
  for (;;) {
    const std::size_t got =
        read_fully(pipe.reader.get(), part.data(), part.size());
    text.append(part.data(), got);
    if (got < part.size()) return text;
  }
}

/// What a forked child has written to a descriptor, and how it ended.
struct Heard {
  std::string text;
  ExitStatus status;
};
Heard fork_and_hear(int descriptor, const std::function<int()>& body) {
  Pipe pipe = make_pipe();
  Child child = Child::fork([&] {
    ::dup2(pipe.writer.get(), descriptor);
    pipe.writer.close();
    return body();
  });
  pipe.writer.close();
  std::string text = read_all(pipe);
  return {std::move(text), child.wait()};
}

/// A child that waits until it is told to end, or until this process ends.
class Waiting {
 public:
  explicit Waiting(int code)
      : child_(Child::fork([&] {
          go_.writer.close();
          char byte = 0;
          read_fully(go_.reader.get(), &byte, 1);
          return code;
        })) {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    tell();
    if (child_) child_.wait();
  }
  void tell() { go_.writer.close(); }
  Child& child() { return child_; }

 private:
  Pipe go_ = make_pipe();
  Child child_;
};

bool readable(int fd, int milliseconds) {
  pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, milliseconds) == 1 && polled.revents == POLLIN;
}

// For children that are meant to be killed by a signal.
void leave_no_core() {
  constexpr rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

TEST(Child, EndsWithWhatItsBodyReturns) {
  for (const int code : {0, 1, 3, 255}) {
    Child child = Child::fork([&] { return code; });
    const ExitStatus status = child.wait();
    EXPECT_EQ(status.code, code);
    EXPECT_EQ(status.signal, 0);
    EXPECT_EQ(status.success(), code == 0);
  }
}

TEST(Child, NamesTheSignalThatKilledIt) {
  Child child = Child::fork([] {
    ::raise(SIGKILL);
    return 0;
  });
  const ExitStatus status = child.wait();
  EXPECT_EQ(status.signal, SIGKILL);
  EXPECT_FALSE(status.success());
}

TEST(ExitStatus, IsShownAsCodeOrSignal) {
  EXPECT_EQ(to_string(ExitStatus{.code = 3, .signal = 0}), "exit status 3");
  EXPECT_THAT(to_string(ExitStatus{.code = 0, .signal = SIGKILL}),
              StartsWith("signal 9 ("));
}

TEST(Child, HasThisProcessAsItsParent) {
  const pid_t parent = ::getpid();
  Child child = Child::fork(
      [&] { return ::getpid() != parent && ::getppid() == parent ? 0 : 1; });
  EXPECT_NE(child.pid(), parent);
  EXPECT_TRUE(child.wait().success());
}

TEST(Child, IsEmptyAfterItsWait) {
  Child child = Child::fork([] { return 0; });
  EXPECT_TRUE(child);
  EXPECT_NE(child.descriptor(), -1);
  child.wait();
  EXPECT_FALSE(child);
  EXPECT_EQ(child.descriptor(), -1);
}

// As by a program that reaps all children in a handler of SIGCHLD.
TEST(Child, IsNotConfusedWithALaterChildOfTheSameId) {
  Child child = Child::fork([] { return 3; });
  const pid_t pid = child.pid();
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  const Descriptor last(
      ::open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC));
  pid_t other = 0;
  for (int tries = 0; last && tries < 100 && other != pid; ++tries) {
    const std::string before = std::to_string(pid - 1);
    if (::pwrite(last.get(), before.data(), before.size(), 0) == -1) break;
    other = ::fork();
    if (other == 0) ::_exit(7);
    if (other != pid) ::waitpid(other, nullptr, 0);
  }
  EXPECT_EQ(child.wait().code, kUnknownExit);
  if (other != pid) GTEST_SKIP() << "no process can be given a chosen id";
  int status = 0;
  EXPECT_EQ(::waitpid(other, &status, 0), other);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Child, GetsItsStatusFromAnotherParent) {
  Child own = Child::fork([] { return 3; });
  Child child = Child::of_another(own.pid(), open_pidfd(own.pid()),
                                  [&] { return own.wait(); });
  EXPECT_EQ(child.wait().code, 3);
  EXPECT_FALSE(child);
}

TEST(Child, IsReapedHereAfterAnotherParentReleasesIt) {
  Child own = Child::fork([] { return 3; });
  Child child = Child::of_another(own.pid(), open_pidfd(own.pid()), [] {
    return ExitStatus{.code = kUnknownExit, .signal = 0};
  });
  own.release();
  EXPECT_EQ(child.wait().code, 3);
}

TEST(Child, MakesItsDescriptorReadableAtItsEnd) {
  Waiting waiting(5);
  EXPECT_FALSE(readable(waiting.child().descriptor(), 0));
  waiting.tell();
  EXPECT_TRUE(readable(waiting.child().descriptor(), 60'000));
  EXPECT_EQ(waiting.child().wait().code, 5);
}

TEST(Child, CanBeKilled) {
  Waiting waiting(0);
  waiting.child().kill(SIGTERM);
  EXPECT_EQ(waiting.child().wait().signal, SIGTERM);
}

TEST(Child, CanBeKilledAfterItsEndWithoutError) {
  Child child = Child::fork([] { return 4; });
  ASSERT_TRUE(readable(child.descriptor(), 60'000));
  child.kill(SIGKILL);
  EXPECT_EQ(child.wait().code, 4);
  child.kill(SIGKILL);
}

TEST(Child, MovesAndLeavesTheSourceEmpty) {
  static_assert(!std::is_copy_constructible_v<Child>);
  Child first = Child::fork([] { return 6; });
  const pid_t pid = first.pid();
  Child second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(first.descriptor(), -1);
  EXPECT_EQ(second.pid(), pid);
  Child third;
  third = std::move(second);
  EXPECT_FALSE(second);
  EXPECT_EQ(third.wait().code, 6);
}

// A child that is dropped stays behind as a zombie when its parent aborts; this
// process adopts it, so that the test leaves nothing.
TEST(Child, AbortsTheProgramWithAMessageIfDropped) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const Heard heard = fork_and_hear(STDERR_FILENO, [] {
    leave_no_core();
    {
      const Child dropped = Child::fork([] { return 0; });
    }
    return 0;
  });
  EXPECT_EQ(heard.status.signal, SIGABRT) << to_string(heard.status);
  const pid_t adopted = ::waitpid(-1, nullptr, 0);
  ASSERT_GT(adopted, 0);
  EXPECT_THAT(heard.text, HasSubstr("process " + std::to_string(adopted) +
                                    " was not waited for"));
}

TEST(Child, AbortsTheProgramIfAnotherIsAssigned) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const Heard heard = fork_and_hear(STDERR_FILENO, [] {
    leave_no_core();
    Child child = Child::fork([] { return 0; });
    child = Child();
    return 0;
  });
  EXPECT_EQ(heard.status.signal, SIGABRT) << to_string(heard.status);
  EXPECT_GT(::waitpid(-1, nullptr, 0), 0);
}

TEST(Child, IsNotOwnedByTheCopyInALaterFork) {
  Waiting first(7);
  Child second = Child::fork([&] {
    leave_no_core();
    { const Child copy = std::move(first.child()); }
    return 0;
  });
  EXPECT_TRUE(second.wait().success());
  first.tell();
  EXPECT_EQ(first.child().wait().code, 7);
}

TEST(Child, EndsWithASpecialExitCodeAndTextIfItThrows) {
  const Heard heard = fork_and_hear(
      STDERR_FILENO, []() -> int { throw std::runtime_error("no way out"); });
  EXPECT_EQ(heard.status.code, kChildThrew);
  EXPECT_EQ(kChildThrew, 70);
  EXPECT_THAT(heard.text, HasSubstr("no way out"));
}

TEST(Child, EndsWithASpecialExitCodeIfItThrowsANumber) {
  const Heard heard = fork_and_hear(STDERR_FILENO, []() -> int { throw 5; });
  EXPECT_EQ(heard.status.code, kChildThrew);
  EXPECT_THAT(heard.text, HasSubstr("unknown type"));
}

TEST(Child, EndsWithASpecialExitCodeIfItThrowsWithStderrClosed) {
  Child child = Child::fork([]() -> int {
    ::close(STDERR_FILENO);
    throw std::runtime_error("unheard");
  });
  EXPECT_EQ(child.wait().code, kChildThrew);
}

TEST(Child, InheritsNoUnwrittenOutput) {
  const Heard heard = fork_and_hear(STDOUT_FILENO, [] {
    std::setvbuf(stdout, nullptr, _IOFBF, 4096);
    std::cout << "one,";
    std::printf("two,");
    Child child = Child::fork([] {
      std::printf("three,");
      return 0;
    });
    const bool success = child.wait().success();
    std::cout << "four";
    return success ? 0 : 1;
  });
  EXPECT_TRUE(heard.status.success());
  EXPECT_EQ(heard.text, "one,two,three,four");
}

// The same for std::cout where it has a buffer of its own.
TEST(Child, InheritsNoUnwrittenOutputOfACoutWithItsOwnBuffer) {
  const Heard heard = fork_and_hear(STDOUT_FILENO, [] {
    std::ios::sync_with_stdio(false);
    std::cout << "one,";
    Child child = Child::fork([] {
      std::cout << "two,";
      return 0;
    });
    const bool success = child.wait().success();
    std::cout << "three";
    return success ? 0 : 1;
  });
  EXPECT_TRUE(heard.status.success());
  EXPECT_EQ(heard.text, "one,two,three");
}

TEST(Child, RunsNoExitHandler) {
  const Pipe pipe = make_pipe();
  static int writer;  // a handler has no captures
  writer = pipe.writer.get();
  Child child = Child::fork([] {
    std::atexit([] { write_fully(writer, "x", 1); });
    return 0;
  });
  EXPECT_TRUE(child.wait().success());
  EXPECT_FALSE(readable(pipe.reader.get(), 0));
}

TEST(Child, RunsNoDestructorOfItsParent) {
  struct Counted {
    int writer;
    ~Counted() { write_fully(writer, "x", 1); }
  };
  Pipe pipe = make_pipe();
  {
    const Counted counted{pipe.writer.get()};
    Child child = Child::fork([] { return 0; });
    EXPECT_TRUE(child.wait().success());
  }
  pipe.writer.close();
  EXPECT_EQ(read_all(pipe), "x");
}

TEST(Child, IsKilledAndReapedIfItHasNoDescriptor) {
  Child outer = Child::fork([] {
    rlimit many{};
    ::getrlimit(RLIMIT_NOFILE, &many);
    const rlimit none{.rlim_cur = 0, .rlim_max = many.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);  // from here on no new descriptor
    try {
      Child child = Child::fork([] {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        return ::pause();
      });
      child.kill(SIGKILL);
      child.wait();
      return 1;
    } catch (const std::system_error& error) {
      ::setrlimit(RLIMIT_NOFILE, &many);  // sanitizers need some
      if (error.code().value() != EMFILE) return 2;
    }
    return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD ? 0 : 3;
  });
  EXPECT_EQ(outer.wait().code, 0);
}

// Where SIGCHLD is ignored the kernel keeps no exit status: wait(2).
TEST(Child, HasAnUnknownExitStatusIfSigchldIsIgnored) {
  Child outer = Child::fork([] {
    ::signal(SIGCHLD, SIG_IGN);
    Waiting waiting(3);
    waiting.tell();
    const ExitStatus status = waiting.child().wait();
    if (status.success() || waiting.child()) return 1;
    return status.code == kUnknownExit ? 0 : 2;
  });
  EXPECT_EQ(outer.wait().code, 0);
}

TEST(Child, CanHaveAChildOfItsOwn) {
  Child child = Child::fork([] {
    Child grandchild = Child::fork([] { return 8; });
    return grandchild.wait().code;
  });
  EXPECT_EQ(child.wait().code, 8);
}

}  // namespace
}  // namespace cow

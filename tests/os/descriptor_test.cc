// Owners of descriptors, and whole reads and writes through them.
#include "cow/os/descriptor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "cow/os/child.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::HasSubstr;

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

Descriptor open_null() {
  return Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC));
}

TEST(Descriptor, IsEmptyByDefault) {
  const Descriptor none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.get(), -1);
}

TEST(Descriptor, IsClosedByItsOwner) {
  int number = -1;
  {
    const Descriptor owner = open_null();
    number = owner.get();
    EXPECT_TRUE(owner);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, MovesAndLeavesTheSourceEmpty) {
  static_assert(!std::is_copy_constructible_v<Descriptor>);
  Descriptor first = open_null();
  const int number = first.get();
  const Descriptor second = std::move(first);
  EXPECT_EQ(first.get(), -1);
  EXPECT_EQ(second.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(Descriptor, IsClosedIfAnotherIsAssigned) {
  Descriptor kept = open_null();
  const int old = kept.get();
  int taken = -1;
  {
    Descriptor other = open_null();
    taken = other.get();
    kept = std::move(other);
  }
  EXPECT_EQ(kept.get(), taken);
  EXPECT_TRUE(is_open(taken));
  EXPECT_FALSE(is_open(old));
}

TEST(Descriptor, SurvivesAssignmentToItself) {
  Descriptor owner = open_null();
  Descriptor& same = owner;
  owner = std::move(same);
  EXPECT_TRUE(is_open(owner.get()));
}

TEST(Descriptor, CanBeClosedEarlyAndTwice) {
  Descriptor owner = open_null();
  const int number = owner.get();
  owner.close();
  EXPECT_FALSE(owner);
  EXPECT_FALSE(is_open(number));
  owner.close();
  EXPECT_FALSE(owner);
}

TEST(Pipe, IsClosedByExecAtBothEnds) {
  const Pipe pipe = make_pipe();
  EXPECT_EQ(::fcntl(pipe.reader.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::fcntl(pipe.writer.get(), F_GETFD), FD_CLOEXEC);
}

// The standard streams of this process, closed while it lives.
class ClosedStreams {
 public:
  ClosedStreams() {
    for (int& copy : copies_) {
      const int fd = static_cast<int>(&copy - copies_);
      copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
      ::close(fd);
    }
  }
  ClosedStreams(const ClosedStreams&) = delete;
  ClosedStreams& operator=(const ClosedStreams&) = delete;
  ~ClosedStreams() {
    for (const int& copy : copies_) {
      if (copy == -1) continue;
      ::dup2(copy, static_cast<int>(&copy - copies_));
      ::close(copy);
    }
  }

 private:
  int copies_[3] = {};
};

TEST(AboveStandard, MovesAPipeAboveClosedStreams) {
  bool above = false;
  bool closed_by_exec = false;
  bool free_again = false;
  {
    const ClosedStreams closed;
    const Pipe pipe = make_pipe();
    above = pipe.reader.get() > 2 && pipe.writer.get() > 2;
    closed_by_exec = ::fcntl(pipe.reader.get(), F_GETFD) == FD_CLOEXEC &&
                     ::fcntl(pipe.writer.get(), F_GETFD) == FD_CLOEXEC;
    free_again = !is_open(0) && !is_open(1) && !is_open(2);
  }
  EXPECT_TRUE(above);
  EXPECT_TRUE(closed_by_exec);
  EXPECT_TRUE(free_again);
}

TEST(AboveStandard, KeepsADescriptorThatIsAlreadyAbove) {
  Descriptor owner = open_null();
  const int number = owner.get();
  EXPECT_EQ(above_standard(std::move(owner)).get(), number);
  EXPECT_FALSE(above_standard(Descriptor()));
}

TEST(ReadFully, JoinsPieces) {
  const Pipe pipe = make_pipe();
  write_fully(pipe.writer.get(), "abc", 3);
  write_fully(pipe.writer.get(), "defg", 4);
  std::string text(7, '?');
  EXPECT_EQ(read_fully(pipe.reader.get(), text.data(), 7), 7U);
  EXPECT_EQ(text, "abcdefg");
}

TEST(ReadFully, ReadsOnlyTheRequestedBytes) {
  const Pipe pipe = make_pipe();
  write_fully(pipe.writer.get(), "abcdef", 6);
  std::string text(2, '?');
  EXPECT_EQ(read_fully(pipe.reader.get(), text.data(), 2), 2U);
  EXPECT_EQ(text, "ab");
  text.assign(4, '?');
  EXPECT_EQ(read_fully(pipe.reader.get(), text.data(), 4), 4U);
  EXPECT_EQ(text, "cdef");
}

TEST(ReadFully, SaysHowMuchCameBeforeTheEnd) {
  Pipe pipe = make_pipe();
  write_fully(pipe.writer.get(), "abc", 3);
  pipe.writer.close();
  std::string text(10, '?');
  EXPECT_EQ(read_fully(pipe.reader.get(), text.data(), 10), 3U);
  EXPECT_EQ(text, "abc???????");
  EXPECT_EQ(read_fully(pipe.reader.get(), text.data(), 10), 0U);
}

TEST(ReadFully, DoesNotWaitForZeroBytes) {
  const Pipe pipe = make_pipe();
  EXPECT_EQ(read_fully(pipe.reader.get(), nullptr, 0), 0U);
}

TEST(ReadFully, NamesTheCallForABadDescriptor) {
  char byte = 0;
  try {
    read_fully(-1, &byte, 1);
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EBADF);
    EXPECT_THAT(error.what(), HasSubstr("read(-1, 1 bytes)"));
  }
}

TEST(WriteFully, NamesTheCallForABadDescriptor) {
  try {
    write_fully(-1, "abc", 3);
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EBADF);
    EXPECT_THAT(error.what(), HasSubstr("write(-1, 3 bytes)"));
  }
}

TEST(SetNonblocking, MakesReadingAnEmptyPipeAnError) {
  const Pipe pipe = make_pipe();
  set_nonblocking(pipe.reader.get());
  ASSERT_NE(::fcntl(pipe.reader.get(), F_GETFL) & O_NONBLOCK, 0);
  char byte = 0;
  try {
    read_fully(pipe.reader.get(), &byte, 1);
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EAGAIN);
  }
  EXPECT_EQ(::fcntl(pipe.writer.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(SetNonblocking, ThrowsForABadDescriptor) {
  EXPECT_THROW(set_nonblocking(-1), std::system_error);
}

class Files : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "file"; }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(Files, AreReadAsTheyWereWritten) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "\n"sv, "one line\n"sv, "a zero \0 inside"sv}) {
    write_file(file(), text);
    EXPECT_EQ(*read_file(file()), text);
  }
}

TEST_F(Files, AreReadWholeEvenIfLargerThanTheBuffer) {
  std::string text;
  while (text.size() < 100'000) text += std::to_string(text.size()) + "\n";
  write_file(file(), text);
  EXPECT_EQ(*read_file(file()), text);
}

TEST_F(Files, AreReplacedAsAWhole) {
  write_file(file(), "a long text");
  write_file(file(), "short");
  EXPECT_EQ(*read_file(file()), "short");
}

TEST_F(Files, AreAbsentWithTheirPathIfMissing) {
  const Reading<std::string> text = read_file(folder() / "not there");
  EXPECT_FALSE(text);
  EXPECT_THAT(text.reason(), HasSubstr((folder() / "not there").string()));
  EXPECT_THAT(text.reason(),
              HasSubstr(std::generic_category().message(ENOENT)));
}

TEST_F(Files, AreNamedInTheReasonIfTheyAreFolders) {
  const Reading<std::string> text = read_file(folder());
  EXPECT_FALSE(text);
  EXPECT_THAT(text.reason(), HasSubstr(folder().string()));
  EXPECT_THAT(text.reason(),
              HasSubstr(std::generic_category().message(EISDIR)));
}

TEST_F(Files, AreNamedInTheErrorIfTheyCannotBeMade) {
  const std::filesystem::path path = folder() / "no folder" / "file";
  try {
    write_file(path, "text");
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOENT);
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
  }
}

TEST_F(Files, AreReadFromProcThoughTheirSizeIsZero) {
  EXPECT_EQ(std::filesystem::file_size("/proc/self/status"), 0U);
  EXPECT_THAT(*read_file("/proc/self/status"), HasSubstr("VmRSS:"));
}

TEST(WriteFile, ReplacesALongerContent) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "file";
  write_file(path, "a longer content");
  write_file(path, "short");
  EXPECT_EQ(*read_file(path), "short");
}

TEST(WriteFile, KeepsTheContentIfThereIsNoRoomForAnother) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "file";
  write_file(path, "precious");
  Child child = Child::fork([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit most{.rlim_cur = 4096, .rlim_max = 4096};
    ::setrlimit(RLIMIT_FSIZE, &most);
    try {
      write_file(path, std::string(8192, 'x'));
    } catch (const std::system_error& error) {
      return error.code().value() == EFBIG ? 0 : 1;
    }
    return 2;
  });
  EXPECT_EQ(child.wait().code, 0);
  EXPECT_EQ(*read_file(path), "precious");
}

}  // namespace
}  // namespace cow

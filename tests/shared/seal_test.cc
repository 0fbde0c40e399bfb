// Sealing: which ways to write there are, and that each is refused.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "cow/shared/segment.h"
#include "shared/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using namespace cow::literals;
using ::testing::HasSubstr;

Segment sealed() {
  Segment segment(1_MiB);
  segment.data()[0] = std::byte{7};
  segment.seal();
  return segment;
}

// What a call that should be refused gave as its reason.
template <typename Result>
int error_of(Result result) {
  return result == Result(-1) ? errno : 0;
}

// Opens it for writing, which the kernel allows.
Descriptor open_to_write(const Segment& segment) {
  return Descriptor(::open(segment.handle().path.c_str(), O_RDWR | O_CLOEXEC));
}

TEST(Seal, KeepsWhatWasBuilt) {
  const Segment segment = sealed();
  EXPECT_FALSE(segment.writable());
  EXPECT_EQ(segment.data()[0], std::byte{7});
  EXPECT_EQ(Segment::attach(segment.handle()).data()[0], std::byte{7});
}

TEST(Seal, LetsNoCallWriteOrChangeTheSize) {
  const Segment segment = sealed();
  const Descriptor file = open_to_write(segment);
  ASSERT_TRUE(file);
  const int fd = file.get();
  EXPECT_EQ(error_of(::pwrite(fd, "x", 1, 0)), EPERM);
  EXPECT_EQ(error_of(::ftruncate(fd, 4096)), EPERM);
  EXPECT_EQ(error_of(::ftruncate(fd, 2 << 20)), EPERM);
  EXPECT_EQ(error_of(::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                 0, 4096)),
            EPERM);
  void* mapped =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  EXPECT_EQ(error_of(mapped), EPERM);
  EXPECT_EQ(error_of(::fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE)), EPERM);
  EXPECT_EQ(segment.data()[0], std::byte{7});
}

TEST(Seal, LetsNoMappingBecomeWritable) {
  const Segment segment = sealed();
  const Segment attached = Segment::attach(segment.handle());
  for (const Segment* mapped : {&segment, &attached}) {
    EXPECT_EQ(error_of(::mprotect(mapped->data(), mapped->size().size(),
                                  PROT_READ | PROT_WRITE)),
              EACCES);
  }
}

TEST(Seal, EndsAProcessThatWritesThroughThePointer) {
  const Segment segment = sealed();
  Child child = Child::fork([&] {
    *const_cast<volatile std::byte*>(segment.data()) = std::byte{8};
    return 0;
  });
  EXPECT_EQ(child.wait().signal, SIGSEGV);
  EXPECT_EQ(segment.data()[0], std::byte{7});
}

TEST(Seal, AllowsAPrivateCopyThatNobodyElseSees) {
  const Segment segment = sealed();
  const Descriptor file = open_to_write(segment);
  void* copy =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get(), 0);
  ASSERT_NE(copy, MAP_FAILED);
  *static_cast<std::byte*>(copy) = std::byte{8};
  ::munmap(copy, 4096);
  EXPECT_EQ(segment.data()[0], std::byte{7});
}

TEST(Seal, IsRefusedWhileAnotherProcessMapsItForWriting) {
  Segment segment(1_MiB);
  segment.data()[0] = std::byte{7};
  Pipe pipe = make_pipe();
  Child child = Child::fork([&] {  // inherits the mapping
    pipe.writer.close();
    char end = 0;
    return static_cast<int>(read_fully(pipe.reader.get(), &end, 1));
  });
  const Refusal refusal = refusal_of([&] { segment.seal(); });
  EXPECT_EQ(refusal.error, EBUSY);
  EXPECT_THAT(refusal.text,
              HasSubstr("is mapped for writing by another process"));
  EXPECT_TRUE(segment.writable());
  segment.data()[1] = segment.data()[0];  // all is as it was
  pipe.writer.close();
  child.wait();
  segment.seal();
  EXPECT_EQ(segment.data()[1], std::byte{7});
}

TEST(Seal, IsRefusedForMemoryWithAName) {
  const TemporaryFolder folder;
  for (const Backing& backing : {Backing::posix_shm(own_name()),
                                 Backing::file(folder.path() / "segment")}) {
    Segment segment(1_MiB, backing);
    const Refusal refusal = refusal_of([&] { segment.seal(); });
    EXPECT_THAT(refusal.error, ::testing::AnyOf(EPERM, EINVAL));
    EXPECT_THAT(refusal.text, HasSubstr("cannot be sealed: only a memfd can"));
    segment.data()[0] = std::byte{7};
  }
}

TEST(Seal, IsSetOnlyByTheOwner) {
  const Segment segment(1_MiB);
  Segment attached = Segment::attach(segment.handle());
  EXPECT_THROW(attached.seal(), std::logic_error);
  EXPECT_THROW(Segment().seal(), std::logic_error);
}

TEST(Seal, CanBeSetTwice) {
  Segment segment = sealed();
  segment.seal();
  EXPECT_FALSE(segment.writable());
}

}  // namespace
}  // namespace cow::testing

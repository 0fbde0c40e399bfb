// Segments: the same memory for all, and what becomes of it.
#include "cow/shared/segment.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cow/memory/mappings.h"
#include "cow/pickle/pickle.h"
#include "shared/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using namespace cow::literals;
using ::testing::HasSubstr;

void write_text(const Segment& segment, const char* text) {
  std::strcpy(reinterpret_cast<char*>(segment.data()), text);
}

std::string text_in(const Segment& segment) {
  return reinterpret_cast<const char*>(segment.data());
}

class EachBacking : public ::testing::TestWithParam<int> {
 protected:
  Backing backing() const {
    return backings(folder_.path())[static_cast<std::size_t>(GetParam())];
  }

 private:
  TemporaryFolder folder_;
};

constexpr std::array kKinds{"Memfd", "PosixShm", "File"};

INSTANTIATE_TEST_SUITE_P(, EachBacking, ::testing::Values(0, 1, 2),
                         [](const auto& kind) {
                           return kKinds.at(
                               static_cast<std::size_t>(kind.param));
                         });

TEST_P(EachBacking, BeginsWithZerosAtAPage) {
  const Segment segment(100_KiB, backing());
  EXPECT_EQ(segment.size(), 100_KiB);
  EXPECT_TRUE(segment.writable());
  EXPECT_EQ(
      reinterpret_cast<std::uintptr_t>(segment.data()) % page_size().size(),
      0U);
  EXPECT_TRUE(std::all_of(segment.data(), segment.data() + 100 * 1024,
                          [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_P(EachBacking, IsTheSameMemoryWhereverItIsAttached) {
  const Segment segment(1_MiB, backing());
  write_text(segment, "from the owner");
  Child child = Child::fork([&] {
    const Segment attached = Segment::attach(segment.handle());
    if (attached.data() == segment.data() || attached.size() != 1_MiB) return 1;
    if (text_in(attached) != "from the owner") return 2;
    write_text(attached, "from the child");
    return 0;
  });
  EXPECT_EQ(to_string(child.wait()), "exit status 0");
  EXPECT_EQ(text_in(segment), "from the child");
}

TEST_P(EachBacking, ExistsOnceForAllThatMapIt) {
  const Segment segment(1_MiB, backing());
  std::fill_n(segment.data(), segment.size().size(), std::byte{1});
  const Segment again = Segment::attach(segment.handle());
  for (Bytes at; at < again.size(); at += page_size()) {
    EXPECT_EQ(again.data()[at.size()], std::byte{1});
  }
  const auto mappings = *read_mappings(::getpid());
  for (const Segment* mapped : {&segment, &again}) {
    const auto mapping = find_mapping(mappings, mapped->data());
    ASSERT_TRUE(mapping);
    EXPECT_EQ(mapping->permissions, "rw-s");
    EXPECT_EQ(mapping->usage.rss, 1_MiB);
    EXPECT_EQ(mapping->usage.pss, 512_KiB);
  }
}

TEST_P(EachBacking, TakesItsMemoryAtOnce) {
  const Segment segment(1_MiB, backing());
  struct stat status {};
  ASSERT_EQ(::stat(segment.handle().path.c_str(), &status), 0);
  EXPECT_GE(Bytes(status.st_blocks * 512), 1_MiB);
}

TEST_P(EachBacking, IsGoneWithItsOwner) {
  SegmentHandle handle;
  {
    const Segment segment(1_MiB, backing());
    handle = segment.handle();
    EXPECT_TRUE(std::filesystem::exists(handle.path));
  }
  EXPECT_FALSE(std::filesystem::exists(handle.path));
  const Refusal refusal = refusal_of([&] { Segment::attach(handle); });
  EXPECT_EQ(refusal.error, ENOENT);
  EXPECT_THAT(refusal.text,
              HasSubstr("cannot be opened: its owner may have ended"));
}

TEST_P(EachBacking, KeepsExistingMappingsValidAfterItsOwnerIsGone) {
  Segment attached;
  {
    const Segment segment(1_MiB, backing());
    write_text(segment, "kept");
    attached = Segment::attach(segment.handle());
  }
  EXPECT_EQ(text_in(attached), "kept");
}

TEST_P(EachBacking, IsNotRemovedByAForkOfItsOwner) {
  Segment segment(1_MiB, backing());
  Child child = Child::fork([&] {
    const Segment moved = std::move(segment);
    return moved.data() == nullptr ? 1 : 0;
  });
  EXPECT_EQ(to_string(child.wait()), "exit status 0");
  EXPECT_TRUE(std::filesystem::exists(segment.handle().path));
  Segment::attach(segment.handle());
}

TEST_P(EachBacking, CanBeMoved) {
  Segment segment(1_MiB, backing());
  write_text(segment, "moved");
  Segment moved = std::move(segment);
  EXPECT_EQ(segment.data(), nullptr);
  Segment assigned;
  assigned = std::move(moved);
  EXPECT_EQ(text_in(assigned), "moved");
  EXPECT_TRUE(std::filesystem::exists(assigned.handle().path));
  assigned = Segment();
}

TEST_P(EachBacking, IsHandedOverInAFewBytes) {
  const Segment segment(1_MiB, backing());
  const Message message = pickle(segment.handle());
  EXPECT_EQ(message.size(),
            kLength + Bytes(segment.handle().path.size()) + 8_B * 3 + 1_B);
}

TEST(KilledOwner, LeavesNothingOfAMemfd) {
  Holder holder(1_MiB, Backing::memfd());
  Segment::attach(holder.handle());
  holder.kill();
  const Refusal refusal = refusal_of([&] { Segment::attach(holder.handle()); });
  EXPECT_EQ(refusal.error, ENOENT);
}

TEST(KilledOwner, LeavesASegmentThatHasAName) {
  const TemporaryFolder folder;
  for (const Backing& backing : {Backing::posix_shm(own_name()),
                                 Backing::file(folder.path() / "segment")}) {
    Holder holder(1_MiB, backing);
    holder.kill();
    EXPECT_EQ(Segment::attach(holder.handle()).size(), 1_MiB);
    const Refusal refusal = refusal_of([&] { Segment(1_MiB, backing); });
    EXPECT_EQ(refusal.error, EEXIST);
    EXPECT_THAT(refusal.text, HasSubstr(holder.handle().path +
                                        " is there already: another run uses "
                                        "it, or a run that was killed has left "
                                        "it"));
    // A refused segment removes nothing of another.
    EXPECT_TRUE(std::filesystem::remove(holder.handle().path));
  }
}

TEST(Handle, OfAFileThatWasReplacedIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "segment";
  const Segment segment(1_MiB, Backing::file(path));
  std::filesystem::rename(path, path + ".old");
  write_file(path, std::string(1 << 20, 'x'));
  const Refusal refusal =
      refusal_of([&] { Segment::attach(segment.handle()); });
  EXPECT_EQ(refusal.error, ESTALE);
  EXPECT_THAT(refusal.text, HasSubstr("is not what it was"));
}

TEST(Handle, OfAFileThatWasCutIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "segment";
  const Segment segment(1_MiB, Backing::file(path));
  std::filesystem::resize_file(path, 4096);
  EXPECT_EQ(refusal_of([&] { Segment::attach(segment.handle()); }).error,
            ESTALE);
}

TEST(Handle, OfAFileWorksFromAnotherFolder) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const Segment segment(1_MiB, Backing::file("segment"));
  std::filesystem::current_path(before);
  EXPECT_EQ(Segment::attach(segment.handle()).size(), 1_MiB);
}

}  // namespace
}  // namespace cow::testing

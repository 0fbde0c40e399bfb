// Pipes and mappings between two processes.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"

namespace cow {
namespace {

// More than a pipe holds, so that both sides have to wait for each other.
constexpr Bytes kMuch = 3_MiB;

std::vector<std::byte> pattern() {
  std::vector<std::byte> bytes(kMuch.size());
  unsigned next = 1;
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(next >> 16);
    next = next * 1664525U + 1013904223U;
  }
  return bytes;
}

TEST(Pipe, IsReadableIfItHasDataOrItsWriterIsClosed) {
  Pipe pipe = make_pipe();
  EXPECT_FALSE(wait_readable(pipe.reader.get(), 0));
  EXPECT_FALSE(wait_readable(pipe.reader.get(), 1));
  write_fully(pipe.writer.get(), "x", 1);
  EXPECT_TRUE(wait_readable(pipe.reader.get(), 0));
  char byte = 0;
  EXPECT_EQ(read_fully(pipe.reader.get(), &byte, 1), 1U);
  EXPECT_FALSE(wait_readable(pipe.reader.get(), 0));
  pipe.writer.close();
  EXPECT_TRUE(wait_readable(pipe.reader.get(), -1));
}

TEST(Pipe, PassesMoreThanItsCapacity) {
  Pipe pipe = make_pipe();
  Child child = Child::fork([&] {
    pipe.reader.close();
    const std::vector<std::byte> bytes = pattern();
    write_fully(pipe.writer.get(), bytes.data(), bytes.size());
    return 0;
  });
  pipe.writer.close();
  std::vector<std::byte> received(kMuch.size() + 1);
  EXPECT_EQ(read_fully(pipe.reader.get(), received.data(), received.size()),
            kMuch.size());
  received.pop_back();
  EXPECT_TRUE(std::ranges::equal(received, pattern()));
  EXPECT_TRUE(child.wait().success());
}

TEST(Pipe, EndsWhenItsWriterEnds) {
  Pipe pipe = make_pipe();
  Child child = Child::fork([&] {
    write_fully(pipe.writer.get(), "abc", 3);
    return 0;
  });
  pipe.writer.close();
  char text[8] = {};
  EXPECT_EQ(read_fully(pipe.reader.get(), text, sizeof text), 3U);
  EXPECT_STREQ(text, "abc");
  EXPECT_TRUE(child.wait().success());
}

// What a child writes into a mapping, as its parent sees it.
std::byte written_by_child(int sharing) {
  const Mapping mapping(1_KiB, PROT_READ | PROT_WRITE, sharing);
  mapping.data()[5] = std::byte{1};
  Child child = Child::fork([&] {
    mapping.data()[5] = std::byte{2};
    return 0;
  });
  EXPECT_TRUE(child.wait().success());
  return mapping.data()[5];
}

TEST(Mapping, LetsTheParentSeeAChildsWritesIfShared) {
  EXPECT_EQ(written_by_child(MAP_SHARED), std::byte{2});
}

TEST(Mapping, HidesAChildsWritesFromTheParentIfPrivate) {
  EXPECT_EQ(written_by_child(MAP_PRIVATE), std::byte{1});
}

}  // namespace
}  // namespace cow

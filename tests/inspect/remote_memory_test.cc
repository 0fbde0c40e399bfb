// The memory of a forked child, which writes exactly what it says.
#include "cow/inspect/remote_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <vector>

#include "cow/inspect/changed_pages.h"
#include "cow/memory/page_map.h"
#include "cow/memory/region.h"
#include "cow/os/child.h"
#include "memory/parked_child.h"
#include "memory/region_checks.h"

namespace cow {
namespace {

using testing::ParkedChild;

std::uint64_t address_of(const Region& region, std::int64_t page) {
  return std::bit_cast<std::uint64_t>(region.page(Pages(page)));
}

std::vector<std::uint64_t> addresses_of(const Region& region) {
  std::vector<std::uint64_t> pages;
  for (std::int64_t page = 0; page < region.pages().count(); ++page) {
    pages.push_back(address_of(region, page));
  }
  return pages;
}

TEST(RemoteMemory, OfAChildDiffersOnlyInThePagesThatItHasWritten) {
  const Region region(Pages(3000));
  ParkedChild child([&](const ParkedChild::Park& park) {
    for (std::int64_t page = 0; page < 300; ++page) {
      *region.page(Pages(10 * page)) = std::byte{7};
    }
    park(0);
  });
  child.await();
  const auto found = compare_memory(
      memory_of(child.pid()), memory_of(::getpid()), addresses_of(region));
  ASSERT_TRUE(found) << found.reason();
  EXPECT_EQ(found->count(PageChange::kData), Pages(300));
  EXPECT_EQ(found->count(PageChange::kIdentical), Pages(2700));
  EXPECT_EQ(found->unread, Pages(0));
  EXPECT_TRUE(child.end().success());
}

TEST(RemoteMemory, IsIdenticalIfAChildWritesTheSameValuesAgain) {
  const Region region(Pages(64));
  ParkedChild child([&](const ParkedChild::Park& park) {
    region.write(Pages(0), Pages(64));
    park(0);
  });
  child.await();
  const auto found = compare_memory(
      memory_of(child.pid()), memory_of(::getpid()), addresses_of(region));
  EXPECT_EQ(found->count(PageChange::kIdentical), Pages(64));
  EXPECT_TRUE(child.end().success());
}

TEST(RemoteMemory, IsNotCopiedByReading) {
  const Region region(Pages(64));
  region.write(Pages(0), Pages(64));
  ParkedChild child([](const ParkedChild::Park& park) { park(0); });
  child.await();
  const auto found = compare_memory(
      memory_of(child.pid()), memory_of(::getpid()), addresses_of(region));
  EXPECT_EQ(found->count(PageChange::kIdentical), Pages(64));
  testing::expect_pages(region, child.pid(), Pages(0));
  testing::expect_pages(region, ::getpid(), Pages(0));
  EXPECT_TRUE(child.end().success());
}

TEST(RemoteMemory, LeavesOutMissingPieces) {
  const Region region(Pages(4));
  const std::size_t size = page_size().size();
  std::vector<std::byte> to(6 * size, std::byte{9});
  std::vector<RemotePiece> pieces;
  pieces.push_back({size, std::span(to).first(size)});  // nothing is mapped
  for (const std::uint64_t page : addresses_of(region)) {
    pieces.push_back({page, std::span(to).subspan(pieces.size() * size, size)});
  }
  pieces.push_back({2 * size, std::span(to).last(size)});
  const auto read = memory_of(::getpid())(pieces);
  ASSERT_TRUE(read) << read.reason();
  EXPECT_EQ(*read, 4U);
  EXPECT_FALSE(pieces.front().read || pieces.back().read);
  EXPECT_TRUE(std::all_of(pieces.begin() + 1, pieces.end() - 1,
                          [](const RemotePiece& piece) { return piece.read; }));
}

TEST(RemoteMemory, IsReadWithoutMakingPagesPresent) {
  const Region region(Pages(2));
  std::vector<std::byte> to(page_size().size());
  ASSERT_EQ(::madvise(region.page(Pages(1)), to.size(), MADV_DONTNEED), 0);
  ParkedChild child([](const ParkedChild::Park& park) { park(0); });
  child.await();
  const ReadPieces memory = memory_of(child.pid());
  const std::uint64_t missing = address_of(region, 1);
  EXPECT_TRUE(read_at(memory, address_of(region, 0), to));
  EXPECT_FALSE(read_at(memory, missing, to));
  EXPECT_FALSE(read_at(memory, missing - 8, std::span(to).first(16)));
  const auto map = read_page_map(child.pid(), region.page(Pages(1)), Pages(1));
  EXPECT_FALSE(map->front().present);
  EXPECT_TRUE(child.end().success());
}

// Gives the page back, and lets a fault in it wait for a handler that never
// comes. Returns the error, or 0.
int let_faults_wait(std::byte* page) {
  if (::madvise(page, page_size().size(), MADV_DONTNEED) != 0) return errno;
  const auto handler = static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC));
  if (handler == -1) return errno;
  uffdio_api api{.api = UFFD_API, .features = 0, .ioctls = 0};
  uffdio_register range{
      .range = {std::bit_cast<std::uint64_t>(page), page_size().size()},
      .mode = UFFDIO_REGISTER_MODE_MISSING,
      .ioctls = 0};
  const bool done = ::ioctl(handler, UFFDIO_API, &api) == 0 &&
                    ::ioctl(handler, UFFDIO_REGISTER, &range) == 0;
  return done ? 0 : errno;
}

TEST(RemoteMemory, IsReadWithoutWaitingForAFaultHandler) {
  constexpr unsigned kDeadline = 20;  // seconds
  const Region region(Pages(2));
  ParkedChild child([&](const ParkedChild::Park& park) {
    park(let_faults_wait(region.page(Pages(1))));
  });
  const auto error = static_cast<int>(child.await());
  if (error != 0) GTEST_SKIP() << "userfaultfd: " << std::strerror(error);
  Child reader = Child::fork([&] {
    ::alarm(kDeadline);  // ends it
    std::vector<std::byte> to(page_size().size());
    const ReadPieces memory = memory_of(child.pid());
    return read_at(memory, address_of(region, 1), to) ? 1 : 0;
  });
  const ExitStatus end = reader.wait();
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.signal, 0);
  EXPECT_TRUE(child.end().success());
}

TEST(RemoteMemory, OfAProcessThatHasEndedIsAbsent) {
  const Region region(Pages(1));
  ParkedChild child([](const ParkedChild::Park& park) { park(0); });
  child.await();
  const pid_t pid = child.pid();
  EXPECT_TRUE(child.end().success());
  const auto found = compare_memory(memory_of(pid), memory_of(::getpid()),
                                    addresses_of(region));
  EXPECT_FALSE(found);
  EXPECT_NE(found.reason().find("has ended"), std::string::npos)
      << found.reason();
}

TEST(RemoteMemory, OfAnotherUserIsAbsentWithTheReason) {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const Region region(Pages(1));
  const pid_t parent = ::getpid();
  Child child = Child::fork([&] {
    if (::setuid(kNobody) != 0) return 2;
    const auto found = compare_memory(memory_of(::getpid()), memory_of(parent),
                                      addresses_of(region));
    return found.reason().find("only root") == std::string::npos ? 1 : 0;
  });
  EXPECT_EQ(child.wait().code, 0);
}

}  // namespace
}  // namespace cow

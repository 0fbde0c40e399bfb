// Threads and CPUs of this process.
#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <thread>
#include <vector>

#include "cow/os/cgroup.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

using Clock = std::chrono::steady_clock;

TEST(ThreadCount, CountsThreadsWhileTheyLive) {
  const int before = thread_count();  // a sanitizer may have threads, too
  EXPECT_GE(before, 1);
  Pipe pipe = make_pipe();
  std::vector<std::thread> threads;
  for (int i = 1; i <= 3; ++i) {
    threads.emplace_back([&] {
      char byte = 0;
      read_fully(pipe.reader.get(), &byte, 1);
    });
    EXPECT_EQ(thread_count(), before + i);
  }
  pipe.writer.close();
  for (std::thread& thread : threads) thread.join();
  // The kernel takes a thread off the list a moment after join returns.
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (thread_count() != before && Clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(thread_count(), before);
}

TEST(ThreadCount, IsOneInAForkedChild) {
  Pipe pipe = make_pipe();
  std::thread thread([&] {
    char byte = 0;
    read_fully(pipe.reader.get(), &byte, 1);
  });
  Child child = Child::fork([] { return thread_count(); });
  EXPECT_EQ(child.wait().code, 1);
  pipe.writer.close();
  thread.join();
}

TEST(AvailableCpus, AreOneIfTheMaskHasOne) {
  Child child = Child::fork([] {
    cpu_set_t mask;
    if (::sched_getaffinity(0, sizeof mask, &mask) != 0) return 2;
    unsigned cpu = 0;
    while (!CPU_ISSET(cpu, &mask)) ++cpu;
    CPU_ZERO(&mask);
    CPU_SET(cpu, &mask);
    if (::sched_setaffinity(0, sizeof mask, &mask) != 0) return 3;
    return available_cpus() == 1 ? 0 : 1;
  });
  EXPECT_EQ(child.wait().code, 0);
}

}  // namespace
}  // namespace cow

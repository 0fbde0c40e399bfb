// A folder that looks like /proc, with processes as a test wants them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/programs.h"

namespace cowtop::testing {

/// A process of the folder. The figures of memory are in pages.
struct FakeProcess {
  pid_t pid = 0;
  pid_t parent = 1;
  std::string name = "python3";
  char state = 'S';
  std::uint64_t started = 100;
  std::int64_t faults = 0;
  std::int64_t rss = 1000;
  std::uint64_t code = 0x5000;  ///< the image
  std::int64_t pss = 700;
  std::int64_t uss = 600;
  std::string command = std::string("python3\0job.py", 14);
};

class FakeProc {
 public:
  /// Writes all files of the process, anew if it is there.
  void put(const FakeProcess& process) const;
  /// Only stat, as of a process whose memory nobody may read.
  void put_stat(const FakeProcess& process) const;
  /// Gives it a heap, a letter a page: x exclusive, s shared, . not there.
  void put_heap(pid_t pid, const std::string& pages) const;
  void write(pid_t pid, const std::string& file, const std::string& text) const;
  void remove(pid_t pid) const;
  void remove(pid_t pid, const std::string& file) const;

  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  cow::testing::TemporaryFolder folder_;
};

}  // namespace cowtop::testing

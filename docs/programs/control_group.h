// A control group for the memory of some processes, as a container or a unit of
// systemd has one; for referee.cc and who_is_killed.cc. Documentation of the
// kernel: admin-guide/cgroup-v1/memory.rst, admin-guide/cgroup-v2.rst.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "cow/os/cgroup.h"
#include "cow/os/descriptor.h"

/// Made and removed by a process that stays outside.
class ControlGroup {
 public:
  /// Throws an exception of the standard library, with the reason, where none
  /// can be made. Most often only root may.
  explicit ControlGroup(const cow::CgroupPath& own = cow::own_cgroups("memory"))
      : version_(own.version),
        folder_(find_above(own) / ("cowpool-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(folder_);
  }
  ControlGroup(const ControlGroup&) = delete;
  ControlGroup& operator=(const ControlGroup&) = delete;
  ~ControlGroup() { ::rmdir(folder_.c_str()); }

  /// Moves this process into the group. Its children begin there, too.
  void join() const { write("cgroup.procs", ::getpid()); }

  /// What the group is charged for: its pages, each once.
  std::int64_t usage() const {
    return std::stoll(
        *cow::read_file(folder_ / (version_ == 2 ? "memory.current"
                                                 : "memory.usage_in_bytes")));
  }
  /// If it is charged for more, the kernel kills one of its processes.
  void limit(std::int64_t bytes) const {
    write(version_ == 2 ? "memory.max" : "memory.limit_in_bytes", bytes);
  }

 private:
  // Where a group can be made: in version 2, below one that hands the control
  // of memory down. No process may be in such a group, so it is not ours.
  static std::filesystem::path find_above(const cow::CgroupPath& own) {
    for (const std::filesystem::path& group : own.groups) {
      if (own.version == 1) return group;
      const auto down = cow::read_file(group / "cgroup.subtree_control");
      if (down && down->find("memory") != std::string::npos) return group;
    }
    throw std::runtime_error("no control group of memory to be seen");
  }

  void write(const char* file, std::int64_t number) const {
    cow::write_file(folder_ / file, std::to_string(number) + "\n");
  }

  int version_;
  std::filesystem::path folder_;
};

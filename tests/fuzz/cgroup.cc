// Control groups: the text of /proc/PID/cgroup, and the files of a group. The
// groups that are found are folders below the root, each above the one before
// it; what a group leaves of its memory is from nothing to its limit.
//
// Input: the contents of memory.max, memory.current and memory.stat, each up to
// a zero byte; the rest is the text of /proc/PID/cgroup.
#include "cow/os/cgroup.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cow/memory/environment.h"
#include "cow/os/descriptor.h"
#include "fuzz/input.h"
#include "fuzz/temporary_folder.h"

namespace cow::fuzz {
namespace {

namespace fs = std::filesystem;

// Groups of version 2 below the root, of version 1 below its controllers.
struct Tree {
  TemporaryFolder folder;
  fs::path root = folder.path() / "root";

  Tree() {
    for (const char* group : {"a/b", "memory/a", "cpu,memory/a/b"}) {
      fs::create_directories(root / group);
    }
    // Beside the root: nothing that a text may lead to.
    fs::create_directories(folder.path() / "beside" / "a");
  }
};

const Tree& tree() {
  static const Tree tree;
  return tree;
}

bool lies_below(const fs::path& path, const fs::path& root) {
  const fs::path normal = path.lexically_normal();
  return std::mismatch(root.begin(), root.end(), normal.begin(), normal.end())
             .first == root.end();
}

void check_groups(std::string_view text) {
  for (const char* controller : {"memory", "cpu"}) {
    const CgroupPath path = find_cgroups(text, controller, tree().root);
    require(path.version == 1 || path.version == 2, "there are two versions");
    require(
        path.version == 2 || text.find(controller) != std::string_view::npos,
        "version 1 names the controller");
    for (std::size_t i = 0; i < path.groups.size(); ++i) {
      require(fs::is_directory(path.groups[i]), "a group is a folder");
      require(lies_below(path.groups[i], tree().root),
              "a group lies below the root");
      require(i == 0 || lies_below(path.groups[i - 1], path.groups[i]),
              "a group lies above the one before it");
    }
  }
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t number = 0;
  text = text.substr(0, text.find('\n'));
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

void check_memory(std::string_view max, std::string_view current,
                  std::string_view stat) {
  const fs::path group = tree().root / "a";
  write_file(group / "memory.max", max);
  write_file(group / "memory.current", current);
  write_file(group / "memory.stat", stat);
  const CgroupPath path{.version = 2, .groups = {group, tree().root}};
  const Reading<Bytes> left = cgroup_memory_left(path);
  if (!left) {
    require(!left.reason().empty(), "an absence has a reason");
    return;
  }
  require(*left >= Bytes(), "what is left is not negative");
  const auto limit = number(max);
  require(limit && *left <= Bytes(*limit), "nor more than the limit");
  const auto used = number(current);
  require(used && (stat.find("inactive_file") != stat.npos ||
                   *left == Bytes(std::max(*limit - *used, std::int64_t{0}))),
          "what is left was not used");
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace cow::fuzz;
  Input input(data, size);
  const auto max = input.take_until('\0');
  const auto current = input.take_until('\0');
  const auto stat = input.take_until('\0');
  check_memory(max, current, stat);
  check_groups(input.rest());
  return 0;
}

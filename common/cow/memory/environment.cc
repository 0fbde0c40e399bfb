#include "cow/memory/environment.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "cow/memory/page_map.h"
#include "cow/memory/text.h"
#include "cow/os/cgroup.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"

namespace cow {
namespace {

// A number of bytes; nullopt for any other word, such as "max".
std::optional<std::int64_t> parse_amount(std::string_view word) {
  const std::optional<std::int64_t> number = parse_number(word);
  return number && *number >= 0 ? number : std::nullopt;
}

std::optional<std::int64_t> read_number(const std::filesystem::path& path) {
  const Reading<std::string> text = read_file(path);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  return parse_amount(take_line(rest));
}

// The value of "name 123" in a file of such lines.
std::optional<std::int64_t> read_named(const std::filesystem::path& path,
                                       std::string_view name) {
  const Reading<std::string> text = read_file(path);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    if (take_word(line) == name) return parse_amount(take_word(line));
  }
  return std::nullopt;
}

// How much a limit on the address space leaves; nullopt if there is no limit.
std::optional<Bytes> address_space_left() {
  struct rlimit limit {};
  ::getrlimit(RLIMIT_AS, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  const Reading<std::string> text = read_file("/proc/self/statm");
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  const auto used = parse_number(take_word(rest));
  if (!used) return std::nullopt;
  return std::max(Bytes(), Bytes(limit.rlim_cur) - to_bytes(Pages(*used)));
}

}  // namespace

Reading<Bytes> parse_meminfo(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    std::string_view word = take_word(line);
    if (!word.ends_with(':')) continue;
    word.remove_suffix(1);
    if (word != name) continue;
    if (const auto bytes = take_kilobytes(line)) return *bytes;
    break;
  }
  return Absent{fmt::format("no {} in /proc/meminfo", name)};
}

Reading<std::string> parse_bracketed(std::string_view text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']');
  if (open == text.npos || close == text.npos || close < open) {
    return Absent{"no word in square brackets"};
  }
  return std::string(text.substr(open + 1, close - open - 1));
}

Reading<CgroupMemory> tightest_cgroup(const CgroupPath& path) {
  const bool v2 = path.version == 2;
  std::optional<CgroupMemory> tightest;
  for (const std::filesystem::path& group : path.groups) {
    const auto limit =
        read_number(group / (v2 ? "memory.max" : "memory.limit_in_bytes"));
    const auto used =
        read_number(group / (v2 ? "memory.current" : "memory.usage_in_bytes"));
    // Version 1 writes "no limit" as the largest number of whole pages.
    if (!limit || !used || *limit > INT64_MAX / 2) continue;
    const auto inactive_file = read_named(
        group / "memory.stat", v2 ? "inactive_file" : "total_inactive_file");
    const std::int64_t can_go = std::min(*used, inactive_file.value_or(0));
    const CgroupMemory here{Bytes(*used - can_go), Bytes(*limit)};
    if (!tightest || here.left() < tightest->left()) tightest = here;
  }
  if (!tightest) return Absent{"no control group limits the memory"};
  return *tightest;
}

Reading<Bytes> cgroup_memory_left(const CgroupPath& path) {
  const Reading<CgroupMemory> group = tightest_cgroup(path);
  return group ? Reading<Bytes>(group->left()) : Absent{group.reason()};
}

bool has_zero_page() {
  const Mapping memory(page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE);
  const volatile std::byte* byte = memory.data();
  [[maybe_unused]] const std::byte zero = *byte;
  const auto pages = read_page_map(::getpid(), memory.data(), Pages(1));
  return !pages || !pages->front().exclusive;
}

Environment read_environment() {
  struct utsname name {};
  ::uname(&name);
  Environment environment{
      .kernel = fmt::format("{} {}", name.sysname, name.release),
      .machine = name.machine,
      .page_size = page_size(),
      .zero_page = has_zero_page()};

  const Reading<std::string> thp =
      read_file("/sys/kernel/mm/transparent_hugepage/enabled");
  environment.huge_pages =
      thp ? parse_bracketed(*thp) : Reading<std::string>(Absent{thp.reason()});

  const Reading<std::string> meminfo = read_file("/proc/meminfo");
  if (!meminfo) {
    environment.memory = environment.swap = environment.available =
        Absent{meminfo.reason()};
    return environment;
  }
  environment.memory = parse_meminfo(*meminfo, "MemTotal");
  environment.swap = parse_meminfo(*meminfo, "SwapTotal");
  environment.available = parse_meminfo(*meminfo, "MemAvailable");
  if (!environment.available) return environment;

  Bytes available = *environment.available;
  const Reading<Bytes> group = cgroup_memory_left(own_cgroups("memory"));
  if (group) available = std::min(available, *group);
  if (const auto left = address_space_left()) {
    available = std::min(available, *left);
  }
  environment.available = available;
  return environment;
}

}  // namespace cow

#include "cow/memory/process.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "cow/memory/text.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

Reading<Bytes> parse_kilobytes(std::string_view rest, const char* name) {
  if (const auto bytes = take_kilobytes(rest)) return *bytes;
  return Absent{fmt::format("{} is not a number of kB", name)};
}

}  // namespace

Status parse_status(std::string_view text) {
  Status status{.peak_rss = Absent{"no VmHWM in the text"},
                .page_tables = Absent{"no VmPTE in the text"}};
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view name = take_word(line);
    if (name == "VmHWM:") status.peak_rss = parse_kilobytes(line, "VmHWM");
    if (name == "VmPTE:") status.page_tables = parse_kilobytes(line, "VmPTE");
  }
  return status;
}

Reading<Stat> parse_stat(std::string_view text) {
  // "1234 (the command) S 1 ...": the command may itself hold ") ", so it ends
  // at the last bracket.
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) {
    return Absent{"no command in brackets in the text"};
  }
  Stat stat;
  stat.command = text.substr(open + 1, close - open - 1);
  std::string_view rest = text.substr(close + 1);
  take_word(rest);  // the state
  const std::optional<pid_t> parent = parse_number<pid_t>(take_word(rest));
  for (int skipped = 0; skipped < 5; ++skipped) take_word(rest);
  const std::optional<std::int64_t> faults = parse_number(take_word(rest));
  if (!parent || !faults) return Absent{"too few numbers in the text"};
  stat.parent = *parent;
  stat.minor_faults = *faults;
  return stat;
}

Reading<Process> read_process(pid_t pid, const std::string& proc) {
  const std::string folder = fmt::format("{}/{}", proc, pid);
  const Reading<Usage> usage = read_usage(pid, proc);
  if (!usage) return Absent{usage.reason()};
  const Reading<std::string> stat_text = read_file(folder + "/stat");
  if (!stat_text) return Absent{stat_text.reason()};
  const Reading<Stat> stat = parse_stat(*stat_text);
  if (!stat) {
    return Absent{fmt::format("{}/stat: {}", folder, stat.reason())};
  }
  const Reading<std::string> status_text = read_file(folder + "/status");
  const Status status =
      status_text ? parse_status(*status_text)
                  : Status{.peak_rss = Absent{status_text.reason()},
                           .page_tables = Absent{status_text.reason()}};
  return Process{.pid = pid,
                 .parent = stat->parent,
                 .command = stat->command,
                 .usage = *usage,
                 .peak_rss = status.peak_rss,
                 .page_tables = status.page_tables,
                 .minor_faults = stat->minor_faults};
}

std::int64_t own_minor_faults() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

std::vector<pid_t> children_of(pid_t parent, const std::string& proc) {
  std::vector<pid_t> children;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(proc, error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const std::optional<pid_t> pid = parse_number<pid_t>(name);
    if (!pid) continue;
    const Reading<std::string> text = read_file(entry->path() / "stat");
    if (!text) continue;  // it has ended
    const Reading<Stat> stat = parse_stat(*text);
    if (stat && stat->parent == parent) children.push_back(*pid);
  }
  std::sort(children.begin(), children.end());
  return children;
}

}  // namespace cow

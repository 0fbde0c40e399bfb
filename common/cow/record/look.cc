#include "cow/record/look.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "cow/memory/page_map.h"
#include "cow/memory/text.h"
#include "cow/memory/usage.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

// Smaller mappings are not drawn.
constexpr std::uint64_t kLeastPages = 256;
// Of a mapping, at most so many pages are kept: 128 MiB, if it is each page.
constexpr std::uint64_t kMostKept = 1 << 15;
// A mapping that is more than so many times as large as all that the process
// has in memory is reserved for later: to read it would cost more than it
// tells.
constexpr std::uint64_t kTimesAsLarge = 64;

std::uint64_t number_of(std::uint64_t address) {
  return address / page_size().size();
}

char state_of(const Page& page) {
  if (page.swapped) return kSwappedPage;
  if (!page.present) return kNotInMemory;
  return page.exclusive ? kExclusivePage : kSharedPage;
}

std::uint64_t step_for(std::uint64_t pages) {
  std::uint64_t step = 1;
  while (pages / step > kMostKept) step *= 2;
  return step;
}

// The text of the look before, if it is the same.
std::shared_ptr<const std::string> shared_with(const LookedAt* before,
                                               const LookedAtRange& range,
                                               std::string states) {
  if (before != nullptr) {
    for (const LookedAtRange& old : before->ranges) {
      if (old.begin == range.begin && *old.states == states) return old.states;
    }
  }
  return std::make_shared<const std::string>(std::move(states));
}

bool has_page_of(const std::vector<PageSpan>& spans,
                 const LookedAtRange& range) {
  return std::any_of(spans.begin(), spans.end(), [&](const PageSpan& span) {
    return span.begin < range.end && range.begin < span.begin + span.count;
  });
}

// "rchar: 123" in /proc/PID/io: proc(5).
std::int64_t read_bytes_read(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/io", pid));
  if (!text) return -1;
  std::string_view rest = *text;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    if (take_word(line) != "rchar:") continue;
    return cow::parse_number(take_word(line)).value_or(-1);
  }
  return -1;
}

// Whether a mapping holds data: it can be written to, belongs to no file, and
// is not small.
bool holds_data(const MappingRange& range) {
  const auto is = [&](const char* begin) {
    return range.name.starts_with(begin);
  };
  const bool small =
      number_of(range.end) - number_of(range.begin) < kLeastPages;
  if (small || range.permissions[1] != 'w') return false;
  if (range.permissions[3] == 'p') {
    return range.name.empty() || range.name == "[heap]" || is("[anon:");
  }
  return is("/dev/shm/") || is("/memfd:") || is("/SYSV") || is("/dev/zero");
}

// The states of `count` pages from the page number `begin` on: of each whose
// number is a multiple of `step`.
Reading<std::string> read_states(pid_t pid, std::uint64_t begin,
                                 std::uint64_t count, std::uint64_t step) {
  std::string states;
  std::uint64_t number = begin;
  const auto read = PageMap(pid).for_each(begin * page_size().size(),
                                          Pages(count), [&](const Page& page) {
                                            if (number++ % step == 0)
                                              states += state_of(page);
                                          });
  if (!read) return Absent{read.reason()};
  return states;
}

}  // namespace

const LookedAt* find_process(const Tree& tree, const ProcessId& id) {
  const auto found = std::find_if(tree.begin(), tree.end(),
                                  [&](const auto& p) { return p.id == id; });
  return found == tree.end() ? nullptr : &*found;
}

std::vector<ListedProcess> living_of(std::set<ProcessId>& seen) {
  const std::vector<ListedProcess> all = list_processes();
  std::set<ProcessId> living;
  std::set<pid_t> pids;
  // A child has started after its parent, but may have a lower id.
  for (bool found = true; std::exchange(found, false);) {
    for (const ListedProcess& process : all) {
      if (process.zombie() || living.contains(process.id)) continue;
      if (seen.contains(process.id) || pids.contains(process.parent)) {
        living.insert(process.id);
        pids.insert(process.id.pid);
        found = true;
      }
    }
  }
  seen = living;
  std::vector<ListedProcess> processes;
  for (const ListedProcess& process : all) {
    if (living.contains(process.id)) processes.push_back(process);
  }
  std::sort(processes.begin(), processes.end(),
            [](const ListedProcess& a, const ListedProcess& b) {
              return std::pair(a.id.started, a.id.pid) <
                     std::pair(b.id.started, b.id.pid);
            });
  return processes;
}

Tree look_at(const std::vector<ListedProcess>& processes, const Tree& before,
             const std::vector<PageSpan>& drawn) {
  Tree tree;
  for (const ListedProcess& listed : processes) {
    const pid_t pid = listed.id.pid;
    const auto usage = read_usage(pid);
    const auto ranges = read_ranges(pid);
    if (!usage || !ranges) continue;
    LookedAt process{.id = listed.id,
                     .parent = listed.parent,
                     .image = listed.image,
                     .name = printable(listed.name),
                     .rss = usage->rss,
                     .pss = usage->pss,
                     .uss = usage->uss(),
                     .bytes_read = read_bytes_read(pid),
                     .ranges = {}};
    const LookedAt* old = find_process(before, listed.id);
    const std::uint64_t most =
        kTimesAsLarge * (to_pages(usage->rss).size() + kLeastPages);
    for (const MappingRange& range : *ranges) {
      LookedAtRange seen{.begin = number_of(range.begin),
                         .end = number_of(range.end),
                         .name = range.name,
                         .shared = range.permissions[3] == 's',
                         .states = {}};
      const std::uint64_t pages = seen.end - seen.begin;
      const bool is_drawn =
          range.permissions[1] == 'w' && has_page_of(drawn, seen);
      if (!is_drawn && (!holds_data(range) || pages > most)) continue;
      seen.step = step_for(pages);
      auto states = read_states(pid, seen.begin, pages, seen.step);
      if (!states) continue;
      seen.states = shared_with(old, seen, *std::move(states));
      process.ranges.push_back(std::move(seen));
    }
    tree.push_back(std::move(process));
  }
  return tree;
}

}  // namespace cow

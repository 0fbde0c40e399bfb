#include "cow/memory/usage.h"

#include <fmt/core.h>

#include <array>

#include "cow/memory/text.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

struct Field {
  std::string_view name;
  Bytes Usage::*figure;
};

constexpr std::array kFields = {
    Field{"Rss:", &Usage::rss},
    Field{"Pss:", &Usage::pss},
    Field{"Shared_Clean:", &Usage::shared_clean},
    Field{"Shared_Dirty:", &Usage::shared_dirty},
    Field{"Private_Clean:", &Usage::private_clean},
    Field{"Private_Dirty:", &Usage::private_dirty},
    Field{"Anonymous:", &Usage::anonymous},
    Field{"AnonHugePages:", &Usage::huge},
    Field{"Swap:", &Usage::swap},
    Field{"SwapPss:", &Usage::swap_pss},
    Field{"Pss_Shmem:", &Usage::pss_shmem},
    Field{"Shared_Hugetlb:", &Usage::hugetlb},
    Field{"Private_Hugetlb:", &Usage::hugetlb},
};

// Stops adding at a limit, so that no text can make the sum overflow.
void add(Bytes& sum, Bytes bytes) {
  constexpr Bytes kMost{std::int64_t{1} << 60};
  if (sum < kMost) sum += bytes;
}

}  // namespace

bool add_usage_line(std::string_view line, Usage& usage) {
  const std::string_view name = take_word(line);
  const std::optional<Bytes> bytes = take_kilobytes(line);
  if (!bytes) return false;
  for (const Field& field : kFields) {
    if (field.name == name) add(usage.*field.figure, *bytes);
  }
  if (name == "Pss_File:") {
    usage.pss_file = usage.pss_file.value_or(Bytes());
    add(*usage.pss_file, *bytes);
  }
  return true;
}

Reading<Usage> parse_smaps_rollup(std::string_view text) {
  Usage usage;
  bool has_rss = false;
  bool has_pss = false;
  bool has_private = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!add_usage_line(line, usage)) continue;
    has_rss = has_rss || line.starts_with("Rss:");
    has_pss = has_pss || line.starts_with("Pss:");
    has_private = has_private || line.starts_with("Private_Dirty:");
  }
  if (!has_rss || !has_pss || !has_private) {
    return Absent{"no Rss, Pss and Private_Dirty in the text"};
  }
  return usage;
}

Reading<Usage> read_usage(pid_t pid, const std::string& proc) {
  const std::string path = fmt::format("{}/{}/smaps_rollup", proc, pid);
  const Reading<std::string> text = read_file(path);
  if (!text) return Absent{text.reason()};
  Reading<Usage> usage = parse_smaps_rollup(*text);
  if (!usage) {
    return Absent{fmt::format("{}: {}", path, usage.reason())};
  }
  return usage;
}

}  // namespace cow

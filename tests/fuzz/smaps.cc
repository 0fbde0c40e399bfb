// The text of maps, smaps and smaps_rollup. What was read, written in the
// kernel's form, is read as the same; the figures of the mappings, written as
// one text, add up to those of the whole.
#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cow/memory/mappings.h"
#include "cow/memory/usage.h"
#include "fuzz/input.h"

namespace cow::fuzz {
namespace {

std::int64_t kilobytes(Bytes bytes) {
  require(bytes >= Bytes(), "no figure is negative");
  require(bytes.count() % 1024 == 0, "a figure is of whole kB");
  return bytes.count() / 1024;
}

// As the kernel writes it, without the fields that nobody reads.
std::string text_of(const Usage& usage) {
  std::string text = fmt::format(
      "Rss: {} kB\nPss: {} kB\nShared_Clean: {} kB\nShared_Dirty: {} kB\n"
      "Private_Clean: {} kB\nPrivate_Dirty: {} kB\nAnonymous: {} kB\n"
      "Swap: {} kB\nSwapPss: {} kB\n",
      kilobytes(usage.rss), kilobytes(usage.pss), kilobytes(usage.shared_clean),
      kilobytes(usage.shared_dirty), kilobytes(usage.private_clean),
      kilobytes(usage.private_dirty), kilobytes(usage.anonymous),
      kilobytes(usage.swap), kilobytes(usage.swap_pss));
  if (usage.pss_file) {
    text += fmt::format("Pss_File: {} kB\n", kilobytes(*usage.pss_file));
  }
  return text;
}

std::string text_of(const MappingUsage& mapping) {
  return fmt::format("{:08x}-{:08x} {} 00000000 00:00 0{}{}\n{}", mapping.begin,
                     mapping.end, mapping.permissions,
                     mapping.name.empty() ? "" : " ", mapping.name,
                     text_of(mapping.usage));
}

// A figure beyond what can be meant is no longer exact, and is not taken again.
bool can_be_written(const Usage& usage) {
  constexpr Bytes kMost{std::int64_t{1} << 56};
  for (const Bytes bytes :
       {usage.rss, usage.pss, usage.shared_clean, usage.shared_dirty,
        usage.private_clean, usage.private_dirty, usage.anonymous, usage.swap,
        usage.swap_pss, usage.pss_file.value_or(Bytes())}) {
    if (bytes > kMost) return false;
  }
  return true;
}

void check_rollup(std::string_view text) {
  const Reading<Usage> usage = parse_smaps_rollup(text);
  if (!usage) {
    require(!usage.reason().empty(), "an absence has a reason");
    return;
  }
  require(usage->uss() >= usage->private_dirty, "USS is a sum");
  const std::string written = text_of(*usage);
  if (!can_be_written(*usage)) return;
  const Reading<Usage> again = parse_smaps_rollup(written);
  require(bool(again), "a rollup that was written is one");
  require(text_of(*again) == written, "a rollup comes back");
}

void check_ranges(std::string_view text) {
  const Reading<std::vector<MappingRange>> ranges = parse_maps(text);
  if (!ranges) {
    require(!ranges.reason().empty(), "an absence has a reason");
    return;
  }
  const Reading<std::vector<MappingUsage>> mappings = parse_smaps(text);
  require(bool(mappings), "maps is smaps without what they cost");
  require(mappings->size() == ranges->size(), "as many mappings");
  for (std::size_t i = 0; i < ranges->size(); ++i) {
    require((*ranges)[i].begin == (*mappings)[i].begin, "in the same places");
    require((*ranges)[i].name == (*mappings)[i].name, "of the same names");
  }
}

void check_mappings(std::string_view text) {
  const Reading<std::vector<MappingUsage>> mappings = parse_smaps(text);
  if (!mappings) {
    require(!mappings.reason().empty(), "an absence has a reason");
    return;
  }
  std::string written;
  Usage total;
  std::string figures;
  for (const MappingUsage& mapping : *mappings) {
    require(mapping.begin < mapping.end, "no mapping is empty");
    require(mapping.permissions.size() == 4, "there are four permissions");
    require(mapping.name.find('\n') == mapping.name.npos, "a name is a line's");
    const auto* first = std::bit_cast<const void*>(mapping.begin);
    const auto found = find_mapping(*mappings, first);
    require(
        found && found->begin <= mapping.begin && mapping.begin < found->end,
        "the mapping of an address holds it");
    if (!can_be_written(mapping.usage)) return;
    written += text_of(mapping);
    total.rss += mapping.usage.rss;
    total.private_clean += mapping.usage.private_clean;
    total.private_dirty += mapping.usage.private_dirty;
    figures += text_of(mapping.usage);
  }
  const auto again = parse_smaps(written);
  require(bool(again), "mappings that were written are such");
  std::string rewritten;
  for (const MappingUsage& mapping : *again) rewritten += text_of(mapping);
  require(rewritten == written, "mappings come back");
  if (mappings->empty()) return;
  const Reading<Usage> sum = parse_smaps_rollup(figures);
  require(bool(sum), "figures of mappings are a rollup");
  if (!can_be_written(*sum)) return;
  require(sum->rss == total.rss && sum->uss() == total.uss(),
          "the mappings add up to the whole");
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text = cow::fuzz::Input(data, size).rest();
  cow::fuzz::check_rollup(text);
  cow::fuzz::check_ranges(text);
  cow::fuzz::check_mappings(text);
  return 0;
}

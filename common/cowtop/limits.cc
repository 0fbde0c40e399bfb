#include "cowtop/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "cow/lesson/flags.h"

namespace cowtop {
namespace {

using cow::Bytes;

struct Column {
  std::string_view name;
  Bytes (*of)(const Row& row);
};

constexpr std::array<Column, 6> kColumns = {
    {{"rss", [](const Row& row) { return row.usage->rss; }},
     {"pss", [](const Row& row) { return row.usage->pss; }},
     {"uss", [](const Row& row) { return row.usage->uss(); }},
     {"swap", [](const Row& row) { return row.usage->swap; }},
     {"new", [](const Row& row) { return row.became_private; }},
     {"new/s", [](const Row& row) { return row.private_per_second; }}}};

const Column* column_of(std::string_view name) {
  const auto found =
      std::find_if(kColumns.begin(), kColumns.end(),
                   [&](const Column& one) { return one.name == name; });
  return found == kColumns.end() ? nullptr : found;
}

Limit parse_limit(const std::string& text) {
  constexpr std::string_view kSum = "sum-";
  const std::size_t sign = text.find('>');
  Limit limit{.text = text, .column = text.substr(0, sign), .most = {}};
  limit.sum = limit.column.starts_with(kSum);
  if (limit.sum) limit.column.erase(0, kSum.size());
  if (sign == text.npos || column_of(limit.column) == nullptr) {
    throw cow::BadUsage(fmt::format(
        "--fail-if {}: expected rss, pss, uss, swap, new or new/s, or sum- and "
        "one of them, then > and a size, such as uss>500MiB",
        text));
  }
  limit.most = cow::parse_size("--fail-if " + text.substr(0, sign + 1),
                               text.substr(sign + 1), Bytes());
  return limit;
}

// Names the process that has most.
std::optional<std::string> check(const Sample& sample, const Limit& limit) {
  const auto of = column_of(limit.column)->of;
  const Row* largest = nullptr;
  Bytes sum;
  for (const Row& row : sample.rows) {
    if (!row.usage) continue;
    sum += of(row);
    if (largest == nullptr || of(row) > of(*largest)) largest = &row;
  }
  if (largest == nullptr || (limit.sum && sample.torn)) return std::nullopt;
  const Bytes had = limit.sum ? sum : of(*largest);
  if (had <= limit.most) return std::nullopt;
  return fmt::format(
      "--fail-if {}: {} had {}", limit.text,
      limit.sum ? "the processes together"
                : fmt::format("PID {} ({})", largest->pid, largest->command),
      to_string(had));
}

}  // namespace

std::vector<Limit> parse_limits(const std::string& text) {
  std::vector<Limit> limits;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    limits.push_back(parse_limit(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return limits;
}

std::vector<std::string> Limits::check(const Sample& sample) {
  std::vector<std::string> sentences;
  std::erase_if(limits_, [&](const Limit& limit) {
    const auto sentence = cowtop::check(sample, limit);
    if (sentence) sentences.push_back(*sentence);
    return sentence.has_value();
  });
  exceeded_ |= !sentences.empty();
  return sentences;
}

}  // namespace cowtop
